//! The forms of an exhibit, and what each asks for.

use jiff::Timestamp;
use pengayom_core::subject::case::{
    CaseRefusal, CustodyCommand, CustodyRefusal, Disposal, Exhibit, Holder, Leaving, Outside,
    TakeExhibit,
};
use pengayom_node::access::{Permission, Staff};

use super::super::forms::{Draw, Form, Part, Reading, Typed, text_fault};
use super::super::history::proof as said;
use crate::extract::Fields;
use crate::form::FieldError;
use crate::frame::PageFrame;
use crate::staff::Names;

/// The form that takes a thing into custody.
pub(crate) const TAKE: &str = "simpan";

/// Parts of the address of the others, in the order of the page.
const FORMS: [&str; 10] = [
    "terima", "batal", "setujui", "tolak", "jelaskan", "tawarkan", "pindah", "kirim", "kembali",
    "usul",
];

/// The form of an address.
pub(super) fn parse(slug: &str) -> Option<&'static str> {
    FORMS.into_iter().find(|form| *form == slug)
}

/// Takes a thing into custody.
pub(super) fn take(frame: &PageFrame, typed: &Typed) -> Form {
    let draw = Draw { frame, typed };
    let told = draw.text(TAKE, "simpan-uraian", "uraian", "proof.exhibit_what");
    let told = told.hint(frame.t("proof.exhibit_what_help"));
    let quantity = draw.text(TAKE, "simpan-jumlah", "jumlah", "proof.quantity");
    let seal = draw
        .text(TAKE, "simpan-segel", "segel", "proof.seal")
        .optional();
    let from = draw
        .text(TAKE, "simpan-dari", "dari_siapa", "proof.from")
        .optional();
    let place = draw.text(TAKE, "simpan-tempat", "tempat", "proof.place_where");
    let rupiah = draw
        .text(TAKE, "simpan-uang", "uang", "proof.amount")
        .optional();
    let rupiah = rupiah.hint(frame.t("proof.amount_help"));
    let parts = vec![
        Part::Area(told),
        Part::Digits(quantity),
        Part::Line(seal.hint(frame.t("proof.seal_help"))),
        Part::Line(from),
        Part::Line(place),
        Part::Digits(rupiah),
    ];
    draw.form(TAKE, "proof.take", parts)
        .help(frame.t("proof.take_help"))
}

/// Draws the forms that somebody is offered for an exhibit.
pub(super) struct Offer<'p> {
    pub(super) frame: &'p PageFrame,
    pub(super) typed: &'p Typed,
    pub(super) by: &'p Staff,
    pub(super) exhibit: &'p Exhibit,
    pub(super) names: &'p Names,
    pub(super) now: Timestamp,
}

