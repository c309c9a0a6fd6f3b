//! One question a page: `/lapor/{jenis}/{langkah}`.

use std::time::Duration;

use axum::extract::{Path, Query};
use axum::response::{IntoResponse as _, Redirect, Response};
use pengayom_core::notice::Way;
use pengayom_core::pack::{Lang, ReportKind, ReportStep};
use pengayom_core::place::AreaMatch;
use pengayom_core::subject::TEXT_MAX_CHARS;
use pengayom_core::subject::case::BlobRef;
use pengayom_core::value::ContactKey;
use pengayom_core::value::parse_phone;
use pengayom_node::HandleError;
use pengayom_node::handle::case::MEDIA_MAX;
use pengayom_node::media::MediaError;
use serde::Deserialize;

use super::draft::{self, ContactAnswer, PlaceAnswer, ReportDraft, WhenAnswer};
use super::place::{PlaceFault, too_long};
use super::question::{danger_page, list_page, question_page};
use super::resume::saved_page;
use crate::extract::{Context, Fields, PhotoPost, PublicPage, Upload};
use crate::form::FieldError;
use crate::frame::PageFrame;
use crate::problem::Fault;
use crate::public::chosen_ways;

/// Longest name and longest line on how to make contact, in characters.
const LINE_MAX_CHARS: usize = 200;

/// How long somebody who sends a photograph waits at most for it to be opened.
const OPENS_WITHIN: Duration = Duration::from_secs(10);

/// What the address says besides the step.
#[derive(Debug, Default, Deserialize)]
pub(super) struct StepQuery {
    /// `periksa`: the reader came to change one answer.
    dari: Option<String>,
    /// A list to choose the place from: empty for the first, the area's code for the second.
    daftar: Option<String>,
    /// Set after "yes, in danger": the number comes first.
    bahaya: Option<String>,
}

/// `GET /lapor/{jenis}`
pub(super) async fn first(Path(slug): Path<String>, page: PublicPage) -> Result<Response, Fault> {
    let unit = page.context.unit();
    let kind = unit
        .pack
        .report_kind_by_slug(&slug)
        .ok_or(Fault::NotFound)?;
    let first = kind.steps.first().ok_or(Fault::NotFound)?;
    Ok(Redirect::to(&step_address(kind, *first)).into_response())
}

/// `GET /lapor/{jenis}/{langkah}`
pub(super) async fn show(
    Path((slug, address)): Path<(String, String)>,
    Query(query): Query<StepQuery>,
    page: PublicPage,
) -> Result<Response, Fault> {
    let PublicPage { context, frame, .. } = page;
    let unit = context.unit().clone();
    let (kind, step) = found(&unit.pack, &slug, &address)?;
    let kept = draft::load(&context)
        .await?
        .filter(|draft| draft.sent.is_none());
    // The answers of another kind are shown where the question is the same; nothing is written yet.
    let mut answers = kept.unwrap_or_else(|| ReportDraft::unkept(kind));
    answers.turn_to(kind);
    let asked = Asked {
        kind,
        step,
        from_check: query.dari.as_deref() == Some("periksa"),
    };
    if step == ReportStep::Danger && query.bahaya.is_some() {
        return danger_page(&context, frame, &asked);
    }
    match (step, query.daftar.as_deref()) {
        (ReportStep::Where, Some(area)) => list_page(&context, frame, &asked, &answers, area),
        _ => question_page(&context, frame, &asked, &answers, Vec::new(), None),
    }
}

