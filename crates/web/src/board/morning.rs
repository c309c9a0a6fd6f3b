//! `/pimpinan`: the page.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use jiff::Timestamp;
use pengayom_core::pack::{Duty, DutyCode, FunctionEntry, PoliceFunction, ServiceCode};
use pengayom_node::access::Permission;
use pengayom_node::board::{Morning, SURVEY_DAYS};
use pengayom_node::handle::access::AccessDue;
use pengayom_node::news::NewsDue;
use pengayom_node::readiness::CostedGap;
use pengayom_store::rows::CaseRow;

use super::chart::{self, Drawing, Line, Tick, Whisker, bars, whisker};
use super::figures::{Figures, Group, HourFigure, ItemFigure, Measured, ShareFigure, WaitFigure};
use crate::desk::{late_reason, wrong_words};
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::{late_words, service_name};
use crate::standing;

/// Decisions shown at first (UX page 10).
const DECISIONS: usize = 5;

#[derive(Template)]
#[template(path = "board/morning.html")]
struct MorningPage {
    page: PageFrame,
    heading: String,
    now: String,
    decisions: Vec<LateLine>,
    decisions_all: Option<String>,
    /// What has gone up the line and nobody has taken, with where it is.
    escalated: Vec<(String, String)>,
    /// Cases whose evidence was altered or whose money differs: where they are, and what it is.
    evidence: Vec<(String, String)>,
    evidence_more: Option<String>,
    /// Reporters who wait for an explanation or a second look: longest first.
    reviews: Vec<ReviewLine>,
    reviews_more: Option<String>,
    access: Vec<String>,
    /// Progress notices that wait and are late, in words.
    news: Option<String>,
    /// What services lack, and what that costs the public.
    lacking: Vec<String>,
    counts: Vec<Count>,
    hours: Hours,
    waits: Vec<Wait>,
    in_time: InTime,
    late: Vec<LateLine>,
    late_more: Option<String>,
    duties: Vec<Count>,
    functions: Vec<Count>,
    survey: Vec<SurveyGroup>,
    survey_since: String,
}

/// A case past its promise.
#[derive(Clone)]
struct LateLine {
    id: String,
    href: String,
    number: String,
    kind: String,
    late: String,
    words: String,
    reason: String,
    station: String,
}

/// A case whose reporter waits for an explanation or a second look.
struct ReviewLine {
    id: String,
    href: String,
    number: String,
    words: String,
    since: String,
}

struct Count {
    words: String,
    n: String,
}

struct Hours {
    sentence: String,
    drawn: bool,
    grid: Vec<Line>,
    bars: Vec<chart::Bar>,
    ticks: Vec<Tick>,
    now_x: String,
    ahead: Option<Tick>,
    rows: Vec<HourLine>,
}

struct HourLine {
    hour: String,
    ahead: bool,
    filed: String,
    answered: String,
    late: String,
}

struct Wait {
    period: String,
    lines: Vec<WaitLine>,
}

struct WaitLine {
    value: Option<String>,
    words: String,
}

struct InTime {
    share: Option<Whisker>,
    none: String,
    help: String,
}

struct SurveyGroup {
    id: &'static str,
    title: String,
    help: Option<String>,
    items: Vec<Item>,
}

struct Item {
    code: String,
    ask: String,
    said: String,
    share: Option<Whisker>,
    none: String,
}