impl Offer<'_> {
    /// The forms that have something to do.
    pub(super) fn forms(&self) -> Vec<Form> {
        let shown = FORMS.into_iter().filter(|form| self.is_offered(form));
        shown.map(|form| self.form(form)).collect()
    }

    fn is_offered(&self, form: &str) -> bool {
        let (exhibit, me) = (self.exhibit, self.by.id);
        let mine = exhibit.officer() == Some(me);
        let offer = exhibit.offer;
        let pending = exhibit.offer_at(self.now);
        let proposal = exhibit.proposal;
        let differs = exhibit.difference;
        if self.typed.form == Some(form) {
            return true;
        }
        match form {
            "terima" => pending.is_some_and(|offer| offer.to == me) && differs.is_none(),
            "batal" => offer.is_some_and(|offer| offer.to == me || offer.by == me),
            "setujui" => proposal.is_some_and(|it| it.by != me) && differs.is_none(),
            "tolak" => proposal.is_some(),
            "jelaskan" => differs.is_some_and(|it| ![it.had, it.by].contains(&Some(me))),
            "tawarkan" => mine && pending.is_none() && proposal.is_none(),
            "kirim" | "usul" => {
                mine && pending.is_none() && proposal.is_none() && differs.is_none()
            }
            "pindah" => mine,
            _ => {
                let outside = matches!(exhibit.holder, Holder::Outside(_));
                outside && exhibit.sent_by != Some(me) && differs.is_none()
            }
        }
    }

    fn form(&self, form: &'static str) -> Form {
        let (frame, typed) = (self.frame, self.typed);
        let draw = Draw { frame, typed };
        let count = |id| {
            let field = draw.text(form, id, "dihitung", "proof.counted");
            let field = field.hint(frame.t("proof.counted_help"));
            self.exhibit.rupiah.map(|_| Part::Digits(field))
        };
        let place = |id| Part::Line(draw.text(form, id, "tempat", "proof.place_where"));
        let seal = |id| Part::Line(draw.text(form, id, "segel", "proof.seal_new").optional());
        match form {
            "terima" => {
                let parts = std::iter::once(place("terima-tempat"));
                let parts = parts.chain(count("terima-dihitung")).collect();
                draw.form(form, "proof.accept", parts)
                    .help(frame.t("proof.accept_help"))
            }
            "batal" => {
                let reason = draw.text(form, "batal-alasan", "alasan", "proof.reason");
                draw.form(form, "proof.end_offer", vec![Part::Area(reason)])
            }
            "setujui" => {
                let parts = count("setujui-dihitung").into_iter().collect();
                let form = draw.form(form, "proof.confirm", parts);
                form.help(frame.t("proof.confirm_help")).warns()
            }
            "tolak" => {
                let reason = draw.text(form, "tolak-alasan", "alasan", "proof.reason");
                draw.form(form, "proof.reject", vec![Part::Area(reason)])
            }
            "jelaskan" => {
                let text = draw.text(form, "jelaskan-uraian", "uraian", "proof.explain_text");
                let form = draw.form(form, "proof.explain", vec![Part::Area(text)]);
                form.help(frame.t("proof.explain_help"))
            }
            "tawarkan" => {
                let to = self.colleagues(&draw, form);
                let note = draw.text(form, "tawarkan-untuk", "untuk", "proof.offer_note");
                let parts = vec![to, Part::Line(note.optional())];
                draw.form(form, "proof.offer", parts)
                    .help(frame.t("proof.offer_help"))
            }
            "pindah" => {
                let parts = vec![place("pindah-tempat"), seal("pindah-segel")];
                draw.form(form, "proof.move", parts)
            }
            "kirim" => {
                let options = Outside::ALL.map(|it| (it.as_str(), said::outside_words(it)));
                let to = draw.radios(form, ("kirim-ke", "ke"), "proof.send_to", &options);
                let who = draw.text(form, "kirim-penerima", "penerima", "proof.recipient");
                let letter = draw.text(form, "kirim-surat", "surat", "proof.letter");
                let parts = [to, Part::Line(who), Part::Line(letter)];
                let parts = parts.into_iter().chain(count("kirim-dihitung")).collect();
                let form = draw.form(form, "proof.send", parts);
                if self.exhibit.rupiah.is_some() {
                    form.help(frame.t("proof.send_money_help"))
                } else {
                    form
                }
            }
            "kembali" => {
                let note = draw.text(form, "kembali-keadaan", "keadaan", "proof.back_note");
                let place = place("kembali-tempat");
                let parts = [Part::Area(note), place, seal("kembali-segel")];
                let parts = parts.into_iter().chain(count("kembali-dihitung")).collect();
                draw.form(form, "proof.take_back", parts)
            }
            _ => {
                let options = Disposal::ENDS.map(|it| (it.as_str(), said::disposal_words(it)));
                let way = draw.radios(form, ("usul-cara", "cara"), "proof.end_how", &options);
                let who = draw.text(form, "usul-penerima", "penerima", "proof.recipient");
                let letter = draw.text(form, "usul-surat", "surat", "proof.letter_basis");
                let reason = draw.text(form, "usul-alasan", "alasan", "proof.reason");
                let parts = [
                    way,
                    Part::Line(who.optional()),
                    Part::Line(letter),
                    Part::Area(reason),
                ];
                let parts = parts.into_iter().chain(count("usul-dihitung")).collect();
                draw.form(form, "proof.propose", parts)
                    .help(frame.t("proof.propose_help"))
            }
        }
    }

    fn colleagues(&self, draw: &Draw<'_>, form: &str) -> Part {
        let colleagues = self
            .names
            .active()
            .filter(|staff| staff.id != self.by.id && staff.may(Permission::KeepExhibits));
        let options = colleagues.map(|staff| (staff.id.to_string(), staff.addressed()));
        let mut options: Vec<(String, String)> = options.collect();
        options.sort_by(|one, other| one.1.cmp(&other.1));
        let field = draw.text(form, "tawarkan-kepada", "kepada", "proof.offer_to");
        let label = self.frame.t("proof.colleagues").to_owned();
        draw.select(form, field, vec![(label, options)])
    }
}

