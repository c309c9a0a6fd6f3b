//! `/lacak/{nomor}/kabar`: by which ways and in which hours a reporter is told of news, or not at all
//! (S76).

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use jiff::Timestamp;
use pengayom_core::notice::{Way, Wish};
use pengayom_core::subject::case::Case;
use pengayom_node::notices::{Subscription, SubscriptionRefused, Telling};
use serde::Deserialize;

use super::{fitting, to_enter};
use crate::extract::{Fields, FormPost, PublicPage};
use crate::form::{Choice, ChoiceGroup, FieldError};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;

/// Key of the words for a way.
pub(crate) const fn way_words(way: Way) -> &'static str {
    match way {
        Way::Email => "telling.way_email",
        Way::Sms => "telling.way_sms",
        Way::Whatsapp => "telling.way_whatsapp",
        Way::Push => "telling.way_push",
    }
}

/// Messages to browsers, for the script of the page.
struct Browser {
    /// The node's key, as browsers take it.
    key: String,
    /// How many browsers are told, in words.
    told: String,
}

#[derive(Template)]
#[template(path = "public/track/telling.html")]
struct TellingPage {
    page: PageFrame,
    errors: Vec<FieldError>,
    back: String,
    number: String,
    said: Option<&'static str>,
    /// What holds now, in words.
    stands: String,
    /// It was stopped from a notice.
    paused: bool,
    ways: Option<ChoiceGroup>,
    times: ChoiceGroup,
    /// Ways that need a number or address that nobody gave.
    missing: Option<&'static str>,
    browser: Option<Browser>,
}

/// What the address of the page says.
#[derive(Debug, Default, Deserialize)]
pub(super) struct TellingQuery {
    /// Something was changed just now.
    disimpan: Option<String>,
}

/// Which ways a reporter can choose: those that are open and have a number or address to go to.
pub(super) fn possible(open: &[Way], telling: &Telling) -> Vec<Way> {
    let reaches = |way: &Way| match way {
        Way::Email => telling.has_email,
        Way::Sms | Way::Whatsapp => telling.has_phone,
        Way::Push => telling.browsers > 0,
    };
    open.iter().copied().filter(reaches).collect()
}

/// What was chosen in a form; only what could be.
pub(crate) fn chosen_ways(fields: &Fields, possible: &[Way]) -> Vec<Way> {
    let asked: Vec<Way> = fields.all("lewat").take(8).filter_map(Way::parse).collect();
    possible
        .iter()
        .copied()
        .filter(|way| asked.contains(way))
        .collect()
}

/// The ticks for ways.
pub(crate) fn ways_group(
    frame: &PageFrame,
    possible: &[Way],
    chosen: &[Way],
    label: &str,
    errors: &[FieldError],
) -> ChoiceGroup {
    let options = possible
        .iter()
        .map(|way| Choice {
            checked: chosen.contains(way),
            ..Choice::new(way.as_str(), begun(frame.t(way_words(*way))), "")
        })
        .collect();
    ChoiceGroup {
        optional: true,
        ..ChoiceGroup::new("lewat", frame.t(label), options, errors)
    }
}

/// Words as they begin a line.
fn begun(words: &str) -> String {
    let mut letters = words.chars();
    let first = letters.next().map(char::to_uppercase);
    first.into_iter().flatten().chain(letters).collect()
}

/// What holds, in a sentence.
pub(crate) fn stands(frame: &PageFrame, telling: &Telling) -> String {
    let ways = telling.wish.as_ref().map(|wish| wish.ways.as_slice());
    let ways = ways.unwrap_or_default();
    if telling.paused {
        return frame.t("telling.stands_paused").to_owned();
    }
    if ways.is_empty() {
        return frame.t("telling.stands_none").to_owned();
    }
    let names: Vec<&str> = ways.iter().map(|way| frame.t(way_words(*way))).collect();
    frame.tf("telling.stands", &[("ways", &names.join(", "))])
}

/// The hours of a wish, in words; `None` when none were named.
pub(crate) fn times_words(frame: &PageFrame, wish: &Wish) -> Option<String> {
    let safety = frame.unit().pack.safety();
    let names: Vec<&str> = wish
        .times
        .iter()
        .map(|code| {
            safety
                .time(code)
                .map_or(code.as_str(), |time| frame.say(&time.name))
        })
        .collect();
    (!names.is_empty()).then(|| names.join("; "))
}

/// `GET /lacak/{nomor}/kabar`
pub(super) async fn show(
    Path(number): Path<String>,
    Query(query): Query<TellingQuery>,
    page: PublicPage,
) -> Result<Response, Fault> {
    let said = query.disimpan.is_some().then_some("telling.saved");
    telling_page(page, &number, said, None, Vec::new()).await
}

/// `POST /lacak/{nomor}/kabar`
pub(super) async fn choose(
    Path(number): Path<String>,
    mut page: PublicPage,
    post: FormPost,
) -> Result<Response, Fault> {
    let Some((known, secret)) = fitting(&page.context, &number).await? else {
        return to_enter(&number);
    };
    if let Some(lang) = post.switched_lang() {
        page.frame.switch_lang(&page.context, lang);
        return telling_page(page, &number, None, Some(&post.fields), Vec::new()).await;
    }
    let client = page.context.client().to_owned();
    let telling = page.node.own_telling(&known, &secret, &client).await?;
    let possible = possible(&page.node.open_ways(), &telling);
    let wish = Wish {
        ways: if post.fields.some("berhenti").is_some() {
            Vec::new()
        } else {
            chosen_ways(&post.fields, &possible)
        },
        times: chosen_times(&page.frame, &post.fields),
        lang: page.frame.lang,
        knowing: false,
    };
    page.node.wish(&known, &secret, &client, wish).await?;
    Ok(Redirect::to(&format!("/lacak/{known}/kabar?disimpan=ya")).into_response())
}

