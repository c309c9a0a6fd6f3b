//! A pack: a unit's method as data. Services and their standards, the survey, strata, ranks, reasons and words.
//!
//! A pack is a folder of TOML files (`docs/packs.md` describes each). [`Pack::load`] takes their texts and gives either
//! a pack in which every reference leads somewhere, every entry names its source and every text stands in both
//! languages, or the list of everything that is wrong, each with file, line, column, key and remedy. It reads no
//! files itself, and nothing here knows what a pack is used for: the rules ask it, it does not ask them.
//!
//! A unit's own pack above the national floor comes later; today a pack is complete in itself.

mod access;
mod calendar;
mod case;
mod choice;
mod clock;
mod code;
mod desk;
mod entry;
mod evidence;
mod fault;
mod findings;
mod first_hour;
mod function;
mod lang;
mod law;
mod lesson;
mod letters;
mod load;
mod measures;
mod need;
mod news;
mod notices;
mod offence;
mod org;
mod people;
mod proof;
mod question;
mod read;
mod report;
mod retention;
mod rights;
mod safe;
mod service;
mod sign_in;
mod skill;
mod source;
mod steps;
mod survey;
mod triage;
mod words;

use std::collections::BTreeMap;

use crate::letter::Template;
use crate::place::Strata;

pub use access::AccessTimes;
pub use calendar::{Calendar, Holiday, HolidayKind, RestDay};
pub use case::{Channel, CloseOutcome, Explanation, LateReason, LetterKind};
pub use choice::UnknownChoice;
pub use clock::{Clock, ClockEvent, ClockKind, ClockUnit};
pub use code::{
    BadCode, CODE_MAX_CHARS, ChannelCode, CollectionCode, DifficultyCode, DutyCode, ElementCode,
    EntryCode, EvidenceCode, ExplanationCode, GroupCode, InstrumentCode, ItemCode, KindCode,
    LateReasonCode, LessonCode, LetterCode, NewsCode, OffenceCode, OutcomeCode, PhraseCode,
    RankCode, RoleCode, RuleCode, ServiceCode, SkillCode, StepCode, StratumCode, ThingCode,
    is_code,
};
pub use desk::{Desk, DeskSystem, Ending, Need, Priority};
pub use entry::{Entry, Field};
pub use evidence::{
    Collection, EvidenceLaw, EvidenceRule, EvidenceType, Nature, Need as CollectionNeed,
};
pub use fault::{FAULTS_MAX, PackError, PackErrors, PackFault, PackRule};
pub use first_hour::{
    EscalationLevel, FirstHourBy, FirstHourItem, FirstHourRules, RiskWord, ThreatLevel,
};
pub use function::{
    Aspect, AspectEntry, Duty, FunctionEntry, OfficerRole, OfficerRoleEntry, PoliceFunction,
};
pub use lang::{Lang, Localized, LocalizedList, UnknownLang};
pub use law::{FloorRule, Instrument, PackHead, Phrase};
pub use lesson::{
    GapKind, LESSON_MINUTES_MAX, LESSON_QUESTIONS_MAX, LESSON_SCREENS_MAX, LESSON_SCREENS_MIN,
    Lesson, LessonQuestion, LessonScreen, WORDS_A_MINUTE,
};
pub use load::{FILE_MAX_BYTES, FILES_MAX, PACK_FILES, POLICY_FILES, SCHEMA_FILE};
pub use measures::{
    Exclusion, Fact, FactAnswer, Measure, MeasureOrder, MeasureTell, Measures, NamedEntry, Party,
    Remedy, Way,
};
pub use need::{Minimum, NeedEffect, ServiceNeed};
pub use news::{Difficulty, NEWS_PLACEHOLDERS, News, NewsStage, NewsWhen};
pub use notices::{NOTICE_URL_MAX, NoticeText, Notices};
pub use offence::{Code, Codes, ComplaintOnly, ELEMENTS_MAX, Element, Milder, Offence, Penalty};
pub use org::{Rank, RankGroup, Role, UnitLevel};
pub use people::{Group, Stratum, StratumDimension};
pub use proof::ProofLaw;
pub use question::{ANSWER_MAX_CHARS, AnswerKind, AnswerValue, QUESTIONS_MAX, Question};
pub use report::{ReportKind, ReportStep, Signpost, WhatOption};
pub use retention::{KEEP_MAX_MONTHS, KeepBounds, Retention};
pub use rights::{ConcernedRole, ListAge, Right, RightsBook, RightsList, RightsNeed};
pub use safe::{Helpline, SafeTime, SafeTip, Safety};
pub use service::{Elsewhere, RESPOND_WITHIN_MAX_MINUTES, Service, ServiceClass, Standard};
pub use sign_in::{AccountRole, SignIn};
pub use skill::{Skill, ThingKind};
pub use source::{Certainty, Sourced, SourcedEntry};
pub use steps::{STEPS_MAX, Step, StepBy, StepDoneBy, StepWith, Steps};
pub use survey::{GoodEnd, SURVEY_POINTS, Survey, SurveyForm, SurveyItem, SurveyPart, SurveyScale};
pub use triage::{
    Boundary, Matter, Referral, Side, TREE_QUESTIONS_MAX, TriageOutcome, TriageQuestion, TriageTree,
};
pub(crate) use words::has_stray_brace;
pub use words::{Words, fill, placeholders};