/// What a form asks for.
///
/// # Errors
/// What is wrong with it before any rule is asked, in words.
pub(crate) fn command(
    frame: &PageFrame,
    form: &str,
    evidence: u32,
    fields: &Fields,
) -> Result<CustodyCommand, Vec<FieldError>> {
    let mut it = Reading {
        frame,
        fields,
        errors: Vec::new(),
    };
    let command = match form {
        TAKE => {
            let quantity = it.number("simpan-jumlah", "jumlah");
            if quantity.is_none() && fields.get("jumlah").is_empty() {
                it.wrong("simpan-jumlah", "proof.write");
            }
            CustodyCommand::Take(TakeExhibit {
                description: it.needed("simpan-uraian", "uraian"),
                quantity: quantity.map_or(1, |n| u32::try_from(n).unwrap_or(u32::MAX)),
                seal: fields.line("segel"),
                from: fields.line("dari_siapa"),
                place: it.needed("simpan-tempat", "tempat"),
                rupiah: it.number("simpan-uang", "uang"),
            })
        }
        "terima" => CustodyCommand::Accept {
            evidence,
            place: it.needed("terima-tempat", "tempat"),
            counted: it.number("terima-dihitung", "dihitung"),
        },
        "batal" => CustodyCommand::EndOffer {
            evidence,
            reason: it.needed("batal-alasan", "alasan"),
        },
        "setujui" => CustodyCommand::Confirm {
            evidence,
            counted: it.number("setujui-dihitung", "dihitung"),
        },
        "tolak" => CustodyCommand::Reject {
            evidence,
            reason: it.needed("tolak-alasan", "alasan"),
        },
        "jelaskan" => CustodyCommand::Explain {
            evidence,
            text: it.needed("jelaskan-uraian", "uraian"),
        },
        "tawarkan" => {
            let to = it.chosen("tawarkan-kepada", "kepada").parse();
            if to.is_err() && it.errors.is_empty() {
                it.wrong("tawarkan-kepada", "proof.choose_one");
            }
            match to {
                Ok(to) => CustodyCommand::Offer {
                    evidence,
                    to,
                    note: fields.line("untuk"),
                },
                Err(_) => return Err(it.errors),
            }
        }
        "pindah" => CustodyCommand::Move {
            evidence,
            place: it.needed("pindah-tempat", "tempat"),
            seal: fields.line("segel"),
        },
        "kirim" => {
            let to = it.word("kirim-ke", "ke", Outside::parse);
            CustodyCommand::Send {
                evidence,
                to: to.unwrap_or(Outside::Laboratory),
                recipient: it.needed("kirim-penerima", "penerima"),
                letter: it.needed("kirim-surat", "surat"),
                counted: it.number("kirim-dihitung", "dihitung"),
            }
        }
        "kembali" => CustodyCommand::TakeBack {
            evidence,
            note: it.needed("kembali-keadaan", "keadaan"),
            place: it.needed("kembali-tempat", "tempat"),
            seal: fields.line("segel"),
            counted: it.number("kembali-dihitung", "dihitung"),
        },
        _ => {
            let way = it.word("usul-cara", "cara", Disposal::parse);
            let leaving = Leaving {
                way: way.unwrap_or(Disposal::Returned),
                recipient: fields.line("penerima"),
                letter: it.needed("usul-surat", "surat"),
                reason: it.needed("usul-alasan", "alasan"),
                counted: it.number("usul-dihitung", "dihitung"),
            };
            CustodyCommand::Propose { evidence, leaving }
        }
    };
    if it.errors.is_empty() {
        Ok(command)
    } else {
        Err(it.errors)
    }
}

