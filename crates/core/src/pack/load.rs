//! From the files of a pack to a [`Pack`], or to every fault in them.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::Pack;
use super::access::AccessTimes;
use super::calendar::Calendar;
use super::case::{Channel, CloseOutcome, Explanation, LateReason, LetterKind};
use super::clock::Clock;
use super::desk::Desk;
use super::entry::{Entry, SECTIONS};
use super::evidence::EvidenceLaw;
use super::fault::{PackError, PackErrors, PackFault, PackRule, words_file};
use super::findings::{FileText, Findings, braced, nearest, shorten};
use super::first_hour::FirstHourRules;
use super::function::{
    Aspect, AspectEntry, Duty, FunctionEntry, OfficerRole, OfficerRoleEntry, PoliceFunction,
};
use super::lang::{Lang, Localized};
use super::law::{Instrument, PackHead, Phrase};
use super::lesson::Lesson;
use super::letters;
use super::measures::Measures;
use super::news::News;
use super::notices::Notices;
use super::offence::{Codes, Draft, Offence, expand};
use super::org::{Rank, Role, UnitLevel};
use super::people::{Group, Stratum, distance_strata};
use super::proof::ProofLaw;
use super::read::{TEXT_MAX_CHARS, Table};
use super::report::{ReportKind, Signpost};
use super::rights::RightsBook;
use super::safe::Safety;
use super::service::{ElsewhereOfClass, Service};
use super::sign_in::SignIn;
use super::skill::{Skill, ThingKind};
use super::steps::Steps;
use super::survey::Survey;
use super::triage::{Boundary, Referral, TriageTree};
use super::words::{Words, has_stray_brace, placeholders};
use crate::place::Strata;

/// Largest file of a pack, in bytes.
pub const FILE_MAX_BYTES: usize = 2 * 1024 * 1024;

/// Most files in a pack.
pub const FILES_MAX: usize = 64;

/// Files of a pack; each must be there.
pub const PACK_FILES: [&str; 36] = [
    "access.toml",
    "calendar.toml",
    "case.toml",
    "clocks.toml",
    "complaints.toml",
    "desk.toml",
    "evidence.toml",
    "first_hour.toml",
    "functions.toml",
    "glossary.toml",
    "groups.toml",
    "instruments.toml",
    "letters.toml",
    "news.toml",
    "lessons.toml",
    "measures.toml",
    "notices.toml",
    "offences.toml",
    "org.toml",
    "pack.toml",
    "phrases.toml",
    "referrals.toml",
    "report.toml",
    "rights.toml",
    "safe.toml",
    "services.toml",
    "sign_in.toml",
    "steps.toml",
    "skills.toml",
    "strata.toml",
    "survey.toml",
    "things.toml",
    "triage.toml",
    "use_of_force.toml",
    "words/en.toml",
    "words/id.toml",
];

/// The schema of the policies.
pub const SCHEMA_FILE: &str = "access/schema.cedarschema";

/// Policies and their schema; each must be there. A unit may add other `access/….cedar`.
pub const POLICY_FILES: [&str; 3] = ["access/cases.cedar", "access/roles.cedar", SCHEMA_FILE];

/// Whether a file holds policies or their schema.
fn is_policy_file(name: &str) -> bool {
    let inner = name
        .strip_prefix("access/")
        .and_then(|name| name.strip_suffix(".cedar"));
    POLICY_FILES.contains(&name) || inner.is_some_and(super::code::is_code)
}

/// The texts of the policies, as far as they are there and text.
fn read_policies(
    findings: &Findings,
    files: &BTreeMap<String, Vec<u8>>,
) -> BTreeMap<String, String> {
    for name in POLICY_FILES {
        if !files.contains_key(name) {
            findings.report(whole_file(name, PackFault::MissingFile));
        }
    }
    let there = files.keys().filter(|name| is_policy_file(name));
    there
        .filter_map(|name| Some((name.clone(), open(findings, files, name)?.text().to_owned())))
        .collect()
}

/// Files that hold nothing but generic entries.
const ENTRY_FILES: [&str; 3] = ["complaints.toml", "glossary.toml", "use_of_force.toml"];

/// Syntax faults kept of one file: the first explains the rest.
const SYNTAX_FAULTS_MAX: usize = 3;

/// Where a fault of a whole file is reported.
fn whole_file(file: &str, fault: PackFault) -> PackError {
    PackError {
        file: file.to_owned(),
        line: 1,
        column: 1,
        key: String::new(),
        fault,
    }
}