/// What came of an answer.
enum Came {
    /// It is in the draft.
    Kept(Box<Kept>),
    /// The page it was given on is of a report that was sent.
    Sent,
    /// The page it was given on is of a draft that is not this browser's any more: key of the words that
    /// say so, and what is there now with the answer in it.
    Other(&'static str, Box<ReportDraft>),
}

/// An answer in the draft.
struct Kept {
    answers: ReportDraft,
    errors: Vec<FieldError>,
    meant: Option<Vec<AreaMatch>>,
}

/// `POST /lapor/{jenis}/{langkah}`
pub(super) async fn answer(
    Path((slug, address)): Path<(String, String)>,
    page: PublicPage,
    post: PhotoPost,
) -> Result<Response, Fault> {
    let PublicPage {
        context, mut frame, ..
    } = page;
    let unit = context.unit().clone();
    let (kind, step) = found(&unit.pack, &slug, &address)?;
    let switched = post.switched_lang();
    let asked = Asked {
        kind,
        step,
        from_check: post.fields.get("dari") == "periksa",
    };
    let PhotoPost { fields, uploads } = post;
    let uploads = opened(&context, uploads).await?;
    let came = draft::change(&context, kind.sensitive, |kept| {
        given(kept, &asked, &fields, &uploads, &frame, &context)
    })
    .await?;
    let kept = match came {
        Came::Kept(kept) => *kept,
        Came::Sent => return Ok(Redirect::to("/lapor/terkirim?lagi=ya").into_response()),
        Came::Other(words, answers) => {
            if let Some(lang) = switched {
                frame.switch_lang(&context, lang);
            }
            let errors = vec![FieldError::new("form", frame.t(words))];
            return question_page(&context, frame, &asked, &answers, errors, None);
        }
    };
    if fields.has("simpan") {
        return save(&context, frame, kind, kept.answers).await;
    }
    after(&context, frame, &asked, kept, switched)
}

/// Takes the answer into the draft, if the page it was given on belongs to that.
fn given(
    kept: Option<ReportDraft>,
    asked: &Asked<'_>,
    fields: &Fields,
    uploads: &[Upload],
    frame: &PageFrame,
    context: &Context,
) -> (Option<ReportDraft>, Came) {
    // Empty on a page that was shown before anything was kept.
    let of = fields.get("laporan");
    let fits = |draft: &ReportDraft| of.is_empty() || of == draft.command.to_string();
    let is_sent = kept.as_ref().is_some_and(|draft| draft.sent.is_some());
    if is_sent && !of.is_empty() && kept.as_ref().is_some_and(fits) {
        return (None, Came::Sent);
    }
    let gone = kept.is_none() && !of.is_empty();
    let other = !is_sent && kept.as_ref().is_some_and(|draft| !fits(draft));
    let photos = kept.as_ref().map(|draft| draft.photos.clone());
    let mut answers = match kept {
        Some(draft) if draft.sent.is_some() => draft.after(context, asked.kind),
        Some(draft) => draft,
        None => ReportDraft::new(context, asked.kind),
    };
    answers.turn_to(asked.kind);
    let mut meant = None;
    let mut errors = take(&mut answers, asked, fields, frame, &mut meant, context);
    if asked.step == ReportStep::Words && asked.kind.photo {
        errors.extend(take_photos(&mut answers, fields, uploads, frame));
    }
    answers.mark(asked.step, errors.is_empty() && meant.is_none());
    if other {
        // Nothing of it is kept, so a photograph has to be chosen again.
        answers.photos = photos.unwrap_or_default();
        return (None, Came::Other("report.other_draft", Box::new(answers)));
    }
    if gone {
        let shown = Box::new(answers.clone());
        return (Some(answers), Came::Other("report.draft_gone", shown));
    }
    let kept = Kept {
        answers: answers.clone(),
        errors,
        meant,
    };
    (Some(answers), Came::Kept(Box::new(kept)))
}

/// Gives the code with which to go on later.
async fn save(
    context: &Context,
    frame: PageFrame,
    kind: &ReportKind,
    mut answers: ReportDraft,
) -> Result<Response, Fault> {
    let code = draft::keep_for_later(context, &mut answers).await?;
    if kind.sensitive {
        draft::forget(context).await?;
    } else {
        draft::change(context, false, |kept| {
            let kept = kept.map(|kept| ReportDraft {
                resume: answers.resume.clone(),
                ..kept
            });
            (kept, ())
        })
        .await?;
    }
    saved_page(frame, kind.sensitive, &code)
}

/// Where an answer that was kept leads to.
fn after(
    context: &Context,
    frame: PageFrame,
    asked: &Asked<'_>,
    kept: Kept,
    switched: Option<Lang>,
) -> Result<Response, Fault> {
    let here = step_address(asked.kind, asked.step);
    if let Some(lang) = switched {
        let back = if asked.from_check {
            "&dari=periksa"
        } else {
            ""
        };
        return Ok(Redirect::to(&format!("{here}?lang={lang}{back}")).into_response());
    }
    let Kept {
        answers,
        errors,
        meant,
    } = kept;
    if !errors.is_empty() || meant.is_some() {
        return question_page(context, frame, asked, &answers, errors, meant);
    }
    if asked.step == ReportStep::Danger && answers.danger == "ya" && !asked.from_check {
        return Ok(Redirect::to(&format!("{here}?bahaya=ya")).into_response());
    }
    let next = asked.next().map(|next| step_address(asked.kind, next));
    let next = next
        .filter(|_| !asked.from_check)
        .unwrap_or_else(|| "/lapor/periksa".to_owned());
    Ok(Redirect::to(&next).into_response())
}

/// The files of a form, those that do not open as pictures marked as such.
pub(crate) async fn opened(context: &Context, uploads: Vec<Upload>) -> Result<Vec<Upload>, Fault> {
    let mut all = Vec::with_capacity(uploads.len());
    for upload in uploads {
        all.push(match upload {
            Ok(photo) => opened_photo(context, photo).await?,
            Err(refusal) => Err(refusal),
        });
    }
    Ok(all)
}

/// A photograph, marked when it does not open. Who waits too long for their turn has theirs taken as it
/// is; its small copy is tried later.
async fn opened_photo(context: &Context, photo: BlobRef) -> Result<Upload, Fault> {
    let node = &context.state().node;
    match tokio::time::timeout(OPENS_WITHIN, node.photo_opens(&photo)).await {
        Ok(Err(HandleError::Media(refusal))) => Ok(Err(refusal)),
        Ok(Err(error)) => Err(error.into()),
        Ok(Ok(())) | Err(_) => Ok(Ok(photo)),
    }
}

/// Which question of which kind.
pub(super) struct Asked<'p> {
    pub(super) kind: &'p ReportKind,
    pub(super) step: ReportStep,
    pub(super) from_check: bool,
}

