//! Short lessons that gaps of real work open (S34).

use super::choice::choice;
use super::code::{LessonCode, ServiceCode};
use super::fault::{PackFault, PackRule};
use super::lang::{Lang, Localized, LocalizedList};
use super::read::Table;
use super::source::Sourced;

choice!(
    /// A gap that work shows.
    pub enum GapKind {
        /// "Complete" was refused: an element lacks evidence.
        EvidenceMissing = "evidence_missing",
        /// "Complete" was refused: evidence lacks its legal basis.
        BasisMissing = "basis_missing",
        /// "Complete" was refused: a hand-over of an exhibit is missing.
        CustodyGap = "custody_gap",
        /// A step of the service came late.
        StepLate = "step_late",
        /// A step of the service was left out.
        StepLeftOut = "step_left_out",
        /// A case was put into another class later.
        Reclassified = "reclassified",
        /// A decision was another than the question tree proposed.
        TreeDisagreed = "tree_disagreed",
        /// A second look came to another decision.
        SecondLookDisagreed = "second_look_disagreed",
        /// A promise of time was missed.
        PromiseMissed = "promise_missed",
        /// A progress notice came late.
        NoticeLate = "notice_late",
        /// Rights were not given or not recorded.
        RightsNotGiven = "rights_not_given",
        /// A file of evidence is not what was put there.
        FileAltered = "file_altered",
    }
);

/// Fewest screens of a lesson.
pub const LESSON_SCREENS_MIN: usize = 3;

/// Most screens of a lesson.
pub const LESSON_SCREENS_MAX: usize = 8;

/// Most questions at the end of a lesson.
pub const LESSON_QUESTIONS_MAX: usize = 2;

/// Longest time a lesson takes, in minutes.
pub const LESSON_MINUTES_MAX: u32 = 5;

/// Words read in a minute by somebody who reads with care on a telephone; our proposal, low on purpose.
pub const WORDS_A_MINUTE: usize = 120;

/// Most paragraphs on one screen.
const PARAGRAPHS_MAX: usize = 6;

/// One screen of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonScreen {
    /// Its heading.
    pub title: Localized,
    /// Its paragraphs.
    pub text: LocalizedList,
}

/// A question that shows whether the lesson was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LessonQuestion {
    /// The question.
    pub ask: Localized,
    /// Answers to choose from.
    pub choices: LocalizedList,
    /// Which is right, from 1.
    pub right: u32,
    /// Why, shown after an answer.
    pub why: Localized,
}

/// A lesson of at most five minutes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lesson {
    /// Code kept in acts and in its address.
    pub code: LessonCode,
    /// Its name.
    pub name: Localized,
    /// How long it takes, in minutes.
    pub minutes: u32,
    /// Gaps that open it.
    pub opened_by: Vec<GapKind>,
    /// It is opened by gaps in cases of these services only; empty: of any.
    pub services: Vec<ServiceCode>,
    /// What is read, in order.
    pub screens: Vec<LessonScreen>,
    /// What is asked after it, in order.
    pub questions: Vec<LessonQuestion>,
    /// Source and certainty.
    pub sourced: Sourced,
}

impl Lesson {
    /// Whether a gap in a case of a service opens it; `None`: the service is not known.
    pub fn is_for(&self, gap: GapKind, service: Option<&ServiceCode>) -> bool {
        let of_service = self.services.is_empty()
            || service.is_some_and(|service| self.services.contains(service));
        of_service && self.opened_by.contains(&gap)
    }

    pub(super) fn read(row: &Table<'_>) -> Self {
        let lesson = Self {
            code: row.id("lesson"),
            name: row.localized("name"),
            minutes: row.whole("minutes", &(1..=LESSON_MINUTES_MAX)),
            opened_by: row.choices("opened_by", &(1..=GapKind::ALL.len())),
            services: row.references("services", "service", &(0..=60)),
            screens: row.rows("screen", |row| LessonScreen {
                title: row.localized("title"),
                text: row.localized_list("text", &(1..=PARAGRAPHS_MAX)),
            }),
            questions: row.rows("question", LessonQuestion::read),
            sourced: row.sourced(),
        };
        let counts = [
            (
                "screen",
                lesson.screens.len(),
                LESSON_SCREENS_MIN,
                LESSON_SCREENS_MAX,
            ),
            ("question", lesson.questions.len(), 1, LESSON_QUESTIONS_MAX),
        ];
        for (key, found, min, max) in counts {
            // That there is none was said where it is missing.
            if found != 0 && !(min..=max).contains(&found) {
                row.fault(key, PackFault::WrongCount { min, max, found });
            }
        }
        let limit = WORDS_A_MINUTE * usize::try_from(lesson.minutes).unwrap_or(0);
        // Minutes out of range were said where they are.
        if limit > 0 && Lang::ALL.into_iter().any(|lang| lesson.words(lang) > limit) {
            row.break_rule("minutes", PackRule::LessonTooLong);
        }
        lesson
    }

    /// Words somebody reads from the first screen to the last question.
    fn words(&self, lang: Lang) -> usize {
        let count = |text: &str| text.split_whitespace().count();
        let list = |texts: &LocalizedList| {
            texts
                .get(lang)
                .iter()
                .map(|text| count(text))
                .sum::<usize>()
        };
        let screens = self
            .screens
            .iter()
            .map(|screen| count(screen.title.get(lang)) + list(&screen.text));
        let questions = self
            .questions
            .iter()
            .map(|question| count(question.ask.get(lang)) + list(&question.choices));
        screens.chain(questions).sum()
    }
}

impl LessonQuestion {
    fn read(row: &Table<'_>) -> Self {
        let question = Self {
            ask: row.localized("ask"),
            choices: row.localized_list("choices", &(2..=4)),
            right: row.whole("right", &(1..=4)),
            why: row.localized("why"),
        };
        if usize::try_from(question.right).unwrap_or(usize::MAX) > question.choices.id.len().max(1)
        {
            row.break_rule("right", PackRule::RightAnswer);
        }
        question
    }
}