/// The chief's morning.
pub(super) async fn show(page: StaffPage) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let StaffPage {
        mut frame,
        staff,
        node,
        ..
    } = page;
    let morning = node.morning(&staff).await?;
    let figures = Figures::new(&frame, &morning);
    let format = frame.format();
    let heading = frame.tf("chief.title", &[("date", &format.weekday(morning.day))]);
    frame.title.clone_from(&heading);
    let late: Vec<LateLine> = morning
        .late
        .iter()
        .map(|row| late_line(&frame, row, morning.at))
        .collect();
    let owing: Vec<LateLine> = morning
        .late
        .iter()
        .zip(&late)
        .filter(|(row, _)| row.late_reason.is_none())
        .map(|(_, line)| line.clone())
        .collect();
    let access = access_lines(&frame, node.access_due(&staff).await?);
    let news = node.news_due(&staff).await?;
    let escalated = node.escalated_cases(&staff).await?;
    let wrong = node.evidence_wrong(&staff).await?;
    let lacking = gap_lines(&frame, &node.gaps_for(&staff).await?);
    let reviews = node.asked_for_review(&staff).await?;
    let reviews: Vec<ReviewLine> = reviews
        .iter()
        .filter_map(|row| review_line(&frame, row, morning.at))
        .collect();
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let decisions_all = (owing.len() > DECISIONS)
        .then(|| frame.tf("chief.decisions_all", &[("n", &count(owing.len()))]));
    let listed = i64::try_from(late.len()).unwrap_or(i64::MAX);
    let unlisted = figures.open.late - listed;
    let late_more = (unlisted > 0)
        .then(|| frame.tf("chief.late_more", &[("n", &frame.format().count(unlisted))]));
    let from = frame.format().day(figures.since);
    let to = frame.format().day(figures.day);
    let page = MorningPage {
        duties: in_words(&frame, duty_counts(&frame, &morning)),
        functions: in_words(&frame, function_counts(&frame, &morning)),
        heading,
        now: frame.format().time(morning.at),
        decisions: owing.into_iter().take(DECISIONS).collect(),
        decisions_all,
        escalated: escalated
            .iter()
            .filter_map(|row| {
                let number = row.number.as_ref().map(ToString::to_string);
                let words = crate::desk::waiting_row(&frame, row)?;
                let words = format!("{} {words}.", number.unwrap_or_default());
                Some((format!("/perkara/{}/jam-pertama", row.id), words))
            })
            .collect(),
        evidence: wrong
            .iter()
            .take(DECISIONS)
            .map(|row| {
                let number = row.number.as_ref();
                let number = number.map_or_else(|| row.id.to_string(), ToString::to_string);
                let words = wrong_words(&frame, node.sight_of(&staff, row), row).join("; ");
                (
                    format!("/perkara/{}", row.id),
                    format!("{number}, {words}."),
                )
            })
            .collect(),
        evidence_more: (wrong.len() > DECISIONS)
            .then(|| frame.tf("desk.more", &[("n", &count(wrong.len() - DECISIONS))])),
        reviews_more: (reviews.len() > DECISIONS)
            .then(|| frame.tf("desk.more", &[("n", &count(reviews.len() - DECISIONS))])),
        reviews: reviews.into_iter().take(DECISIONS).collect(),
        access,
        news: news_line(&frame, news),
        lacking,
        counts: counts(&frame, &figures),
        hours: hours(&frame, &figures, &morning),
        waits: figures
            .waits
            .iter()
            .map(|wait| wait_card(&frame, wait))
            .collect(),
        in_time: in_time(&frame, figures.in_time),
        late,
        late_more,
        survey: survey(&frame, &figures),
        survey_since: frame.tf("chief.survey_since", &[("from", &from), ("to", &to)]),
        page: frame,
    };
    draw(StatusCode::OK, &page)
}

/// How many progress notices are late, and how many of them without a reason.
fn news_line(frame: &PageFrame, due: NewsDue) -> Option<String> {
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let values = [
        ("n", count(due.waiting)),
        ("late", count(due.late)),
        ("unexplained", count(due.unexplained)),
    ];
    let values = values
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    (due.late > 0).then(|| frame.tf("news.board_counts", &values))
}

/// What of openings in an emergency and of cases without anybody waits for the chief.
fn access_lines(frame: &PageFrame, due: AccessDue) -> Vec<String> {
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let mut lines = Vec::new();
    if due.late > 0 {
        let (n, late) = (count(due.unreviewed), count(due.late));
        let values = [("n", n.as_str()), ("late", late.as_str())];
        lines.push(frame.tf("access.due_late", &values));
    } else if due.unreviewed > 0 {
        lines.push(frame.tf("access.due", &[("n", &count(due.unreviewed))]));
    }
    if due.unhanded > 0 {
        lines.push(frame.tf("access.due_unhanded", &[("n", &count(due.unhanded))]));
    }
    lines
}

/// What services lack: how much of it, and what the gap costs that costs most. What was never registered
/// says nothing of the service yet.
fn gap_lines(frame: &PageFrame, gaps: &[CostedGap]) -> Vec<String> {
    let told: Vec<CostedGap> = gaps
        .iter()
        .filter(|one| one.gap.since.is_some())
        .cloned()
        .collect();
    let lines = standing::gaps::lines(frame, &told, true);
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let Some(worst) = lines.iter().max_by_key(|line| line.requests) else {
        return Vec::new();
    };
    let blocks = lines.iter().filter(|line| line.state == "danger").count();
    let all = [("n", count(lines.len())), ("blocks", count(blocks))];
    let all = all.each_ref().map(|(key, value)| (*key, value.as_str()));
    let cost = worst.cost.first().map_or("", String::as_str);
    let values = [("title", worst.title.as_str()), ("cost", cost)];
    vec![
        frame.tf("gap.chief", &all),
        frame.tf("gap.chief_cost", &values),
    ]
}