/// A pack that loaded without a fault. Share it as `Arc<Pack>`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    head: PackHead,
    digest: String,
    instruments: Vec<Instrument>,
    functions: Vec<FunctionEntry>,
    officer_roles: Vec<OfficerRoleEntry>,
    aspects: Vec<AspectEntry>,
    duties: Vec<Duty>,
    services: Vec<Service>,
    by_code: BTreeMap<ServiceCode, usize>,
    report_kinds: Vec<ReportKind>,
    signposts: Vec<Signpost>,
    safety: Safety,
    desk: Desk,
    clocks: Vec<Clock>,
    calendar: Calendar,
    steps: Steps,
    news: News,
    notices: Notices,
    access: AccessTimes,
    policies: BTreeMap<String, String>,
    sign_in: SignIn,
    rights: RightsBook,
    measures: Measures,
    survey: Survey,
    strata: Vec<Stratum>,
    distance_strata: Strata,
    groups: Vec<Group>,
    unit_levels: Vec<UnitLevel>,
    ranks: Vec<Rank>,
    roles: Vec<Role>,
    close_outcomes: Vec<CloseOutcome>,
    late_reasons: Vec<LateReason>,
    letters: Vec<LetterKind>,
    templates: Vec<Template>,
    explanations: Vec<Explanation>,
    channels: Vec<Channel>,
    phrases: Vec<Phrase>,
    triage: TriageTree,
    referrals: Vec<Referral>,
    first_hour: FirstHourRules,
    proof: ProofLaw,
    skills: Vec<Skill>,
    lessons: Vec<Lesson>,
    things: Vec<ThingKind>,
    entries: BTreeMap<&'static str, Vec<Entry>>,
    words: [Words; 2],
    sources: Vec<SourcedEntry>,
}

impl Pack {
    /// Reads a pack from its files: path inside the pack (`services.toml`, `words/id.toml`) to text.
    ///
    /// # Errors
    ///
    /// Every fault found, up to [`FAULTS_MAX`]. When a file is missing or is not TOML, references are not followed,
    /// for what they lead to may stand in that file.
    pub fn load(files: &BTreeMap<String, String>) -> Result<Self, PackErrors> {
        let bytes = files
            .iter()
            .map(|(name, text)| (name.clone(), text.clone().into_bytes()))
            .collect();
        load::load(&bytes)
    }

    /// Reads a pack from the bytes of its files, which may be anything.
    ///
    /// # Errors
    ///
    /// As [`Pack::load`], and [`PackFault::NotUtf8`] for a file that is not text.
    pub fn load_bytes(files: &BTreeMap<String, Vec<u8>>) -> Result<Self, PackErrors> {
        load::load(files)
    }

    /// Head of the pack: code, version, title, floor.
    #[must_use]
    pub const fn head(&self) -> &PackHead {
        &self.head
    }

