//! `/kecakapan`: one's own skills and lessons; for who keeps them, who is qualified for what.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::gap::Asset;
use pengayom_core::pack::{GapKind, Lesson};
use pengayom_core::subject::officer::{LessonState, Qualification, Standing};
use pengayom_node::Node;
use pengayom_node::access::{Permission, Staff};
use pengayom_store::StandingRow;

use super::gaps::{GAPS_LISTED, GapLine, lines};
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::Names;

/// A qualification as pages list it.
pub(crate) struct SkillLine {
    /// Its name.
    pub(crate) name: String,
    /// What it is for.
    pub(crate) qualifies: String,
    /// For `ui::tag`.
    pub(crate) state: &'static str,
    /// How it stands.
    pub(crate) words: String,
}

/// A lesson as pages list it.
struct LessonLine {
    href: String,
    name: String,
    /// How long it takes.
    minutes: String,
    /// What opened it, and when; or when it was done.
    why: String,
}

/// Who is qualified for one thing.
struct Holders {
    name: String,
    qualifies: String,
    who: Vec<String>,
    /// How many there are.
    count: String,
}

/// An officer whose qualifications can be kept.
struct OfficerLine {
    href: String,
    name: String,
    station: String,
}

/// How many lessons a kind of gap opened.
struct Opened {
    gap: String,
    made: String,
    done: String,
}

/// What who keeps qualifications sees.
struct Keeper {
    holders: Vec<Holders>,
    gaps: Vec<GapLine>,
    gaps_more: Option<String>,
    lessons: Vec<Opened>,
    officers: Vec<OfficerLine>,
}

#[derive(Template)]
#[template(path = "standing/skills.html")]
struct SkillsPage {
    page: PageFrame,
    skills: Vec<SkillLine>,
    waiting: Vec<LessonLine>,
    done: Vec<LessonLine>,
    others: Vec<LessonLine>,
    keeper: Option<Keeper>,
}

/// How a qualification stands, for `ui::tag`, and in words.
pub(crate) fn standing_words(
    frame: &PageFrame,
    one: &Qualification,
    now: Timestamp,
) -> (&'static str, String) {
    let day = |day| frame.format().day(day);
    match one.standing(now, &frame.unit().zone) {
        Standing::Ahead => ("wait", frame.tf("skill.ahead", &[("day", &day(one.from))])),
        Standing::Valid => match one.until {
            Some(until) => ("ok", frame.tf("skill.valid_until", &[("day", &day(until))])),
            None => ("ok", frame.t("skill.valid").to_owned()),
        },
        Standing::Lapsed => {
            let until = one.until.unwrap_or(one.from);
            ("warn", frame.tf("skill.lapsed", &[("day", &day(until))]))
        }
        Standing::Withdrawn => ("danger", frame.t("skill.withdrawn").to_owned()),
    }
}

/// Qualifications as pages list them, of each skill the latest.
pub(crate) fn skill_lines(
    frame: &PageFrame,
    qualifications: &[Qualification],
    now: Timestamp,
) -> Vec<SkillLine> {
    let pack = &frame.unit().pack;
    let latest = |skill: &pengayom_core::pack::Skill| {
        qualifications.iter().rfind(|one| one.skill == skill.code)
    };
    let lines = pack.skills().iter().filter_map(|skill| {
        let (state, words) = standing_words(frame, latest(skill)?, now);
        Some(SkillLine {
            name: frame.say(&skill.name).to_owned(),
            qualifies: frame.say(&skill.qualifies).to_owned(),
            state,
            words,
        })
    });
    lines.collect()
}

/// What opened a lesson, in words.
pub(super) fn gap_words(frame: &PageFrame, gap: Option<GapKind>) -> String {
    match gap {
        Some(gap) => frame.t(&format!("lesson.gap_{gap}")).to_owned(),
        None => frame.t("lesson.gap_own").to_owned(),
    }
}

fn lesson_line(frame: &PageFrame, lesson: &Lesson, state: Option<&LessonState>) -> LessonLine {
    let minutes = frame.format().count(i64::from(lesson.minutes));
    let why = state.map(|state| match state.done_at {
        Some(at) => frame.tf("lesson.done_on", &[("day", &frame.format().date(at))]),
        None => {
            let day = frame.format().date(state.opened_at);
            let gap = gap_words(frame, state.gap);
            frame.tf("lesson.opened_by", &[("gap", &gap), ("day", &day)])
        }
    });
    LessonLine {
        href: format!("/kecakapan/pelajaran/{}", lesson.code),
        name: frame.say(&lesson.name).to_owned(),
        minutes: frame.tf("lesson.minutes", &[("n", &minutes)]),
        why: why.unwrap_or_default(),
    }
}