pub(super) fn load(files: &BTreeMap<String, Vec<u8>>) -> Result<Pack, PackErrors> {
    let findings = Findings::default();
    if files.len() > FILES_MAX {
        let fault = PackFault::TooManyFiles {
            files: files.len(),
            limit: FILES_MAX,
        };
        findings.report(whole_file("", fault));
        return Err(errors(findings));
    }

    for name in files.keys() {
        if !PACK_FILES.contains(&name.as_str()) && !is_policy_file(name) {
            let suggestion = nearest(
                name,
                PACK_FILES
                    .into_iter()
                    .filter(|known| !files.contains_key(*known)),
            );
            findings.report(whole_file(name, PackFault::UnknownFile { suggestion }));
        }
    }

    let texts: Vec<FileText<'_>> = PACK_FILES
        .into_iter()
        .filter_map(|name| open(&findings, files, name))
        .collect();
    let parsed: Vec<(&FileText<'_>, Spanned<DeTable<'_>>)> = texts
        .iter()
        .filter_map(|file| Some((file, parse(&findings, file)?)))
        .collect();
    let policies = read_policies(&findings, files);
    let all_read = parsed.len() == PACK_FILES.len();
    let root = |name: &str| -> Option<Table<'_>> {
        let (file, table) = parsed.iter().find(|(file, _)| file.name == name)?;
        Some(Table::root(&findings, file, table.get_ref()))
    };
    let pack = read(files, &root, || {
        let words = |lang| {
            let name = words_file(lang);
            parsed.iter().find(|(file, _)| file.name == name)
        };
        read_words(&findings, words(Lang::Id), words(Lang::En))
    });

    if all_read {
        findings.follow_references();
    }
    match pack {
        Some(mut pack) if findings.is_clean() => {
            pack.policies = policies;
            let (_, _, sources) = findings.into_parts();
            pack.sources = sources;
            pack.sources
                .sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
            Ok(pack)
        }
        _ => Err(errors(findings)),
    }
}

fn errors(findings: Findings) -> PackErrors {
    let (mut errors, omitted, _) = findings.into_parts();
    errors.sort();
    PackErrors { errors, omitted }
}

/// The text of one file, if it is there, not too large, and UTF-8. A byte-order mark is passed over.
fn open<'a>(
    findings: &Findings,
    files: &'a BTreeMap<String, Vec<u8>>,
    name: &str,
) -> Option<FileText<'a>> {
    let Some((name, bytes)) = files.get_key_value(name) else {
        findings.report(whole_file(name, PackFault::MissingFile));
        return None;
    };
    if bytes.len() > FILE_MAX_BYTES {
        let fault = PackFault::FileTooLarge {
            bytes: bytes.len(),
            limit: FILE_MAX_BYTES,
        };
        findings.report(whole_file(name, fault));
        return None;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(FileText::new(
            name,
            text.strip_prefix('\u{feff}').unwrap_or(text),
        )),
        Err(error) => {
            let good = error.valid_up_to();
            let before = bytes
                .get(..good)
                .and_then(|good| std::str::from_utf8(good).ok())
                .unwrap_or_default();
            findings.report_at(&FileText::new(name, before), good, "", PackFault::NotUtf8);
            None
        }
    }
}

fn parse<'a>(findings: &Findings, file: &FileText<'a>) -> Option<Spanned<DeTable<'a>>> {
    let (table, errors) = DeTable::parse_recoverable(file.text());
    if errors.is_empty() {
        return Some(table);
    }
    for error in errors.iter().take(SYNTAX_FAULTS_MAX) {
        let offset = error.span().map_or(0, |span| span.start);
        let message = error.message().to_owned();
        findings.report_at(file, offset, "", PackFault::Syntax { message });
    }
    None
}

/// The rows of `[[key]]` where `root` holds nothing else.
fn only<'a, T>(
    root: Option<Table<'a>>,
    key: &str,
    read: impl FnMut(&Table<'a>) -> T,
) -> Option<Vec<T>> {
    Some(root?.read(|root| root.rows(key, read)))
}

/// The sections of generic entries of one file.
fn read_entries(root: &Table<'_>, file: &str, entries: &mut BTreeMap<&'static str, Vec<Entry>>) {
    for section in SECTIONS.iter().filter(|section| section.file == file) {
        let rows = root.rows(section.name, |row| section.read(row));
        entries.insert(section.name, rows);
    }
}