impl Asked<'_> {
    pub(super) fn place(&self) -> usize {
        self.kind
            .steps
            .iter()
            .position(|step| *step == self.step)
            .unwrap_or(0)
    }

    pub(super) fn next(&self) -> Option<ReportStep> {
        self.kind.steps.get(self.place() + 1).copied()
    }

    pub(super) fn back(&self) -> String {
        if self.from_check {
            return "/lapor/periksa".to_owned();
        }
        let before = self
            .place()
            .checked_sub(1)
            .and_then(|at| self.kind.steps.get(at));
        before.map_or_else(
            || "/lapor".to_owned(),
            |step| step_address(self.kind, *step),
        )
    }
}

fn found<'p>(
    pack: &'p pengayom_core::pack::Pack,
    slug: &str,
    address: &str,
) -> Result<(&'p ReportKind, ReportStep), Fault> {
    let kind = pack.report_kind_by_slug(slug).ok_or(Fault::NotFound)?;
    let step = draft::step_at(address).filter(|step| kind.steps.contains(step));
    Ok((kind, step.ok_or(Fault::NotFound)?))
}

/// Address of a step of a kind.
pub(super) fn step_address(kind: &ReportKind, step: ReportStep) -> String {
    format!("/lapor/{}/{}", kind.slug, draft::address_of(step))
}

/// Takes what was typed into the draft, right or wrong, and says what is wrong.
fn take(
    answers: &mut ReportDraft,
    asked: &Asked<'_>,
    fields: &Fields,
    frame: &PageFrame,
    meant: &mut Option<Vec<AreaMatch>>,
    context: &Context,
) -> Vec<FieldError> {
    let error = |id: &str, key: &str| vec![FieldError::new(id, frame.t(key))];
    match asked.step {
        ReportStep::Danger => {
            fields.get("bahaya").clone_into(&mut answers.danger);
            match answers.danger.as_str() {
                "ya" | "tidak" => Vec::new(),
                _ => error("bahaya", "error.danger_choose"),
            }
        }
        ReportStep::What => {
            fields.get("apa").clone_into(&mut answers.what);
            let known = asked
                .kind
                .what
                .iter()
                .any(|one| one.code.as_str() == answers.what);
            if known {
                Vec::new()
            } else {
                error("apa", "error.what_choose")
            }
        }
        ReportStep::Where => {
            answers.place = PlaceAnswer::of(fields);
            match answers.place.settle(frame) {
                Ok(_) => Vec::new(),
                Err(PlaceFault::Wrong(words)) => vec![FieldError::new("tempat", words)],
                Err(PlaceFault::Choose(areas)) => {
                    *meant = Some(areas);
                    error("wilayah", "report.where_found")
                }
            }
        }
        ReportStep::When => {
            answers.when = WhenAnswer::of(fields);
            answers.when.settle(frame, context.state().node.now())
        }
        ReportStep::Words => {
            fields.get("cerita").clone_into(&mut answers.words);
            answers.wellbeing = harm_line(fields, "keadaan");
            answers.loss = harm_line(fields, "kerugian");
            let found = answers.words.chars().count();
            let mut errors = if answers.words.is_empty() {
                error("cerita", "error.words_write")
            } else if found > TEXT_MAX_CHARS {
                vec![FieldError::new(
                    "cerita",
                    too_long(frame, found, TEXT_MAX_CHARS),
                )]
            } else {
                Vec::new()
            };
            errors.extend(answers.harm().read(frame).err());
            errors
        }
        ReportStep::Contact => {
            answers.contact = ContactAnswer {
                name: fields.line("nama").unwrap_or_default(),
                phone: fields.line("telepon").unwrap_or_default(),
                safe: fields.line("aman").unwrap_or_default(),
                email: fields.line("surel").unwrap_or_default(),
                tell: chosen_ways(fields, &ways_of_form(context)),
            };
            contact_errors(&answers.contact, frame)
        }
    }
}