    /// Version as the pack writes it.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.head.version
    }

    /// SHA-256 over the files in the order of their names, 64 hexadecimal digits. Two packs with one digest are the same.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The words of a language.
    #[must_use]
    pub const fn words(&self, lang: Lang) -> &Words {
        let [id, en] = &self.words;
        match lang {
            Lang::Id => id,
            Lang::En => en,
        }
    }

    /// Every sourced thing, in the order of files and lines.
    #[must_use]
    pub fn sources(&self) -> &[SourcedEntry] {
        &self.sources
    }

    /// What somebody still has to check: entries whose certainty is not `found`, or that carry a note to verify.
    pub fn unverified(&self) -> impl Iterator<Item = &SourcedEntry> {
        self.sources.iter().filter(|entry| entry.is_unverified())
    }

    /// The service with this code.
    #[must_use]
    pub fn service(&self, code: &ServiceCode) -> Option<&Service> {
        self.services.get(*self.by_code.get(code)?)
    }

    /// Every service, in the order of the catalogue.
    #[must_use]
    pub fn services(&self) -> &[Service] {
        &self.services
    }

    /// Kinds of report, in the order of `/lapor`; the last choice "I do not know" included.
    #[must_use]
    pub fn report_kinds(&self) -> &[ReportKind] {
        &self.report_kinds
    }

    /// What people look for among the kinds of report and find on the page of a service.
    #[must_use]
    pub fn signposts(&self) -> &[Signpost] {
        &self.signposts
    }

    /// The kind of report with this code.
    #[must_use]
    pub fn report_kind(&self, code: &KindCode) -> Option<&ReportKind> {
        self.report_kinds.iter().find(|kind| kind.code == *code)
    }

    /// The kind of report at this part of the address.
    #[must_use]
    pub fn report_kind_by_slug(&self, slug: &str) -> Option<&ReportKind> {
        self.report_kinds.iter().find(|kind| kind.slug == slug)
    }

    /// What `/aman` says: helplines, safe times, tips.
    #[must_use]
    pub const fn safety(&self) -> &Safety {
        &self.safety
    }

    /// Times of openings in an emergency.
    #[must_use]
    pub const fn access(&self) -> &AccessTimes {
        &self.access
    }

    /// The policies of who may do what and their schema, by path inside the pack. Only their size and that they are
    /// text was looked at: whoever asks them reads them.
    #[must_use]
    pub const fn policies(&self) -> &BTreeMap<String, String> {
        &self.policies
    }

    /// What the front desk chooses from.
    #[must_use]
    pub const fn desk(&self) -> &Desk {
        &self.desk
    }

    /// Time limits and targets.
    #[must_use]
    pub fn clocks(&self) -> &[Clock] {
        &self.clocks
    }

    /// One time limit.
    #[must_use]
    pub fn clock(&self, code: &str) -> Option<&Clock> {
        self.clocks.iter().find(|clock| clock.code.as_str() == code)
    }

    /// On which days offices are closed.
    #[must_use]
    pub const fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What is done in every case of a service.
    #[must_use]
    pub const fn steps(&self) -> &Steps {
        &self.steps
    }

    /// Progress notices.
    #[must_use]
    pub const fn news(&self) -> &News {
        &self.news
    }

    /// What people are told when there is news.
    #[must_use]
    pub const fn notices(&self) -> &Notices {
        &self.notices
    }

    /// How staff sign in.
    #[must_use]
    pub const fn sign_in(&self) -> &SignIn {
        &self.sign_in
    }

    /// The rights that are told, by role.
    #[must_use]
    pub const fn rights(&self) -> &RightsBook {
        &self.rights
    }

    /// Control measures, what is tried before them, and ways to settle.
    #[must_use]
    pub const fn measures(&self) -> &Measures {
        &self.measures
    }

    /// The survey.
    #[must_use]
    pub const fn survey(&self) -> &Survey {
        &self.survey
    }

    /// The four functions (S1), in the order they are offered.
    #[must_use]
    pub fn functions(&self) -> &[FunctionEntry] {
        &self.functions
    }

    /// One function as people read it.
    #[must_use]
    pub fn function(&self, code: PoliceFunction) -> Option<&FunctionEntry> {
        self.functions.iter().find(|entry| entry.code == code)
    }

    /// The four roles of the officer in a contact (S28), in the order they are offered.
    #[must_use]
    pub fn officer_roles(&self) -> &[OfficerRoleEntry] {
        &self.officer_roles
    }

    /// One role of the officer as people read it.
    #[must_use]
    pub fn officer_role(&self, code: OfficerRole) -> Option<&OfficerRoleEntry> {
        self.officer_roles.iter().find(|entry| entry.code == code)
    }

    /// The three aspects (S6).
    #[must_use]
    pub fn aspects(&self) -> &[AspectEntry] {
        &self.aspects
    }

    /// One aspect as people read it.
    #[must_use]
    pub fn aspect(&self, code: Aspect) -> Option<&AspectEntry> {
        self.aspects.iter().find(|entry| entry.code == code)
    }

    /// The duties of UU 2/2002 (S2), kamtibmas first.
    #[must_use]
    pub fn duties(&self) -> &[Duty] {
        &self.duties
    }

    /// One duty.
    #[must_use]
    pub fn duty(&self, code: &DutyCode) -> Option<&Duty> {
        self.duties.iter().find(|duty| duty.code == *code)
    }

    /// Ways a case can end.
    #[must_use]
    pub fn close_outcomes(&self) -> &[CloseOutcome] {
        &self.close_outcomes
    }

    /// One way a case can end.
    #[must_use]
    pub fn close_outcome(&self, code: &OutcomeCode) -> Option<&CloseOutcome> {
        self.close_outcomes
            .iter()
            .find(|outcome| outcome.code == *code)
    }

    /// Reasons for being late.
    #[must_use]
    pub fn late_reasons(&self) -> &[LateReason] {
        &self.late_reasons
    }

    /// One reason for being late.
    #[must_use]
    pub fn late_reason(&self, code: &LateReasonCode) -> Option<&LateReason> {
        self.late_reasons.iter().find(|reason| reason.code == *code)
    }

    /// Kinds of letter that reporters are given, in the order they are offered.
    #[must_use]
    pub fn letters(&self) -> &[LetterKind] {
        &self.letters
    }

    /// Letters the program makes, in the order they are offered; each of a kind of [`Pack::letters`].
    #[must_use]
    pub fn templates(&self) -> &[Template] {
        &self.templates
    }

    /// The letter of a kind as the program makes it, if it makes one.
    #[must_use]
    pub fn template(&self, kind: &str) -> Option<&Template> {
        self.templates.iter().find(|one| one.kind.as_str() == kind)
    }

    /// Whether letters of a kind are for the reporter: all but those whose template says otherwise.
    #[must_use]
    pub fn letter_is_for_reporter(&self, kind: &str) -> bool {
        self.template(kind).is_none_or(|one| one.to_reporter)
    }

    /// One kind of letter.
    #[must_use]
    pub fn letter(&self, code: &str) -> Option<&LetterKind> {
        self.letters.iter().find(|kind| kind.code.as_str() == code)
    }

    /// Ways in.
    #[must_use]
    pub fn channels(&self) -> &[Channel] {
        &self.channels
    }

    /// One way in.
    #[must_use]
    pub fn channel(&self, code: &ChannelCode) -> Option<&Channel> {
        self.channels.iter().find(|channel| channel.code == *code)
    }

    /// What an officer explains in an encounter, in the order it is offered.
    #[must_use]
    pub fn explanations(&self) -> &[Explanation] {
        &self.explanations
    }

    /// Whether cases of a service are shown without their kind and with narrow access.
    #[must_use]
    pub fn is_sensitive(&self, code: &ServiceCode) -> bool {
        self.service(code).is_some_and(|service| service.sensitive)
    }

    /// Months for which what identifies people in a closed case of a service is kept; `None` for a service
    /// the pack does not have.
    #[must_use]
    pub fn keep_months(&self, code: &ServiceCode) -> Option<u32> {
        Some(self.service(code)?.retention.keep_months)
    }

    /// The bounds in which every period of keeping lies, as the floor states them.
    #[must_use]
    pub fn keep_bounds(&self) -> Option<KeepBounds> {
        self.head.floor.iter().find_map(|rule| rule.keep)
    }

    /// Strata of areas.
    #[must_use]
    pub fn strata(&self) -> &[Stratum] {
        &self.strata
    }

    /// One stratum.
    #[must_use]
    pub fn stratum(&self, code: &StratumCode) -> Option<&Stratum> {
        self.strata.iter().find(|stratum| stratum.code == *code)
    }

    /// The strata by distance, as the geography of a unit uses them (S46).
    #[must_use]
    pub const fn distance_strata(&self) -> &Strata {
        &self.distance_strata
    }

    /// Groups that need more (S76).
    #[must_use]
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Levels of unit, the highest first.
    #[must_use]
    pub fn unit_levels(&self) -> &[UnitLevel] {
        &self.unit_levels
    }

    /// Ranks, the lowest first.
    #[must_use]
    pub fn ranks(&self) -> &[Rank] {
        &self.ranks
    }

    /// One rank.
    #[must_use]
    pub fn rank(&self, code: &RankCode) -> Option<&Rank> {
        self.ranks.iter().find(|rank| rank.code == *code)
    }

    /// Roles in the organisation.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// One role in the organisation.
    #[must_use]
    pub fn role(&self, code: &RoleCode) -> Option<&Role> {
        self.roles.iter().find(|role| role.code == *code)
    }

    /// Laws and rules the pack rests on.
    #[must_use]
    pub fn instruments(&self) -> &[Instrument] {
        &self.instruments
    }

    /// Phrases at hand for the desk.
    #[must_use]
    pub fn phrases(&self) -> &[Phrase] {
        &self.phrases
    }

    /// What officers can be qualified for (S7).
    #[must_use]
    pub fn skills(&self) -> &[Skill] {
        &self.skills
    }

    /// One skill.
    #[must_use]
    pub fn skill(&self, code: &str) -> Option<&Skill> {
        self.skills.iter().find(|skill| skill.code.as_str() == code)
    }

    /// Skills that cases of a service are for, in the order of the pack.
    pub fn skills_for(&self, service: &ServiceCode) -> impl Iterator<Item = &Skill> {
        let of_service = |skill: &&Skill| skill.services.contains(service);
        self.skills.iter().filter(of_service)
    }

    /// Short lessons (S34).
    #[must_use]
    pub fn lessons(&self) -> &[Lesson] {
        &self.lessons
    }

    /// One lesson.
    #[must_use]
    pub fn lesson(&self, code: &str) -> Option<&Lesson> {
        self.lessons
            .iter()
            .find(|lesson| lesson.code.as_str() == code)
    }

    /// Kinds of equipment and rooms (S35).
    #[must_use]
    pub fn things(&self) -> &[ThingKind] {
        &self.things
    }

    /// One kind of equipment or room.
    #[must_use]
    pub fn thing(&self, code: &str) -> Option<&ThingKind> {
        self.things.iter().find(|thing| thing.code.as_str() == code)
    }

    /// The law of proof: offences, evidence, and the codes they stand in.
    #[must_use]
    pub const fn proof(&self) -> &ProofLaw {
        &self.proof
    }

    /// The triage tree and the look-alikes (S10).
    #[must_use]
    pub const fn triage(&self) -> &TriageTree {
        &self.triage
    }

    /// Where matters go that are not for the police alone, in the order they are offered.
    #[must_use]
    pub fn referrals(&self) -> &[Referral] {
        &self.referrals
    }

    /// One of them.
    #[must_use]
    pub fn referral(&self, code: &str) -> Option<&Referral> {
        self.referrals.iter().find(|one| one.code.as_str() == code)
    }

    /// The clock, the line and the words of the first hour (S8, S9).
    #[must_use]
    pub const fn first_hour(&self) -> &FirstHourRules {
        &self.first_hour
    }

    /// The entries of a section without a type of its own: `route`, `term`, …; empty for a name no file has.
    #[must_use]
    pub fn entries(&self, section: &str) -> &[Entry] {
        self.entries.get(section).map_or(&[], Vec::as_slice)
    }

    /// The stages of force, in order (S37).
    #[must_use]
    pub fn force_stages(&self) -> &[Entry] {
        self.entries("stage")
    }
}