/// Reads every file that could be parsed; `None` if one is missing whose absence leaves nothing to build.
///
/// All files are read before the first is missed, so that the faults of each are told.
fn read<'a>(
    files: &BTreeMap<String, Vec<u8>>,
    root: &dyn Fn(&str) -> Option<Table<'a>>,
    words: impl FnOnce() -> Option<[Words; 2]>,
) -> Option<Pack> {
    let mut entries = BTreeMap::new();
    let head = root("pack.toml").and_then(|root| root.read(PackHead::read));
    let instruments = only(root("instruments.toml"), "instrument", Instrument::read);
    let functions = root("functions.toml").map(|root| root.read(Functions::read));
    let floor = head
        .as_ref()
        .and_then(|head| head.floor.iter().find_map(|rule| rule.keep));
    let services = root("services.toml").map(|root| {
        root.read(|root| {
            let elsewhere = root.rows_or_empty("elsewhere", ElsewhereOfClass::read);
            root.rows("service", |row| Service::read(row, floor, &elsewhere))
        })
    });
    let reports = root("report.toml").map(|root| {
        root.read(|root| {
            let signposts = root.rows_or_empty("signpost", Signpost::read);
            (read_kinds(root), signposts)
        })
    });
    let clocks = only(root("clocks.toml"), "clock", Clock::read);
    let calendar = root("calendar.toml").and_then(|root| root.read(Calendar::read));
    let steps = root("steps.toml").and_then(|root| {
        root.read(|root| {
            let mut steps = Steps::read(root)?;
            if !steps.wind(clocks.as_deref().unwrap_or_default()) {
                root.break_rule("step", PackRule::StepClockStarts);
            }
            Some(steps)
        })
    });
    let news = root("news.toml").and_then(|root| root.read(News::read));
    let safety = root("safe.toml").and_then(|root| root.read(Safety::read));
    let access = root("access.toml").and_then(|root| root.read(AccessTimes::read));
    let notices = root("notices.toml").and_then(|root| root.read(Notices::read));
    let desk = root("desk.toml").and_then(|root| root.read(Desk::read));
    let sign_in = root("sign_in.toml").and_then(|root| root.read(SignIn::read));
    let survey = root("survey.toml").and_then(|root| {
        root.read(|root| {
            read_entries(root, "survey.toml", &mut entries);
            Survey::read(root, floor)
        })
    });
    let strata = root("strata.toml").map(|root| root.read(read_strata));
    let groups = only(root("groups.toml"), "group", Group::read);
    let org = root("org.toml").map(|root| root.read(Organisation::read));
    let case = root("case.toml").map(|root| root.read(CaseWords::read));
    let templates = root("letters.toml").map(|root| root.read(letters::read));
    let phrases = only(root("phrases.toml"), "phrase", Phrase::read);
    let skills = only(root("skills.toml"), "skill", Skill::read);
    let lessons = only(root("lessons.toml"), "lesson", Lesson::read);
    let things = only(root("things.toml"), "thing", ThingKind::read);
    for file in ENTRY_FILES {
        if let Some(root) = root(file) {
            root.read(|root| read_entries(root, file, &mut entries));
        }
    }
    let offences = root("offences.toml")
        .map(|root| root.read(|root| (root.rows("boundary", Boundary::read), read_offences(root))));
    let (boundaries, offences) = offences.unzip();
    let triage = root("triage.toml").map(|root| {
        root.read(|root| TriageTree::read(root, boundaries.clone().unwrap_or_default()))
    });
    let referrals = root("referrals.toml").map(|root| root.read(Referral::read_all));
    let first_hour = root("first_hour.toml").map(|root| root.read(FirstHourRules::read));
    let evidence = root("evidence.toml").and_then(|root| root.read(EvidenceLaw::read));
    let known = clocks.as_deref().unwrap_or_default();
    let rights =
        root("rights.toml").and_then(|root| root.read(|root| RightsBook::read(root, known)));
    let measures = root("measures.toml").map(|root| root.read(|root| Measures::read(root, known)));
    let words = words();

    let functions = functions?;
    boundaries?;
    let org = org?;
    let case = case?;
    let services = services?;
    let (report_kinds, signposts) = reports?;
    let (strata, distance_strata) = strata?;
    let (codes, milder_words, offences) = offences.flatten()?;
    let by_code = services
        .iter()
        .enumerate()
        .map(|(index, service)| (service.code.clone(), index))
        .collect();
    Some(Pack {
        head: head?,
        digest: digest(files),
        instruments: instruments?,
        functions: functions.police,
        officer_roles: functions.roles,
        aspects: functions.aspects,
        duties: functions.duties,
        services,
        by_code,
        report_kinds,
        signposts,
        safety: safety?,
        desk: desk?,
        access: access?,
        policies: BTreeMap::new(),
        clocks: clocks?,
        calendar: calendar?,
        steps: steps?,
        news: news?,
        notices: notices?,
        sign_in: sign_in?,
        rights: rights?,
        measures: measures?,
        survey: survey?,
        strata,
        distance_strata,
        groups: groups?,
        unit_levels: org.unit_levels,
        ranks: org.ranks,
        roles: org.roles,
        close_outcomes: case.close_outcomes,
        late_reasons: case.late_reasons,
        letters: case.letters,
        templates: templates?,
        channels: case.channels,
        explanations: case.explanations,
        phrases: phrases?,
        triage: triage?,
        referrals: referrals?,
        first_hour: first_hour?,
        proof: ProofLaw {
            codes,
            milder_words,
            offences,
            evidence: evidence?,
        },
        skills: skills?,
        lessons: lessons?,
        things: things?,
        entries,
        words: words?,
        sources: Vec::new(),
    })
}

