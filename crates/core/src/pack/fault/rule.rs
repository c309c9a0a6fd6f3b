//! Rules a pack is held to, beyond the shape of its files.

/// Rules of a pack that no single key can break.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PackRule {
    /// The four functions, four roles and three aspects each stand exactly once (S1, S6, S28).
    EachOnce,
    /// Kamtibmas is the first duty (S2).
    KamtibmasFirst,
    /// The form asks trust and liking, as two questions (S39, S41).
    TrustAndLikingApart,
    /// The form has an item for each aspect (S6).
    EveryAspectAsked,
    /// Every item but trust and liking belongs to an aspect (S6).
    ItemNeedsAspect,
    /// The two lists of a text have the same length.
    SameLength,
    /// Exactly one kind of report stands for "I do not know".
    OneUnknownKind,
    /// The languages are Indonesian, then English.
    LanguagesFixed,
    /// The floor bounds how long data is kept.
    RetentionInFloor,
    /// A distance stratum's bounds follow each other without a gap, from 0 km to the last one open.
    DistanceWithoutGap,
    /// Exactly one answer to "when is it safe to contact you?" is "never".
    OneNever,
    /// A helpline has a number, in digits.
    HelplineNumber,
    /// A day is written `2026-11-24`.
    RealDate,
    /// A visit to the desk can end served and not served.
    ServedAndNot,
    /// The letter of a ticket is one capital letter.
    TicketLetter,
    /// Every kind of notice stands exactly once.
    EachNoticeOnce,
    /// Hours of a day are written `07:00`, and end after they begin.
    HoursOfADay,
    /// A notice says where to read, and no detail of the case.
    NoticePlaceholders,
    /// A short message fits into one, in the network's own alphabet.
    ShortMessage,
    /// Only services of order, traffic and the community that are not sensitive are shown publicly.
    PublicFewOnly,
    /// What an offence takes over from others comes to an end.
    ElementsEnd,
    /// A penalty has months of prison or a category of fine.
    PenaltySaid,
    /// A question has values exactly where one or some of them are chosen.
    ValuesToChoose,
    /// A kind of letter has one template.
    EachLetterOnce,
    /// A letter asks for fields of its own once, and its floor names fields it has.
    LetterFields,
    /// A clock names at most 24 moments, each later than the one before.
    ClockGrows,
    /// A calendar knows years in order, and some day of the week is a working day.
    CalendarYears,
    /// A step that the floor protects is required.
    FloorStepRequired,
    /// A step that marks an event is done by hand.
    StepMarksByHand,
    /// What also does a step stands only with one that is done by hand, and a way with the offer of it.
    StepWithByHand,
    /// A service has at most 30 steps.
    StepsFew,
    /// The clock of a step starts with the report or with a step of the same service.
    StepClockStarts,
    /// A draft names the number and nothing that it cannot fill in.
    NewsPlaceholders,
    /// Each place in a case has one stage of notices.
    EachStageOnce,
    /// Exactly one difficulty is the usual one.
    OneUsual,
    /// Every way through the triage tree comes to an end.
    TriageEnds,
    /// Every question and outcome of the triage tree can be reached.
    TriageReached,
    /// "I do not know" in the triage tree never ends in a matter that is not for the police.
    TriageUnknownHelps,
    /// The triage tree begins with danger, and everything else says whose the matter is.
    TriageDangerFirst,
    /// A matter that is civil can be referred somewhere.
    ReferralForCivil,
    /// Minutes of a step of the first hour name the clock they come from.
    MinutesHaveClock,
    /// Threats stand from the least to the worst, and from some on they are an alarm.
    ThreatsRise,
    /// What services need says how many of it a station has, and the other way round.
    NeedWithMinimum,
    /// A service or a level stands once in what is needed of one thing.
    NeedOnce,
    /// A lesson is read in the minutes it says.
    LessonTooLong,
    /// The right answer is one of those to choose from.
    RightAnswer,
    /// A clock that ends something has a length in minutes, hours or days.
    ClockHasLength,
    /// What takes liberty is against a person and has an end; a child's comes no later.
    LibertyHasEnd,
    /// Every list of rights has some.
    ListHasRights,
    /// The floor names rights that are always told.
    RightsInFloor,
    /// Each role has one list of rights for adults and one for children.
    RightsOfEachRole,
    /// A way to settle has exclusions and needs the victim's consent.
    WayHasExclusions,
}