/// `GET /kecakapan`
pub(super) async fn show(page: StaffPage) -> Result<Response, Fault> {
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    frame.titled("skill.title");
    let now = node.now();
    let known = node.own_standing(&staff).await?.known;
    let unit = frame.unit();
    let all = unit.pack.lessons().iter();
    let all: Vec<(&Lesson, Option<&LessonState>)> = all
        .map(|lesson| (lesson, known.lessons.get(&lesson.code)))
        .collect();
    let pick = |wanted: fn(Option<&LessonState>) -> bool| -> Vec<LessonLine> {
        let of_it = all.iter().filter(|(_, state)| wanted(*state));
        of_it
            .map(|(lesson, state)| lesson_line(&frame, lesson, *state))
            .collect()
    };
    let waiting = pick(|state| state.is_some_and(|state| state.done_at.is_none()));
    let done = pick(|state| state.is_some_and(|state| state.done_at.is_some()));
    let others = pick(|state| state.is_none());
    let keeper = if staff.may(Permission::KeepSkills) {
        Some(keeper(&frame, &staff, &node, now).await?)
    } else {
        None
    };
    let page = SkillsPage {
        skills: skill_lines(&frame, &known.qualifications, now),
        waiting,
        done,
        others,
        keeper,
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

async fn keeper(
    frame: &PageFrame,
    staff: &Staff,
    node: &Node,
    now: Timestamp,
) -> Result<Keeper, Fault> {
    let rows = node.standings(staff).await?;
    let names = Names::read(node).await?;
    let unit = frame.unit();
    let own = unit.own_station();
    let skills = unit.pack.skills().iter();
    let holders = skills.map(|skill| {
        let who = rows.iter().filter_map(|row| {
            let of_skill = row.qualifications.iter();
            let valid = |one: &&Qualification| {
                one.skill == skill.code && one.standing(now, &unit.zone) == Standing::Valid
            };
            let one = of_skill.rev().find(valid)?;
            let (_, words) = standing_words(frame, one, now);
            Some(format!("{}: {words}", names.of(frame, row.id)))
        });
        let who: Vec<String> = who.collect();
        let n = i64::try_from(who.len()).unwrap_or(i64::MAX);
        Holders {
            name: frame.say(&skill.name).to_owned(),
            qualifies: frame.say(&skill.qualifies).to_owned(),
            count: frame.tf("skill.holders", &[("n", &frame.format().count(n))]),
            who,
        }
    });
    let gaps = node.gaps_for(staff).await?;
    let of_skill = gaps
        .into_iter()
        .filter(|one| matches!(one.gap.asset, Asset::Skill(_)));
    let gaps: Vec<_> = of_skill.collect();
    let mut gaps = lines(frame, &gaps, staff.may(Permission::ReadBoard));
    let more = gaps.len().saturating_sub(GAPS_LISTED);
    gaps.truncate(GAPS_LISTED);
    let officers = names
        .active()
        .filter(|officer| officer.id != staff.id && staff.concerns(Some(officer.desk(own)), own));
    let mut officers: Vec<OfficerLine> = officers
        .map(|officer| OfficerLine {
            href: format!("/kecakapan/petugas/{}", officer.id),
            name: officer.addressed(),
            station: unit.station_name(officer.desk(own)),
        })
        .collect();
    officers.sort_by(|a, b| (&a.station, &a.name).cmp(&(&b.station, &b.name)));
    Ok(Keeper {
        holders: holders.collect(),
        gaps,
        gaps_more: more_words(frame, more),
        lessons: opened(frame, &rows),
        officers,
    })
}

pub(super) fn more_words(frame: &PageFrame, more: usize) -> Option<String> {
    let n = frame
        .format()
        .count(i64::try_from(more).unwrap_or(i64::MAX));
    (more > 0).then(|| frame.tf("gap.more", &[("n", &n)]))
}

/// How many lessons each kind of gap opened, and how many of them are done: of all together, of nobody
/// alone.
fn opened(frame: &PageFrame, rows: &[StandingRow]) -> Vec<Opened> {
    let kinds = GapKind::ALL.iter().filter_map(|gap| {
        let states = rows.iter().flat_map(|row| row.lessons.values());
        let of_gap: Vec<&LessonState> = states.filter(|state| state.gap == Some(*gap)).collect();
        let done = of_gap.iter().filter(|state| state.done_at.is_some());
        let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
        (!of_gap.is_empty()).then(|| Opened {
            gap: gap_words(frame, Some(*gap)),
            done: count(done.count()),
            made: count(of_gap.len()),
        })
    });
    kinds.collect()
}