struct Functions {
    police: Vec<FunctionEntry>,
    roles: Vec<OfficerRoleEntry>,
    aspects: Vec<AspectEntry>,
    duties: Vec<Duty>,
}

impl Functions {
    fn read(root: &Table<'_>) -> Self {
        let read = Self {
            police: root.rows("function", FunctionEntry::read),
            roles: root.rows("role", OfficerRoleEntry::read),
            aspects: root.rows("aspect", AspectEntry::read),
            duties: root.rows("duty", Duty::read),
        };
        let each_once = |key: &str, found: Vec<&str>, all: Vec<&str>| {
            let mut sorted = (found, all);
            sorted.0.sort_unstable();
            sorted.1.sort_unstable();
            if sorted.0 != sorted.1 {
                root.break_rule(key, PackRule::EachOnce);
            }
        };
        each_once(
            "function",
            read.police.iter().map(|f| f.code.code()).collect(),
            PoliceFunction::ALL.iter().map(|f| f.code()).collect(),
        );
        each_once(
            "role",
            read.roles.iter().map(|r| r.code.code()).collect(),
            OfficerRole::ALL.iter().map(|r| r.code()).collect(),
        );
        each_once(
            "aspect",
            read.aspects.iter().map(|a| a.code.code()).collect(),
            Aspect::ALL.iter().map(|a| a.code()).collect(),
        );
        if read
            .duties
            .first()
            .is_some_and(|first| first.code.as_str() != "kamtibmas")
        {
            root.break_rule("duty", PackRule::KamtibmasFirst);
        }
        read
    }
}

fn read_offences(root: &Table<'_>) -> Option<(Codes, Localized, Vec<Offence>)> {
    let mut milder = None;
    let codes = root.table("codes", |row| {
        milder = Some(row.localized("milder"));
        Codes::read(row)
    });
    let drafts = root.rows("offence", Draft::read);
    Some((codes?, milder?, expand(root, &drafts)))
}

fn read_strata(root: &Table<'_>) -> (Vec<Stratum>, Strata) {
    let strata = root.rows("stratum", Stratum::read);
    let distance = distance_strata(root, &strata);
    (strata, distance)
}

struct Organisation {
    unit_levels: Vec<UnitLevel>,
    ranks: Vec<Rank>,
    roles: Vec<Role>,
}

impl Organisation {
    fn read(root: &Table<'_>) -> Self {
        Self {
            unit_levels: root.rows("unit_level", UnitLevel::read),
            ranks: root.rows("rank", Rank::read),
            roles: root.rows("role", Role::read),
        }
    }
}

struct CaseWords {
    close_outcomes: Vec<CloseOutcome>,
    late_reasons: Vec<LateReason>,
    letters: Vec<LetterKind>,
    channels: Vec<Channel>,
    explanations: Vec<Explanation>,
}

impl CaseWords {
    fn read(root: &Table<'_>) -> Self {
        Self {
            close_outcomes: root.rows("outcome", CloseOutcome::read),
            late_reasons: root.rows("late_reason", LateReason::read),
            // A unit that gives none offers none.
            letters: root.rows_or_empty("letter", LetterKind::read),
            channels: root.rows("channel", Channel::read),
            explanations: root.rows("explanation", Explanation::read),
        }
    }
}

fn read_kinds(root: &Table<'_>) -> Vec<ReportKind> {
    let kinds = root.rows("kind", ReportKind::read);
    if kinds.iter().filter(|kind| kind.unknown).count() != 1 {
        root.break_rule("kind", PackRule::OneUnknownKind);
    }
    kinds
}