/// The words for the rule that stood in the way, at the field to blame; `None` when the case moved on.
pub(crate) fn blamed(frame: &PageFrame, form: &str, refusal: &CaseRefusal) -> Option<FieldError> {
    let first = match form {
        TAKE => "simpan-uraian",
        "terima" => "terima-tempat",
        "batal" => "batal-alasan",
        "setujui" => "setujui",
        "tolak" => "tolak-alasan",
        "jelaskan" => "jelaskan-uraian",
        "tawarkan" => "tawarkan-kepada",
        "pindah" => "pindah-tempat",
        "kirim" => "kirim-ke",
        "kembali" => "kembali-keadaan",
        _ => "usul-cara",
    };
    let at = |id: &str, key: &str| Some(FieldError::new(id, frame.t(key)));
    match refusal {
        CaseRefusal::Text { field, fault } => {
            let id = match (form, *field) {
                (TAKE, "seal") => "simpan-segel",
                (TAKE, "from") => "simpan-dari",
                (TAKE, "place") => "simpan-tempat",
                ("pindah", "seal") => "pindah-segel",
                ("kembali", "seal") => "kembali-segel",
                ("kembali", "place") => "kembali-tempat",
                ("kirim", "recipient") => "kirim-penerima",
                ("kirim", "letter") => "kirim-surat",
                ("tawarkan", _) => "tawarkan-untuk",
                ("usul", "recipient") => "usul-penerima",
                ("usul", "letter") => "usul-surat",
                ("usul", _) => "usul-alasan",
                _ => first,
            };
            Some(FieldError::new(id, text_fault(frame, *fault)))
        }
        CaseRefusal::OfficerConcerned { .. } => at(first, "access.assign_concerned"),
        CaseRefusal::Custody(refusal) => {
            let counted = match form {
                "terima" => "terima-dihitung",
                "setujui" => "setujui-dihitung",
                "usul" => "usul-dihitung",
                "kirim" => "kirim-dihitung",
                "kembali" => "kembali-dihitung",
                TAKE => "simpan-uang",
                _ => first,
            };
            let key = match refusal {
                CustodyRefusal::CountMissing => return at(counted, "proof.count_missing"),
                CustodyRefusal::Amount { .. } => return at(counted, "proof.amount_large"),
                CustodyRefusal::Quantity { .. } => {
                    return at("simpan-jumlah", "proof.quantity_range");
                }
                CustodyRefusal::NotInCustody => "proof.not_in_custody",
                CustodyRefusal::NotHolder { .. } => "proof.not_holder",
                CustodyRefusal::NotOutside => "proof.not_outside",
                CustodyRefusal::ToOneself => "proof.to_oneself",
                CustodyRefusal::OfferPending => "proof.offer_there",
                CustodyRefusal::NotOffered => "proof.not_offered",
                CustodyRefusal::OfferLapsed { .. } => "proof.lapsed",
                CustodyRefusal::ProposalPending => "proof.proposal_there",
                CustodyRefusal::NotProposed => "proof.not_proposed",
                CustodyRefusal::OwnProposal => "proof.own_proposal",
                CustodyRefusal::DifferenceOpen => "proof.difference_open",
                CustodyRefusal::NoDifference => "proof.no_difference",
                CustodyRefusal::OwnDifference => "proof.own_difference",
                CustodyRefusal::TooMuch { .. } => "proof.too_much",
            };
            at(first, key)
        }
        _ => None,
    }
}