impl PackRule {
    /// Every rule.
    pub const ALL: [Self; 52] = [
        Self::ElementsEnd,
        Self::PenaltySaid,
        Self::EachOnce,
        Self::KamtibmasFirst,
        Self::TrustAndLikingApart,
        Self::EveryAspectAsked,
        Self::ItemNeedsAspect,
        Self::SameLength,
        Self::OneUnknownKind,
        Self::LanguagesFixed,
        Self::DistanceWithoutGap,
        Self::EachNoticeOnce,
        Self::HoursOfADay,
        Self::NoticePlaceholders,
        Self::OneNever,
        Self::ShortMessage,
        Self::HelplineNumber,
        Self::RealDate,
        Self::RetentionInFloor,
        Self::ServedAndNot,
        Self::TicketLetter,
        Self::PublicFewOnly,
        Self::ValuesToChoose,
        Self::EachLetterOnce,
        Self::LetterFields,
        Self::ClockGrows,
        Self::CalendarYears,
        Self::FloorStepRequired,
        Self::StepMarksByHand,
        Self::StepWithByHand,
        Self::StepsFew,
        Self::StepClockStarts,
        Self::NewsPlaceholders,
        Self::EachStageOnce,
        Self::OneUsual,
        Self::TriageEnds,
        Self::TriageReached,
        Self::TriageUnknownHelps,
        Self::TriageDangerFirst,
        Self::ReferralForCivil,
        Self::MinutesHaveClock,
        Self::ThreatsRise,
        Self::NeedWithMinimum,
        Self::NeedOnce,
        Self::LessonTooLong,
        Self::RightAnswer,
        Self::ClockHasLength,
        Self::LibertyHasEnd,
        Self::ListHasRights,
        Self::RightsInFloor,
        Self::RightsOfEachRole,
        Self::WayHasExclusions,
    ];