/// A short answer about harm; what no form of ours sends is cut, so that a draft stays small.
fn harm_line(fields: &Fields, name: &str) -> String {
    let line = fields.line(name).unwrap_or_default();
    line.chars().take(LINE_MAX_CHARS).collect()
}

fn contact_errors(contact: &ContactAnswer, frame: &PageFrame) -> Vec<FieldError> {
    let mut errors = Vec::new();
    for (id, text) in [("nama", &contact.name), ("aman", &contact.safe)] {
        let found = text.chars().count();
        if found > LINE_MAX_CHARS {
            errors.push(FieldError::new(id, too_long(frame, found, LINE_MAX_CHARS)));
        }
    }
    if !contact.phone.is_empty() && parse_phone(&contact.phone).is_none() {
        errors.push(FieldError::new("telepon", frame.t("error.phone_digits")));
    }
    let mail = ContactKey::mail(&contact.email);
    if !contact.email.is_empty() && mail.is_none() {
        errors.push(FieldError::new("surel", frame.t("error.email")));
    }
    // Whoever wants to be told has to say where.
    let by_phone = |way: &Way| matches!(way, Way::Sms | Way::Whatsapp);
    if contact.phone.is_empty() && contact.tell.iter().any(by_phone) {
        errors.push(FieldError::new("telepon", frame.t("telling.phone_needed")));
    }
    if contact.email.is_empty() && contact.tell.contains(&Way::Email) {
        errors.push(FieldError::new("surel", frame.t("telling.email_needed")));
    }
    errors
}

/// The ways that the form offers: a browser is asked later, when there is something to follow.
pub(super) fn ways_of_form(context: &Context) -> Vec<Way> {
    let mut ways = context.state().node.open_ways();
    ways.retain(|way| *way != Way::Push);
    ways
}

fn take_photos(
    answers: &mut ReportDraft,
    fields: &Fields,
    uploads: &[Upload],
    frame: &PageFrame,
) -> Vec<FieldError> {
    let gone: Vec<&str> = fields.all("hapus_foto").collect();
    answers
        .photos
        .retain(|photo| !gone.contains(&photo.sha256.as_str()));
    let mut errors = Vec::new();
    for upload in uploads {
        match put_photo(frame, upload.clone()) {
            Ok(photo) if answers.photos.contains(&photo) => {}
            Ok(_) if answers.photos.len() >= MEDIA_MAX => {
                let max = frame.format().count(i64::try_from(MEDIA_MAX).unwrap_or(0));
                let words = frame.tf("error.photo_count", &[("max", &max)]);
                errors.push(FieldError::new("foto", words));
                break;
            }
            Ok(photo) => answers.photos.push(photo),
            Err(words) => errors.push(FieldError::new("foto", words)),
        }
    }
    errors.dedup();
    errors
}

/// A photograph that was taken, or in words why not.
pub(crate) fn put_photo(frame: &PageFrame, upload: Upload) -> Result<BlobRef, String> {
    upload.map_err(|refusal| {
        let key = match refusal {
            MediaError::Empty => "error.file_empty",
            MediaError::TooLarge { .. } => "error.photo_size",
            MediaError::Unknown => "error.file_kind",
            MediaError::Broken => "error.photo_broken",
        };
        frame.t(key).to_owned()
    })
}