/// A word with the place of its text.
struct Word<'a> {
    /// `None` where the text is faulty, so that no fault is told twice.
    text: Option<&'a str>,
    offset: usize,
}

type ParsedFile<'p, 'a> = (&'p FileText<'a>, Spanned<DeTable<'a>>);

fn read_words(
    findings: &Findings,
    id: Option<&ParsedFile<'_, '_>>,
    en: Option<&ParsedFile<'_, '_>>,
) -> Option<[Words; 2]> {
    let mut id_words = BTreeMap::new();
    let mut en_words = BTreeMap::new();
    if let Some((file, table)) = id {
        flatten(findings, file, "", table.get_ref(), &mut id_words);
    }
    if let Some((file, table)) = en {
        flatten(findings, file, "", table.get_ref(), &mut en_words);
    }
    let ((id_file, _), (en_file, _)) = (id?, en?);
    compare(findings, id_file, &id_words, en_file, &en_words, true);
    compare(findings, en_file, &en_words, id_file, &id_words, false);
    let words = |list: BTreeMap<String, Word<'_>>| {
        Words::new(
            list.into_iter()
                .filter_map(|(key, word)| Some((key, word.text?.to_owned())))
                .collect(),
        )
    };
    Some([words(id_words), words(en_words)])
}

/// Nested tables to dotted keys.
fn flatten<'p>(
    findings: &Findings,
    file: &FileText<'_>,
    above: &str,
    table: &'p DeTable<'_>,
    words: &mut BTreeMap<String, Word<'p>>,
) {
    for (name, value) in table {
        let mut key = above.to_owned();
        if !key.is_empty() {
            key.push('.');
        }
        key.push_str(name.get_ref());
        if !super::code::is_code(name.get_ref()) {
            let found = shorten(name.get_ref());
            findings.report_at(file, name.span().start, &key, PackFault::BadCode { found });
            continue;
        }
        let text = match value.get_ref() {
            DeValue::Table(inner) => {
                flatten(findings, file, &key, inner, words);
                continue;
            }
            DeValue::String(text) => {
                let found = text.chars().count();
                if text.trim().is_empty() {
                    Err(PackFault::EmptyText)
                } else if found > TEXT_MAX_CHARS {
                    let max = TEXT_MAX_CHARS;
                    Err(PackFault::TooLong { max, found })
                } else if has_stray_brace(text) {
                    Err(PackFault::StrayBrace)
                } else {
                    Ok(text.as_ref())
                }
            }
            other => Err(PackFault::WrongType {
                expected: "string",
                found: other.type_str(),
            }),
        };
        let offset = value.span().start;
        let text = text
            .map_err(|fault| findings.report_at(file, offset, &key, fault))
            .ok();
        words.insert(key, Word { text, offset });
    }
}

/// Reports keys of `here` that `there` lacks and, once for the pair, placeholders that differ.
fn compare(
    findings: &Findings,
    here_file: &FileText<'_>,
    here: &BTreeMap<String, Word<'_>>,
    there_file: &FileText<'_>,
    there: &BTreeMap<String, Word<'_>>,
    check_placeholders: bool,
) {
    for (key, word) in here {
        let Some(other) = there.get(key) else {
            let missing_in = there_file.name.to_owned();
            findings.report_at(
                here_file,
                word.offset,
                key,
                PackFault::WordsMissing { missing_in },
            );
            continue;
        };
        let (Some(mine), Some(theirs)) = (word.text, other.text) else {
            continue;
        };
        let (mine, theirs) = (placeholders(mine), placeholders(theirs));
        if check_placeholders && mine != theirs {
            let (line, _) = there_file.position(other.offset);
            findings.report_at(
                here_file,
                word.offset,
                key,
                PackFault::PlaceholderMismatch {
                    here: braced(&mine),
                    there: braced(&theirs),
                    other: format!("{}:{line}", there_file.name),
                },
            );
        }
    }
}

/// SHA-256 over the files in the order of their names, each as name, length and bytes, so that no two packs that
/// differ share one; 64 hexadecimal digits.
fn digest(files: &BTreeMap<String, Vec<u8>>) -> String {
    let mut hash = Sha256::new();
    for (name, bytes) in files {
        for part in [name.as_bytes(), bytes.as_slice()] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
    }
    let mut hex = String::with_capacity(64);
    for byte in hash.finalize() {
        // Writing to a String cannot fail.
        let _ = write!(hex, "{byte:02x}");
    }
    hex
}