/// The times that were ticked, as far as the pack has them.
fn chosen_times(frame: &PageFrame, fields: &Fields) -> Vec<String> {
    let times = frame.unit().pack.safety().times.iter();
    times
        .filter(|time| time.hours.is_some())
        .filter(|time| fields.all("jam").any(|asked| asked == time.code.as_str()))
        .map(|time| time.code.as_str().to_owned())
        .collect()
}

async fn telling_page(
    page: PublicPage,
    number: &str,
    said: Option<&'static str>,
    typed: Option<&Fields>,
    errors: Vec<FieldError>,
) -> Result<Response, Fault> {
    let Some((number, secret)) = fitting(&page.context, number).await? else {
        return to_enter(number);
    };
    let PublicPage {
        context,
        mut frame,
        node,
    } = page;
    let history = node.track(&number, &secret, context.client()).await?;
    let telling = node.own_telling(&number, &secret, context.client()).await?;
    frame.sensitive = history.case.sensitive;
    frame.titled(if history.case.sensitive {
        "telling.neutral_title"
    } else {
        "telling.title"
    });
    frame.with_form(&context, "form");
    let open = node.open_ways();
    let possible = possible(&open, &telling);
    let wish = telling.wish.as_ref();
    let (ways, times) = match typed {
        Some(fields) => (chosen_ways(fields, &possible), chosen_times(&frame, fields)),
        None => (
            wish.map(|wish| wish.ways.clone()).unwrap_or_default(),
            wish.map(|wish| wish.times.clone()).unwrap_or_default(),
        ),
    };
    let safety = frame.unit().pack.safety();
    let times = safety
        .times
        .iter()
        .filter(|time| time.hours.is_some())
        .map(|time| Choice {
            checked: times.iter().any(|chosen| chosen == time.code.as_str()),
            ..Choice::new(time.code.as_str(), frame.say(&time.name), "")
        })
        .collect();
    let usual = frame.unit().pack.notices().usual;
    let hour = |time: jiff::civil::Time| time.strftime("%H.%M").to_string();
    let help = frame.tf(
        "telling.times_help",
        &[
            ("from", &hour(usual.from())),
            ("until", &hour(usual.until())),
        ],
    );
    let needs_address = open
        .iter()
        .any(|way| *way != Way::Push && !possible.contains(way));
    let browser = node.push_key().map(|key| Browser {
        key,
        told: frame.tf(
            "telling.browsers",
            &[(
                "n",
                &frame
                    .format()
                    .count(i64::try_from(telling.browsers).unwrap_or(0)),
            )],
        ),
    });
    let page = TellingPage {
        back: format!("/lacak/{number}"),
        number: number.to_string(),
        said,
        stands: stands(&frame, &telling),
        paused: telling.paused,
        ways: (!possible.is_empty())
            .then(|| ways_group(&frame, &possible, &ways, "telling.ways", &errors)),
        times: ChoiceGroup {
            optional: true,
            ..ChoiceGroup::new("jam", frame.t("telling.times"), times, &errors)
        }
        .hint(help),
        missing: needs_address.then_some("telling.no_address"),
        browser,
        page: frame,
        errors,
    };
    draw(StatusCode::OK, &page)
}

/// `POST /lacak/{nomor}/kabar/peramban`: this browser is told from now on. Answers a script, in words.
pub(super) async fn subscribe(
    Path(number): Path<String>,
    page: PublicPage,
    post: FormPost,
) -> Result<Response, Fault> {
    let Some((number, secret)) = fitting(&page.context, &number).await? else {
        return Err(Fault::NotFound);
    };
    let subscription = Subscription {
        endpoint: post.fields.get("endpoint").to_owned(),
        p256dh: post.fields.get("p256dh").to_owned(),
        auth: post.fields.get("auth").to_owned(),
    };
    let client = page.context.client();
    let lang = page.frame.lang;
    let subscribed = page
        .node
        .subscribe(&number, &secret, client, subscription, lang)
        .await?;
    let (status, key) = match subscribed {
        Ok(()) => (StatusCode::OK, "telling.push_on"),
        Err(SubscriptionRefused::Off) => (StatusCode::NOT_FOUND, "telling.push_failed"),
        Err(_) => (StatusCode::UNPROCESSABLE_ENTITY, "telling.push_failed"),
    };
    let mut answer = (status, page.frame.t(key).to_owned()).into_response();
    answer.extensions_mut().insert(crate::limits::AsItIs);
    Ok(answer)
}

/// When the next news is promised; that it did not come, when it is past. Empty where a progress notice
/// is due, which the page says with the steps.
pub(super) fn news(frame: &PageFrame, case: &Case, now: Timestamp) -> String {
    let first = case.respond_by.filter(|_| case.response.is_none());
    let Some(by) = case.next_news_by.or(first) else {
        let unit = frame.unit();
        let is_due =
            case.news.draft.is_some() || case.next_news(&unit.pack, unit.reckoning()).is_some();
        return if is_due {
            String::new()
        } else {
            frame.t("track.no_news_promised").to_owned()
        };
    };
    let key = if by < now {
        "track.news_overdue"
    } else {
        "track.next_news"
    };
    frame.tf(key, &[("time", &frame.format().moment(by))])
}
