//! What a unit holds about a person for one report, in words they can read: the same facts as the
//! file for programs, on a page and as text.

use jiff::civil::Date;
use pengayom_core::pack::{Lang, Localized};
use pengayom_core::subject::case::CaseAct;
use pengayom_core::subject::erasure::ErasureBasis;
use pengayom_node::UnitContext;
use pengayom_node::handle::person::{ExportedAct, PersonExport};

use crate::desk::{form_words, matter_key};
use crate::format::Format;
use crate::harm::wellbeing_words;
use crate::public::way_words;

/// All that is held, part by part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnData {
    /// What this is, with the number.
    pub title: String,
    /// Whose it is and when it was put together.
    pub lead: String,
    /// Who you are, what you told us, and so on.
    pub sections: Vec<Section>,
}

/// One part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Section {
    /// What it answers.
    pub title: String,
    /// What is held; never empty: it says so when nothing is.
    pub entries: Vec<Entry>,
}

/// One thing that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What it is, or when it was; empty when the lines say it.
    pub label: String,
    /// Its words.
    pub lines: Vec<String>,
    /// Whether somebody wrote them; else they are of the pack.
    pub written: bool,
}

impl OwnData {
    /// Puts an export into words of one language.
    pub fn of(export: &PersonExport, unit: &UnitContext, lang: Lang) -> Self {
        let reader = Reader {
            unit,
            lang,
            format: Format::new(unit, lang),
        };
        let time = reader.format.moment(export.exported_at);
        let values = [("unit", export.unit_name.as_str()), ("time", time.as_str())];
        let sections = [
            ("own.who", reader.who(export)),
            ("own.told", reader.told(export)),
            ("own.answered", reader.answered(export)),
            ("own.happened", reader.happened(export)),
            ("own.files", reader.files(export)),
            ("own.kept", reader.kept(export)),
        ];
        Self {
            title: reader.tf("own.title", &[("number", &export.number)]),
            lead: reader.tf("own.lead", &values),
            sections: sections
                .into_iter()
                .map(|(title, entries)| Section {
                    title: reader.t(title),
                    entries,
                })
                .collect(),
        }
    }

    /// As plain text, ending with a line feed.
    pub fn to_text(&self) -> String {
        let mut lines = vec![self.title.clone(), self.lead.clone()];
        for section in &self.sections {
            lines.extend([String::new(), section.title.clone()]);
            for entry in &section.entries {
                let label = Some(&entry.label).filter(|label| !label.is_empty());
                lines.extend(label.map(|label| format!("  {label}")));
                lines.extend(entry.lines.iter().map(|line| format!("    {line}")));
            }
        }
        lines.push(String::new());
        lines.join("\n")
    }
}

struct Reader<'a> {
    unit: &'a UnitContext,
    lang: Lang,
    format: Format<'a>,
}