fn late_line(frame: &PageFrame, row: &CaseRow, now: Timestamp) -> LateLine {
    let number = row
        .number
        .as_ref()
        .map_or_else(|| row.id.to_string(), ToString::to_string);
    let late = row
        .respond_by
        .map(|due| late_words(frame, now.duration_since(due)))
        .unwrap_or_default();
    let unit = frame.unit();
    let kind = if row.sensitive {
        frame.t("desk.hidden_kind").to_owned()
    } else {
        service_name(frame, &row.service)
    };
    LateLine {
        id: row.id.to_string(),
        href: format!("/perkara/{}", row.id),
        words: format!("{number}, {kind}"),
        number,
        kind,
        late,
        reason: match &row.late_reason {
            Some(reason) => late_reason(frame, reason),
            None => frame.t("chief.late_no_reason").to_owned(),
        },
        station: row
            .station
            .as_ref()
            .map(|code| unit.station_name(code))
            .unwrap_or_default(),
    }
}

fn review_line(frame: &PageFrame, row: &CaseRow, now: Timestamp) -> Option<ReviewLine> {
    let since = row.review_asked_at?;
    let late = late_line(frame, row, now);
    let time = frame.format().moment(since);
    Some(ReviewLine {
        id: late.id,
        href: late.href,
        number: late.number,
        words: late.words,
        since: frame.tf("desk.review_since", &[("time", &time)]),
    })
}

fn counts(frame: &PageFrame, figures: &Figures) -> Vec<Count> {
    let open = figures.open;
    [
        ("chief.open_received", open.received),
        ("chief.open_assessed", open.assessed),
        ("chief.open_handled", open.handled),
        ("chief.open_late", open.late),
    ]
    .into_iter()
    .map(|(key, n)| Count {
        words: frame.t(key).to_owned(),
        n: frame.format().count(n),
    })
    .collect()
}

fn hours(frame: &PageFrame, figures: &Figures, morning: &Morning) -> Hours {
    let time = frame.format().time(figures.at);
    let count = |n: i64| frame.format().count(n);
    let sum = |of: fn(&HourFigure) -> i64| figures.hours.iter().map(of).sum::<i64>();
    let filed = sum(|hour| hour.filed);
    let sentence = if filed == 0 {
        frame.tf("chief.by_hour_none", &[("time", &time)])
    } else {
        frame.tf(
            "chief.by_hour_sentence",
            &[
                ("time", &time),
                ("n", &count(filed)),
                ("answered", &count(sum(|hour| hour.answered))),
                ("late", &count(sum(|hour| hour.answered_late))),
            ],
        )
    };
    let rows = morning.hours.iter().map(|hour| HourLine {
        hour: format!("{:02}.00–{:02}.00", hour.hour, hour.hour + 1),
        ahead: hour.ahead,
        filed: count(hour.filed),
        answered: count(hour.responded),
        late: count(hour.responded_late),
    });
    let Drawing {
        grid,
        bars,
        ticks,
        now_x,
        ahead,
    } = bars(frame, &figures.hours);
    Hours {
        sentence,
        drawn: filed > 0,
        grid,
        bars,
        ticks,
        now_x,
        ahead,
        rows: rows.collect(),
    }
}

fn wait_card(frame: &PageFrame, wait: &WaitFigure) -> Wait {
    let period = match wait.period {
        "today" => frame.t("chief.wait_today").to_owned(),
        _ => frame.tf(
            "chief.wait_month",
            &[("days", &frame.format().count(SURVEY_DAYS))],
        ),
    };
    let n = frame
        .format()
        .count(i64::try_from(wait.n).unwrap_or(i64::MAX));
    let n = frame.tf("chief.wait_n", &[("n", &n)]);
    let line = |known: Measured<f64>, key: &str| match known {
        Measured::Known { value } => WaitLine {
            value: Some(frame.format().duration(minutes(value))),
            words: format!("{} ({n})", frame.t(key)),
        },
        Measured::NotEnough { n, need } => WaitLine {
            value: None,
            words: format!("{}: {}", frame.t(key), few(frame, n, need)),
        },
        Measured::Hidden => WaitLine {
            value: None,
            words: String::new(),
        },
    };
    let lines = if wait.n == 0 {
        vec![WaitLine {
            value: None,
            words: frame.t("chief.wait_none").to_owned(),
        }]
    } else {
        vec![
            line(wait.median_seconds, "chief.wait_half"),
            line(wait.p90_seconds, "chief.wait_nine"),
        ]
    };
    Wait { period, lines }
}