    /// Stable name, used in the word keys.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::EachOnce => "each_once",
            Self::KamtibmasFirst => "kamtibmas_first",
            Self::TrustAndLikingApart => "trust_and_liking_apart",
            Self::EveryAspectAsked => "every_aspect_asked",
            Self::ItemNeedsAspect => "item_needs_aspect",
            Self::SameLength => "same_length",
            Self::OneUnknownKind => "one_unknown_kind",
            Self::LanguagesFixed => "languages_fixed",
            Self::DistanceWithoutGap => "distance_without_gap",
            Self::OneNever => "one_never",
            Self::HelplineNumber => "helpline_number",
            Self::RealDate => "real_date",
            Self::RetentionInFloor => "retention_in_floor",
            Self::ServedAndNot => "served_and_not",
            Self::TicketLetter => "ticket_letter",
            Self::EachNoticeOnce => "each_notice_once",
            Self::HoursOfADay => "hours_of_a_day",
            Self::NoticePlaceholders => "notice_placeholders",
            Self::ShortMessage => "short_message",
            Self::PublicFewOnly => "public_few_only",
            Self::ElementsEnd => "elements_end",
            Self::PenaltySaid => "penalty_said",
            Self::ValuesToChoose => "values_to_choose",
            Self::EachLetterOnce => "each_letter_once",
            Self::LetterFields => "letter_fields",
            Self::ClockGrows => "clock_grows",
            Self::CalendarYears => "calendar_years",
            Self::FloorStepRequired => "floor_step_required",
            Self::StepMarksByHand => "step_marks_by_hand",
            Self::StepWithByHand => "step_with_by_hand",
            Self::StepsFew => "steps_few",
            Self::StepClockStarts => "step_clock_starts",
            Self::NewsPlaceholders => "news_placeholders",
            Self::EachStageOnce => "each_stage_once",
            Self::OneUsual => "one_usual",
            Self::TriageEnds => "triage_ends",
            Self::TriageReached => "triage_reached",
            Self::TriageUnknownHelps => "triage_unknown_helps",
            Self::TriageDangerFirst => "triage_danger_first",
            Self::ReferralForCivil => "referral_for_civil",
            Self::MinutesHaveClock => "minutes_have_clock",
            Self::ThreatsRise => "threats_rise",
            Self::NeedWithMinimum => "need_with_minimum",
            Self::NeedOnce => "need_once",
            Self::LessonTooLong => "lesson_too_long",
            Self::RightAnswer => "right_answer",
            Self::ClockHasLength => "clock_has_length",
            Self::LibertyHasEnd => "liberty_has_end",
            Self::ListHasRights => "list_has_rights",
            Self::RightsInFloor => "rights_in_floor",
            Self::RightsOfEachRole => "rights_of_each_role",
            Self::WayHasExclusions => "way_has_exclusions",
        }
    }

    pub(super) const fn remedy(self) -> &'static str {
        match self {
            Self::EachOnce => {
                "each of the fixed codes stands exactly once; add the missing, remove the double"
            }
            Self::KamtibmasFirst => "the first duty is `kamtibmas`; put it first",
            Self::TrustAndLikingApart => {
                "the form asks trust and liking as two questions; put an item of each scale in it"
            }
            Self::EveryAspectAsked => {
                "the form asks about competence, consistency and civility; add an item of the missing aspect"
            }
            Self::ItemNeedsAspect => "every item but trust and liking has an aspect; add `aspect`",
            Self::SameLength => {
                "the Indonesian and the English list have the same length; add or remove lines"
            }
            Self::OneUnknownKind => {
                "exactly one kind has `unknown = true`; mark the one that means \"I do not know\""
            }
            Self::LanguagesFixed => "the languages are [\"id\", \"en\"], Indonesian first",
            Self::RetentionInFloor => {
                "the floor bounds how long data is kept; add the rule `retention` to it"
            }
            Self::DistanceWithoutGap => {
                "distance strata start at 0 km, each begins where the one before ends, the last has no end"
            }
            Self::OneNever => {
                "exactly one time has `never = true`; mark the one that means \"do not contact me\""
            }
            Self::EachNoticeOnce => {
                "give `[[notice]]` once for each of received, message, late, review, letter, closed, overdue, still"
            }
            Self::HoursOfADay => {
                "write `from` and `until` as hours and minutes, such as 07:00 and 20:00, the first before the second"
            }
            Self::NoticePlaceholders => {
                "a notice says where to read, `{url}`, and beside it only `{number}` and `{unit}`; in `[narrow]` only `{url}`; a subject is one line"
            }
            Self::ShortMessage => {
                "shorten it: with the longest address and number a short message has 160 letters, and no others than those of GSM 03.38 (no curly quotes, no dashes but -)"
            }
            Self::HelplineNumber => {
                "give `phone` or `message`: up to 15 digits, with a `+` in front if need be"
            }
            Self::RealDate => "write the day as year-month-day, such as 2026-11-24",
            Self::ServedAndNot => {
                "a visit can end served and not served; give an ending of each, by `served`"
            }
            Self::TicketLetter => "write one capital letter from A to Z",
            Self::PublicFewOnly => {
                "requests are shown publicly only of services of class order, traffic or community that are not sensitive; remove `public`"
            }
            Self::TriageEnds => {
                "every way through the triage tree comes to an outcome and none comes back; mend `yes`, `no` or `then`"
            }
            Self::TriageReached => {
                "every question and outcome is reached from the root; lead to it or remove it"
            }
            Self::TriageUnknownHelps => {
                "\"I do not know\" never ends in a civil matter or in none; turn `unknown` to the side that helps"
            }
            Self::TriageDangerFirst => {
                "the root's `yes` is the one outcome of class emergency with `then` and without `matter`; every other outcome has `matter` and no `then`"
            }
            Self::ReferralForCivil => {
                "there is a referral for matters `civil` and for `both`; add one"
            }
            Self::MinutesHaveClock => {
                "give `within_minutes` and `clock` together: minutes that no source states are left out"
            }
            Self::ThreatsRise => {
                "order the threats from the least; `alarm` holds from one of them on, and not for the first"
            }
            Self::ElementsEnd => {
                "an offence that takes over elements of others must not lead back to itself, and has at most 40; change `of`"
            }
            Self::PenaltySaid => {
                "say `prison_months`, `fine_category` or both, or leave the penalty out where no source gives it"
            }
            Self::ValuesToChoose => {
                "a list to choose from has `value` entries, and no other kind has; add or remove them"
            }
            Self::EachLetterOnce => "a kind of letter has one template; remove the second",
            Self::LetterFields => {
                "a field stands once, under a name that is no fact; `floor` names facts and fields, `from` a fact (docs/letters.md lists them)"
            }
            Self::ClockGrows => "name at most 24 moments, each larger than the one before",
            Self::CalendarYears => {
                "the first known year is not after the last, and at least one day of the week is no rest day"
            }
            Self::FloorStepRequired => {
                "a step that the floor protects is required; add `required = true`"
            }
            Self::StepMarksByHand => {
                "only a step with `done = \"hand\"` marks an event; remove `marks`"
            }
            Self::StepWithByHand => {
                "only a step with `done = \"hand\"` has `with`; `way` stands with `way_offered` and nowhere else"
            }
            Self::StepsFew => "a service has at most 30 steps; put some together",
            Self::StepClockStarts => {
                "the clock of a step starts with the report, or with a step of the same service that marks its event; add that step or name another clock"
            }
            Self::NewsPlaceholders => {
                "a draft has `{number}`, and beside it only `{complain}`, `{difficulty}`, `{done}`, `{filed}`, `{obstacles}`, `{officer}`, `{phone}` and `{unit}`"
            }
            Self::EachStageOnce => {
                "give `[[stage]]` once for each of first, inquiry, investigation_begun, investigation, ended"
            }
            Self::OneUsual => "exactly one difficulty has `usual = true`",
            Self::NeedWithMinimum => {
                "what services need has `need` and `minimum` entries, and anything else neither; add or remove them"
            }
            Self::NeedOnce => {
                "each service stands in one `need` and each level in one `minimum`; remove the double"
            }
            Self::LessonTooLong => {
                "a lesson has at most 120 words for each of its `minutes`; shorten it"
            }
            Self::RightAnswer => "`right` is the number of one of the `choices`, from 1",
            Self::ClockHasLength => {
                "name a clock of `clocks.toml` in minutes, hours or days that is longer than nothing"
            }
            Self::LibertyHasEnd => {
                "give `person = true` and `longest`; `longest_child` is no longer than that"
            }
            Self::ListHasRights => "name the list in `lists` of a right, or remove it",
            Self::RightsInFloor => {
                "the floor protects what people are told; add the rule `rights_notices` with `must_tell` to it"
            }
            Self::RightsOfEachRole => {
                "give each role exactly one list for an adult and one for a child (or one for `any`), and every other list a `need` or `services`"
            }
            Self::WayHasExclusions => {
                "add an `[[exclusion]]` for the way, and `victim` to its `sides`"
            }
        }
    }
}