impl Reader<'_> {
    fn t(&self, key: &str) -> String {
        self.tf(key, &[])
    }

    fn tf(&self, key: &str, values: &[(&str, &str)]) -> String {
        self.unit.pack.words(self.lang).text(key, values)
    }

    fn or_nothing(&self, entries: Vec<Entry>, key: &str) -> Vec<Entry> {
        if entries.is_empty() {
            only(self.t(key))
        } else {
            entries
        }
    }

    fn who(&self, export: &PersonExport) -> Vec<Entry> {
        let Some(person) = &export.person else {
            let key = if export.erased_at.is_some() {
                "own.who_erased"
            } else {
                "own.who_none"
            };
            return only(self.t(key));
        };
        let entries = [
            (self.t("own.name"), &person.name),
            (self.t("own.phone"), &person.phone),
            (self.t("own.email"), &person.email),
            (self.t("own.address"), &person.address),
            (self.t("own.safe_contact"), &person.safe_contact),
        ];
        let entries = entries
            .into_iter()
            .filter_map(|(label, value)| value.as_deref().map(|value| entry(label, value)))
            .collect();
        let mut entries = self.or_nothing(entries, "own.who_none");
        entries.extend(self.telling(export));
        entries
    }

    /// By which ways they are told of news.
    fn telling(&self, export: &PersonExport) -> Option<Entry> {
        let telling = export.telling.as_ref()?;
        let ways = telling.wish.as_ref().filter(|_| !telling.stopped);
        let ways: Vec<String> = ways
            .map(|wish| {
                wish.ways
                    .iter()
                    .map(|way| self.t(way_words(*way)))
                    .collect()
            })
            .unwrap_or_default();
        let words = if ways.is_empty() {
            self.t("telling.stands_none")
        } else {
            self.tf("telling.stands", &[("ways", &ways.join(", "))])
        };
        Some(Entry {
            written: false,
            ..entry(self.t("case.telling"), &words)
        })
    }

    fn told(&self, export: &PersonExport) -> Vec<Entry> {
        let mut entries = Vec::new();
        for (event, act) in acts(export) {
            match act {
                CaseAct::RequestFiled(filed) => {
                    let service = self.unit.pack.service(&filed.service);
                    let service = service.map(|service| service.name.get(self.lang).to_owned());
                    let at = filed.occurred_at;
                    let occurred = at.map(|at| self.format.moment(at));
                    let told = filed.when_text.as_deref();
                    let told = told.map(|text| self.format.retold(text, at));
                    let harm = filed.harm();
                    let wellbeing = harm.wellbeing;
                    let wellbeing = wellbeing.map(|known| self.t(wellbeing_words(known)));
                    let loss = harm.loss_rupiah.map(|loss| {
                        let n = self.format.count(i64::try_from(loss).unwrap_or(i64::MAX));
                        self.tf("harm.rupiah", &[("n", &n)])
                    });
                    let facts = [
                        ("own.service", service),
                        ("own.channel", Some(self.channel(filed.channel.as_str()))),
                        ("own.form", filed.form.as_deref().and_then(form_words)),
                        (
                            "own.written",
                            filed.written_at.map(|at| self.format.date(at)),
                        ),
                        ("own.story", Some(filed.description)),
                        ("own.when", told.or(occurred)),
                        ("harm.wellbeing", wellbeing),
                        ("harm.lost", loss),
                        ("own.place", event.place.clone()),
                    ];
                    entries.extend(facts.into_iter().filter_map(|(key, value)| {
                        let value = value.filter(|value| !value.is_empty())?;
                        Some(entry(self.t(key), &value))
                    }));
                }
                CaseAct::InformationAdded { text, .. } | CaseAct::ReviewAsked { text, .. }
                    if !text.is_empty() =>
                {
                    let time = self.format.moment(event.at);
                    entries.push(entry(self.tf("own.added", &[("time", &time)]), &text));
                }
                _ => {}
            }
        }
        entries
    }

    fn answered(&self, export: &PersonExport) -> Vec<Entry> {
        let mut entries = Vec::new();
        for event in &export.events {
            let Some((known, text)) = self.class(event).or_else(|| self.answer(event)) else {
                continue;
            };
            let mut told = entry(self.format.moment(event.at), &text);
            told.lines.retain(|line| !line.is_empty());
            told.lines.extend(known);
            if !told.lines.is_empty() {
                entries.push(told);
            }
        }
        self.or_nothing(entries, "own.answered_none")
    }

    /// What an act told the person: what the program says of it, and what somebody wrote.
    fn answer(&self, event: &ExportedAct) -> Option<(Vec<String>, String)> {
        let pack = &self.unit.pack;
        let late = |code: &str| -> Vec<String> {
            let known = pack.late_reasons().iter();
            let known = known.filter(|known| known.code.as_str() == code);
            known.map(|known| self.say(&known.name)).collect()
        };
        Some(match act_of(event)? {
            CaseAct::ReporterAnswered { text, next_news_by } => {
                let by = next_news_by.map(|by| {
                    let time = self.format.moment(by);
                    self.tf("track.next_news", &[("time", &time)])
                });
                (by.into_iter().collect(), text)
            }
            CaseAct::LetterGiven {
                kind,
                number,
                dated,
                ..
            } => (
                vec![self.letter(&kind, number.as_deref(), dated)],
                String::new(),
            ),
            CaseAct::LetterWithdrawn { letter, reason, .. } => {
                let n = self.format.count(i64::from(letter));
                (vec![self.tf("own.letter_withdrawn", &[("n", &n)])], reason)
            }
            CaseAct::DelayExplained { reason, text }
            | CaseAct::ProgressDelayExplained { reason, text, .. } => (late(&reason), text),
            CaseAct::ProgressSent { stage, text, .. } => {
                let known = pack.news().stage(&stage);
                let known = known.map_or(stage, |known| self.say(&known.name));
                (vec![known], text)
            }
            CaseAct::StepLeftOut { step, reason } => {
                let known = pack.steps().step(&step);
                let known = known.and_then(|known| known.citizen.as_ref());
                let known = known.map(|words| self.say(words));
                (known.into_iter().collect(), reason)
            }
            CaseAct::CaseClosed {
                outcome, reason, ..
            } => {
                let known = pack.close_outcomes().iter();
                let known = known.filter(|known| known.code.as_str() == outcome);
                let known = known.map(|known| self.say(&known.citizen)).collect();
                (known, reason)
            }
            CaseAct::CaseReopened { reason } => (Vec::new(), reason),
            CaseAct::ReviewAnswered { text, .. } => (Vec::new(), text),
            _ => return None,
        })
    }

    /// What was decided of whose the matter is, as far as it is given out: of a kind kept narrow it has no class.
    fn class(&self, event: &ExportedAct) -> Option<(Vec<String>, String)> {
        let pack = &self.unit.pack;
        let said = |field: &str| event.content.get(field).and_then(serde_json::Value::as_str);
        let mut known = Vec::new();
        match event.kind {
            "case.triage_decided" | "case.triage_settled" => {
                let outcome = said("outcome").map(|code| {
                    let outcome = pack.triage().outcome(code);
                    outcome.map_or_else(|| code.to_owned(), |outcome| self.say(&outcome.name))
                });
                let matter = event.content.get("matter").cloned();
                let matter = matter.and_then(|matter| serde_json::from_value(matter).ok());
                if let (Some(outcome), Some(matter)) = (outcome, matter) {
                    let class = self.t(matter_key(matter));
                    let values = [("outcome", outcome.as_str()), ("class", class.as_str())];
                    known.push(self.tf("triage.class_is", &values));
                } else {
                    known.push(self.t("triage.class_narrow"));
                }
                let referrals = event.content.get("referrals");
                let referrals = referrals.and_then(serde_json::Value::as_array);
                let referrals = referrals.into_iter().flatten();
                let referrals = referrals.filter_map(|code| pack.referral(code.as_str()?));
                known.extend(referrals.map(|place| self.say(&place.name)));
            }
            "case.second_look_given" if !event.content.is_null() => {
                let agrees = event.content.get("agrees");
                let agrees = agrees.and_then(serde_json::Value::as_bool) == Some(true);
                known.push(self.t(if agrees {
                    "triage.look_agreed"
                } else {
                    "triage.look_conflict"
                }));
            }
            _ => return None,
        }
        Some((known, said("reason").unwrap_or_default().to_owned()))
    }

    /// A letter as it stands in what was told to the person.
    fn letter(&self, code: &str, number: Option<&str>, dated: Date) -> String {
        let kind = self.unit.pack.letter(code);
        let kind = kind.map_or_else(|| code.to_owned(), |kind| self.say(&kind.name));
        let date = self.format.day(dated);
        let values = [("kind", kind.as_str()), ("date", date.as_str())];
        let words = self.tf("own.letter", &values);
        match number {
            Some(number) => format!(
                "{words}. {}",
                self.tf("letter.number", &[("number", number)])
            ),
            None => words,
        }
    }

    fn happened(&self, export: &PersonExport) -> Vec<Entry> {
        export
            .events
            .iter()
            .map(|event| {
                let by = match event.by {
                    "person" => self.t("own.by_you"),
                    "officer" => self.t("own.by_officer"),
                    _ => self.t("own.by_program"),
                };
                let what = self.event(event.kind);
                Entry {
                    label: self.format.moment(event.at),
                    lines: vec![format!("{what} ({by})")],
                    written: false,
                }
            })
            .collect()
    }

    fn event(&self, kind: &str) -> String {
        match kind {
            "case.request_filed" => self.t("own.event_filed"),
            "case.case_taken" => self.t("own.event_taken"),
            "case.case_taken_over" => self.t("own.event_taken_over"),
            "case.case_assessed" => self.t("own.event_assessed"),
            "case.officer_assigned" => self.t("own.event_assigned"),
            "case.responder_dispatched" => self.t("own.event_dispatched"),
            "case.responder_arrived" => self.t("own.event_arrived"),
            "case.responder_cleared" => self.t("own.event_cleared"),
            "case.reporter_answered" | "case.progress_sent" => self.t("own.event_answered"),
            "case.information_added" => self.t("own.event_information"),
            "case.evidence_added" => self.t("own.event_evidence"),
            "case.letter_given" => self.t("own.event_letter"),
            "case.letter_withdrawn" => self.t("own.event_letter_withdrawn"),
            "case.delay_explained" | "case.progress_delay_explained" => self.t("own.event_delay"),
            "case.support_offered" => self.t("own.event_support"),
            "case.review_asked" => self.t("own.event_review_asked"),
            "case.review_answered" | "case.second_look_given" => {
                self.t("own.event_review_answered")
            }
            "case.case_closed" => self.t("own.event_closed"),
            "case.case_reopened" => self.t("own.event_reopened"),
            "case.triage_answered" | "case.triage_decided" | "case.triage_settled" => {
                self.t("own.event_triage")
            }
            "case.action_taken"
            | "case.first_hour_step_done"
            | "case.risk_recorded"
            | "case.escalation_taken" => self.t("own.event_action"),
            "case.hold_placed" => self.t("own.event_held"),
            "case.hold_lifted" => self.t("own.event_lifted"),
            "case.personal_data_erased" => self.t("own.event_erased"),
            _ => self.t("own.event_other"),
        }
    }

    fn files(&self, export: &PersonExport) -> Vec<Entry> {
        if export.files.is_empty() {
            return only(self.t("own.files_none"));
        }
        if export.erased_at.is_some() {
            return only(self.t("own.files_erased"));
        }
        (1_i64..)
            .zip(&export.files)
            .map(|(n, file)| {
                let kilobytes = i64::try_from(file.size_bytes.div_ceil(1000)).unwrap_or(i64::MAX);
                let values = [
                    ("n", self.format.count(n)),
                    ("type", file.media_type.clone()),
                    ("size", self.format.count(kilobytes)),
                ];
                let values = values
                    .each_ref()
                    .map(|(name, value)| (*name, value.as_str()));
                Entry {
                    label: self.tf("own.file", &values),
                    lines: vec![self.tf("own.file_digest", &[("digest", &file.sha256)])],
                    written: false,
                }
            })
            .collect()
    }

    fn kept(&self, export: &PersonExport) -> Vec<Entry> {
        let mut lines = match export.erased_at {
            Some(at) => vec![
                self.tf("own.erased", &[("time", &self.format.moment(at))]),
                self.t(match basis(export) {
                    Some(ErasureBasis::Retention) => "own.erased_retention",
                    _ => "own.erased_request",
                }),
                self.t("own.erased_stays"),
            ],
            None => {
                let day = export.kept_until.map(|day| self.format.day(day));
                let kept = match day {
                    Some(day) => self.tf("own.kept_day", &[("date", &day)]),
                    None => self.t("own.kept_until"),
                };
                vec![kept, self.t("own.kept_ask")]
            }
        };
        lines.push(self.t("own.judgement"));
        vec![Entry {
            label: String::new(),
            lines,
            written: false,
        }]
    }

    fn channel(&self, code: &str) -> String {
        let channels = self.unit.pack.channels();
        let known = channels.iter().find(|known| known.code.as_str() == code);
        known.map_or_else(|| code.to_owned(), |known| self.say(&known.name))
    }

    fn say(&self, words: &Localized) -> String {
        words.get(self.lang).to_owned()
    }
}

/// The acts whose content is given out.
fn acts(export: &PersonExport) -> impl Iterator<Item = (&ExportedAct, CaseAct)> {
    let events = export.events.iter();
    events.filter_map(|event| Some((event, act_of(event)?)))
}

fn act_of(event: &ExportedAct) -> Option<CaseAct> {
    serde_json::from_value(event.content.clone()).ok()
}

fn basis(export: &PersonExport) -> Option<ErasureBasis> {
    acts(export).find_map(|(_, act)| match act {
        CaseAct::PersonalDataErased { basis, .. } => Some(basis),
        _ => None,
    })
}

fn only(words: String) -> Vec<Entry> {
    vec![Entry {
        label: String::new(),
        lines: vec![words],
        written: false,
    }]
}

fn entry(label: String, value: &str) -> Entry {
    Entry {
        label,
        lines: value.lines().map(ToOwned::to_owned).collect(),
        written: true,
    }
}