/// Whole minutes of a waiting time, rounded up: nobody waited longer than is said.
#[expect(
    clippy::cast_possible_truncation,
    reason = "waiting times are far below 2^52 seconds"
)]
fn minutes(seconds: f64) -> i64 {
    (seconds / 60.0).ceil() as i64
}

fn few(frame: &PageFrame, n: u64, need: u64) -> String {
    frame.tf(
        "chief.not_enough",
        &[("n", &n.to_string()), ("m", &need.to_string())],
    )
}

fn in_time(frame: &PageFrame, known: Measured<ShareFigure>) -> InTime {
    let (share, none) = known_share(frame, known);
    let days = frame.format().count(SURVEY_DAYS);
    InTime {
        share,
        none,
        help: frame.tf("chief.in_time_help", &[("days", &days)]),
    }
}

fn known_share(frame: &PageFrame, known: Measured<ShareFigure>) -> (Option<Whisker>, String) {
    match known {
        Measured::Known { value } => (Some(whisker(frame, value)), String::new()),
        Measured::NotEnough { n, need } => (None, few(frame, n, need)),
        Measured::Hidden => {
            let k = frame.unit().pack.survey().form.small_cell.to_string();
            (None, frame.tf("chief.hidden", &[("k", &k)]))
        }
    }
}

fn survey(frame: &PageFrame, figures: &Figures) -> Vec<SurveyGroup> {
    let group = |group: Group| {
        let (title, help) = group_words(frame, group);
        let items = figures.survey.iter().filter(|item| item.group == group);
        let items: Vec<Item> = items.map(|item| item_line(frame, item)).collect();
        SurveyGroup {
            id: group.as_str(),
            title,
            help,
            items,
        }
    };
    Group::ALL
        .into_iter()
        .map(group)
        .filter(|group| !group.items.is_empty())
        .collect()
}

/// What a group is called, and what it asks; aspects in the pack's words.
pub(crate) fn group_words(frame: &PageFrame, group: Group) -> (String, Option<String>) {
    let code = group.as_str();
    let mut aspects = frame.unit().pack.aspects().iter();
    match aspects.find(|known| known.code.code() == code) {
        Some(known) => (
            frame.say(&known.name).to_owned(),
            Some(frame.say(&known.help).to_owned()),
        ),
        None if group == Group::Trust => (frame.t("chief.trust").to_owned(), None),
        None => (frame.t("chief.liking").to_owned(), None),
    }
}

fn item_line(frame: &PageFrame, item: &ItemFigure) -> Item {
    let (share, none) = known_share(frame, item.good);
    Item {
        code: item.item.clone(),
        ask: item.ask.clone(),
        said: item.said.clone(),
        share,
        none,
    }
}

/// Requests by the duty of UU 2/2002 their service serves, in the order of the pack (S2): code, name
/// and how many.
pub(crate) fn duty_counts(frame: &PageFrame, morning: &Morning) -> Vec<(String, String, i64)> {
    let pack = &frame.unit().pack;
    let of = |code: &DutyCode| {
        filed(morning, |service| {
            pack.service(service)
                .is_some_and(|service| service.duty == *code)
        })
    };
    let row = |duty: &Duty| {
        let name = frame.say(&duty.name).to_owned();
        (duty.code.to_string(), name, of(&duty.code))
    };
    pack.duties().iter().map(row).collect()
}

/// The same by the police function their service serves at first (S1).
pub(crate) fn function_counts(frame: &PageFrame, morning: &Morning) -> Vec<(String, String, i64)> {
    let pack = &frame.unit().pack;
    let of = |code: PoliceFunction| {
        filed(morning, |service| {
            pack.service(service)
                .is_some_and(|service| service.function == code)
        })
    };
    let row = |function: &FunctionEntry| {
        let name = frame.say(&function.name).to_owned();
        (function.code.code().to_owned(), name, of(function.code))
    };
    pack.functions().iter().map(row).collect()
}

fn in_words(frame: &PageFrame, rows: Vec<(String, String, i64)>) -> Vec<Count> {
    let rows = rows.into_iter();
    rows.map(|(_, words, n)| Count {
        words,
        n: frame.format().count(n),
    })
    .collect()
}

fn filed(morning: &Morning, counts: impl Fn(&ServiceCode) -> bool) -> i64 {
    let rows = morning.by_service.iter();
    rows.filter(|(service, _)| counts(service))
        .map(|(_, n)| n)
        .sum()
}
