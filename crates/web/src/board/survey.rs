//! `/pimpinan/survei`: what the people served said, over a span of days (S5, S19, S25, S38, S39, S41, S42).
//!
//! Scales stand in the order of the form. Nothing is about one officer; totals of few people are hidden on
//! the page as in the files.

use askama::Template;
use axum::Json;
use axum::extract::Query;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::civil::Date;
use pengayom_core::pack::SurveyScale;
use pengayom_measure::proportion::Interval;
use pengayom_node::Node;
use pengayom_node::access::{Permission, Staff};
use pengayom_node::survey_board::{
    RELIABILITY_NEEDS, SHEETS_MAX, ScaleResult, Sign, SurveyBoard, Unweighted, WEIGHTS_NEED,
    Weighting,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::chart::{Whisker, whisker};
use super::figures::{ShareFigure, share_figure};
use super::span::{Asked, Span, days_of};
use crate::extract::StaffPage;
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::table::Csv;

#[derive(Template)]
#[template(path = "board/survey.html")]
struct SurveyPage {
    page: PageFrame,
    span: Span,
    any: bool,
    sentences: Vec<String>,
    index: IndexPart,
    needs: Vec<Line>,
    outcomes: Vec<Line>,
    trust: Vec<String>,
    weighting: String,
    signs: Vec<String>,
    whole: Vec<HeldLine>,
    whole_needs: String,
}

/// The official index.
struct IndexPart {
    sentence: String,
    elements: Vec<(String, String, String)>,
}

/// A scale.
struct Line {
    code: &'static str,
    name: String,
    asked: Vec<String>,
    share: Option<Whisker>,
    none: String,
    weighted: Option<String>,
}

/// How far a scale holds together.
struct HeldLine {
    name: String,
    n: String,
    alpha: String,
    interval: String,
    omega: String,
}

/// A scale of the survey.
#[derive(Debug, Serialize, ToSchema)]
struct ScaleFigure {
    /// Its code; it stays the same.
    scale: &'static str,
    /// In words.
    name: String,
    /// Codes of its items that are asked.
    items: Vec<String>,
    /// Judgements that answer one of them at least.
    judgements: u64,
    /// The share of good answers. Null: too few.
    #[schema(required)]
    good: Option<ShareFigure>,
    /// How many independent answers would say as much as those behind `good`.
    #[schema(required)]
    effective: Option<f64>,
    /// The share, weighted to the people served. Null: not weighted.
    #[schema(required)]
    weighted: Option<f64>,
    /// Lower end of its 95 % interval.
    #[schema(required)]
    weighted_low: Option<f64>,
    /// Upper end.
    #[schema(required)]
    weighted_high: Option<f64>,
    /// Cronbach's alpha of its items. Null: one item, or too few whole judgements.
    #[schema(required)]
    alpha: Option<f64>,
    /// Lower end of its 95 % interval (Feldt).
    #[schema(required)]
    alpha_low: Option<f64>,
    /// Upper end.
    #[schema(required)]
    alpha_high: Option<f64>,
    /// McDonald's omega. Null: as `alpha`, or two items.
    #[schema(required)]
    omega: Option<f64>,
    /// Whole judgements behind `alpha`.
    whole_judgements: u64,
}

/// The official satisfaction index (IKM).
#[derive(Debug, Serialize, ToSchema)]
struct IndexFigure {
    /// Judgements that answer all nine elements.
    judgements: u64,
    /// The index, 25 to 100. Null: too few.
    #[schema(required)]
    index: Option<f64>,
    /// Lower end of its 95 % interval.
    #[schema(required)]
    low: Option<f64>,
    /// Upper end.
    #[schema(required)]
    high: Option<f64>,
    /// A to D by Permenpan-RB 14/2017.
    #[schema(required)]
    grade: Option<String>,
    /// Mean answer by element, 1 to 4.
    elements: Vec<ElementFigure>,
}

/// An element of the index.
#[derive(Debug, Serialize, ToSchema)]
struct ElementFigure {
    /// Code of the item.
    item: String,
    /// The question.
    ask: String,
    /// Mean answer.
    mean: f64,
}

/// A reason to look whether answers were stuffed; no proof.
#[derive(Debug, Serialize, ToSchema)]
struct SignFigure {
    /// `burst`: many within one minute; `all_best`: at a station far more are all best.
    kind: &'static str,
    /// In words.
    words: String,
}

/// What the people served said of the services of some days.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SurveyBoard)]
pub(crate) struct SurveyFigures {
    /// First day.
    #[schema(value_type = String, format = Date)]
    from: Date,
    /// Last day.
    #[schema(value_type = String, format = Date)]
    to: Date,
    /// The moment it was read.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Judgements.
    judgements: u64,
    /// There were more than are counted: the latest are.
    cut: bool,
    /// Meetings and answered reports, each of which could be judged once.
    could_judge: u64,
    /// The share that did. Null: too few.
    #[schema(required)]
    response: Option<ShareFigure>,
    /// The official index.
    index: IndexFigure,
    /// The scales, in the order of the form.
    scales: Vec<ScaleFigure>,
    /// Judgements that answer both trust and liking.
    trust_and_liking: u64,
    /// Of them, the share that trusts without liking. Null: too few.
    #[schema(required)]
    trusted_not_liked: Option<ShareFigure>,
    /// The share that likes without trusting.
    #[schema(required)]
    liked_not_trusted: Option<ShareFigure>,
    /// The share of people served for whom weights cannot speak. Null: not weighted.
    #[schema(required)]
    uncovered: Option<f64>,
    /// Kish's design effect of the weights. Null: not weighted.
    #[schema(required)]
    design_effect: Option<f64>,
    /// Reasons to look.
    signs: Vec<SignFigure>,
    /// Totals of fewer people are hidden.
    small_cell: u32,
}

/// The page.
pub(super) async fn show(page: StaffPage, asked: Query<Asked>) -> Result<Response, Fault> {
    page.require(Permission::ReadBoard)?;
    let span = Span::asked(&page.frame, &page.node, &asked);
    let read = match span.days {
        Some((from, to)) => Some(page.node.survey_board(&page.staff, from, to).await?),
        None => None,
    };
    let StaffPage { mut frame, .. } = page;
    frame.titled("survey.title");
    let status = span.status(&mut frame);
    let drawn = drawn(frame, span, read.as_ref());
    draw(status, &drawn)
}

fn drawn(frame: PageFrame, span: Span, read: Option<&SurveyBoard>) -> SurveyPage {
    let board = |of: fn(&PageFrame, &SurveyBoard) -> Vec<String>| {
        read.map(|read| of(&frame, read)).unwrap_or_default()
    };
    let lines = |is_need: bool| -> Vec<Line> {
        let scales = read.map(|read| read.scales.as_slice()).unwrap_or_default();
        let scales = scales
            .iter()
            .filter(|of| is_one_of_the_needs(of.scale) == is_need);
        scales.map(|scale| line(&frame, scale)).collect()
    };
    let whole = read.map(|read| read.scales.as_slice()).unwrap_or_default();
    let whole = whole
        .iter()
        .filter_map(|scale| held(&frame, scale))
        .collect();
    let needs = i64::try_from(RELIABILITY_NEEDS).unwrap_or(0);
    SurveyPage {
        any: read.is_some_and(|read| read.sheets > 0),
        sentences: board(sentences),
        index: read.map_or_else(
            || IndexPart {
                sentence: String::new(),
                elements: Vec::new(),
            },
            |read| index(&frame, read),
        ),
        needs: lines(true),
        outcomes: lines(false),
        trust: board(trust),
        weighting: read.map(|read| weighting(&frame, read)).unwrap_or_default(),
        signs: board(|frame, read| {
            signs(frame, read)
                .into_iter()
                .map(|(_, words)| words)
                .collect()
        }),
        whole,
        whole_needs: frame.tf("survey.whole_needs", &[("n", &frame.format().count(needs))]),
        span,
        page: frame,
    }
}

/// The same figures as JSON.
pub(super) async fn json(page: StaffPage, asked: Query<Asked>) -> Result<Response, Fault> {
    Ok(Json(read(&page, &asked).await?).into_response())
}

/// The scales as CSV.
pub(super) async fn csv(page: StaffPage, asked: Query<Asked>) -> Result<Response, Fault> {
    let read = read(&page, &asked).await?;
    let mut table = Csv::new(&[
        "scale",
        "judgements",
        "n",
        "good_share",
        "low",
        "high",
        "effective",
        "weighted",
        "weighted_low",
        "weighted_high",
        "alpha",
        "alpha_low",
        "alpha_high",
        "omega",
    ]);
    let number = |value: Option<f64>| value.map(|value| format!("{value:.4}")).unwrap_or_default();
    for row in &read.scales {
        table.row(&[
            row.scale.to_owned(),
            row.judgements.to_string(),
            row.good.map(|good| good.n.to_string()).unwrap_or_default(),
            number(row.good.map(|good| good.share)),
            number(row.good.map(|good| good.low)),
            number(row.good.map(|good| good.high)),
            number(row.effective),
            number(row.weighted),
            number(row.weighted_low),
            number(row.weighted_high),
            number(row.alpha),
            number(row.alpha_low),
            number(row.alpha_high),
            number(row.omega),
        ]);
    }
    Ok(table.file(&format!("survei-{}-{}.csv", read.from, read.to)))
}

async fn read(page: &StaffPage, asked: &Asked) -> Result<SurveyFigures, Fault> {
    page.require(Permission::ReadBoard)?;
    let found = days_of(&page.frame, &page.node, asked)?;
    figures(&page.frame, &page.node, &page.staff, found).await
}

/// The figures of some days, for whoever may read the board.
///
/// # Errors
/// The node's.
pub(crate) async fn figures(
    frame: &PageFrame,
    node: &Node,
    staff: &Staff,
    (from, to): (Date, Date),
) -> Result<SurveyFigures, Fault> {
    let read = node.survey_board(staff, from, to).await?;
    let (uncovered, design_effect) = match read.weighting {
        Weighting::ByServiceAndStation {
            uncovered,
            design_effect,
        } => (Some(uncovered), Some(design_effect)),
        Weighting::No(_) => (None, None),
    };
    let signs = signs(frame, &read).into_iter();
    Ok(SurveyFigures {
        from: read.from,
        to: read.to,
        at: read.at,
        judgements: read.sheets,
        cut: read.cut,
        could_judge: read.asked,
        response: read.response.map(share_figure),
        index: index_figure(frame, &read),
        scales: read
            .scales
            .iter()
            .map(|scale| scale_figure(frame, scale))
            .collect(),
        trust_and_liking: read.trust.n,
        trusted_not_liked: read.trust.trusted_not_liked.map(share_figure),
        liked_not_trusted: read.trust.liked_not_trusted.map(share_figure),
        uncovered,
        design_effect,
        signs: signs
            .map(|(kind, words)| SignFigure { kind, words })
            .collect(),
        small_cell: read.small_cell,
    })
}

fn scale_figure(frame: &PageFrame, result: &ScaleResult) -> ScaleFigure {
    let reliability = result.reliability.as_ref();
    ScaleFigure {
        scale: result.scale.code(),
        name: frame.t(scale_word(result.scale)).to_owned(),
        items: items(frame, result.scale)
            .map(|item| item.code.to_string())
            .collect(),
        judgements: result.sheets,
        good: good(result),
        effective: result.good.map(|good| good.effective),
        weighted: result.weighted.map(|of| of.share),
        weighted_low: result.weighted.map(|of| of.interval.low),
        weighted_high: result.weighted.map(|of| of.interval.high),
        alpha: reliability.map(|of| of.alpha),
        alpha_low: reliability.map(|of| of.alpha_interval.low),
        alpha_high: reliability.map(|of| of.alpha_interval.high),
        omega: reliability.and_then(|of| of.omega),
        whole_judgements: reliability.map_or(0, |of| of.n),
    }
}

fn good(result: &ScaleResult) -> Option<ShareFigure> {
    result.good.map(|good| {
        share_figure(pengayom_measure::proportion::Share {
            share: good.share,
            interval: good.interval,
            n: good.n,
        })
    })
}

fn index_figure(frame: &PageFrame, read: &SurveyBoard) -> IndexFigure {
    let index = read.index.index.as_ref();
    let elements = index
        .map(|index| index.elements.as_slice())
        .unwrap_or_default();
    let elements = read.index.items.iter().zip(elements);
    IndexFigure {
        judgements: read.index.sheets,
        index: index.map(|index| index.rounded),
        low: index.and_then(|index| index.interval).map(|of| of.low),
        high: index.and_then(|index| index.interval).map(|of| of.high),
        grade: index
            .and_then(|index| index.grade)
            .map(|grade| format!("{grade:?}")),
        elements: elements
            .map(|(item, element)| ElementFigure {
                item: item.clone(),
                ask: ask(frame, item),
                mean: element.mean,
            })
            .collect(),
    }
}

fn items(
    frame: &PageFrame,
    scale: SurveyScale,
) -> impl Iterator<Item = &pengayom_core::pack::SurveyItem> {
    let survey = frame.unit().pack.survey();
    survey.asked_items().filter(move |item| item.scale == scale)
}

fn ask(frame: &PageFrame, item: &str) -> String {
    let item = frame.unit().pack.survey().item(item);
    item.map(|item| frame.say(&item.ask).to_owned())
        .unwrap_or_default()
}

/// The three aspects and sympathy: read as the four needs of a community (S42).
const fn is_one_of_the_needs(scale: SurveyScale) -> bool {
    matches!(
        scale,
        SurveyScale::Competence
            | SurveyScale::Consistency
            | SurveyScale::Civility
            | SurveyScale::Sympathy
    )
}

const fn scale_word(scale: SurveyScale) -> &'static str {
    match scale {
        SurveyScale::Ikm => "survey.scale_ikm",
        SurveyScale::Competence => "survey.scale_competence",
        SurveyScale::Consistency => "survey.scale_consistency",
        SurveyScale::Civility => "survey.scale_civility",
        SurveyScale::Sympathy => "survey.scale_sympathy",
        SurveyScale::Trust => "survey.scale_trust",
        SurveyScale::Liking => "survey.scale_liking",
        SurveyScale::EqualAttention => "survey.scale_equal_attention",
    }
}

fn line(frame: &PageFrame, result: &ScaleResult) -> Line {
    let few = if result.sheets == 0 {
        frame.t("chief.response_none")
    } else {
        frame.t("chief.response_few")
    };
    let weighted = result.weighted.map(|of| {
        let values = [
            ("share", percent(frame, of.share)),
            ("low", percent(frame, of.interval.low)),
            ("high", percent(frame, of.interval.high)),
        ];
        let values = values.each_ref().map(|(key, value)| (*key, value.as_str()));
        frame.tf("survey.weighted", &values)
    });
    Line {
        code: result.scale.code(),
        name: frame.t(scale_word(result.scale)).to_owned(),
        asked: items(frame, result.scale)
            .map(|item| frame.say(&item.ask).to_owned())
            .collect(),
        share: good(result).map(|share| whisker(frame, share)),
        none: few.to_owned(),
        weighted,
    }
}

fn held(frame: &PageFrame, result: &ScaleResult) -> Option<HeldLine> {
    let of = result.reliability.as_ref()?;
    let decimal = |value: f64| frame.format().decimal(value, 2);
    let Interval { low, high } = of.alpha_interval;
    let (low, high) = (decimal(low), decimal(high));
    Some(HeldLine {
        name: frame.t(scale_word(result.scale)).to_owned(),
        n: count(frame, of.n),
        alpha: decimal(of.alpha),
        interval: frame.tf("competence.to", &[("low", &low), ("high", &high)]),
        omega: of.omega.map(decimal).unwrap_or_default(),
    })
}

fn sentences(frame: &PageFrame, read: &SurveyBoard) -> Vec<String> {
    let format = frame.format();
    let (from, to) = (format.day(read.from), format.day(read.to));
    let n = count(frame, read.sheets);
    let asked = count(frame, read.asked);
    let values = [
        ("from", from.as_str()),
        ("to", to.as_str()),
        ("n", n.as_str()),
        ("asked", asked.as_str()),
    ];
    let mut sentences = vec![frame.tf("survey.sentence", &values)];
    if let Some(response) = read.response {
        let share = percent(frame, response.share);
        sentences.push(frame.tf("survey.response", &[("share", &share)]));
    }
    if read.cut {
        let most = count(frame, u64::from(SHEETS_MAX));
        sentences.push(frame.tf("survey.cut", &[("n", &most)]));
    }
    sentences
}

fn index(frame: &PageFrame, read: &SurveyBoard) -> IndexPart {
    let n = count(frame, read.index.sheets);
    let needs = count(frame, u64::from(read.small_cell));
    let Some(index) = &read.index.index else {
        let words = frame.tf("survey.index_few", &[("n", &n), ("needs", &needs)]);
        return IndexPart {
            sentence: words,
            elements: Vec::new(),
        };
    };
    let two = |value: f64| frame.format().decimal(value, 2);
    let grade = index
        .grade
        .map(|grade| format!("{grade:?}"))
        .unwrap_or_default();
    let figure = two(index.rounded);
    let (low, high) = index
        .interval
        .map_or((index.index, index.index), |of| (of.low, of.high));
    let (low, high) = (two(low.max(25.0)), two(high.min(100.0)));
    let values = [
        ("index", figure.as_str()),
        ("grade", grade.as_str()),
        ("low", low.as_str()),
        ("high", high.as_str()),
        ("n", n.as_str()),
    ];
    let elements = read.index.items.iter().zip(&index.elements);
    IndexPart {
        sentence: frame.tf("survey.index", &values),
        elements: elements
            .map(|(item, element)| (ask(frame, item), two(element.mean), two(element.index)))
            .collect(),
    }
}

fn trust(frame: &PageFrame, read: &SurveyBoard) -> Vec<String> {
    let trust = &read.trust;
    let (Some(trusted), Some(liked)) = (trust.trusted_not_liked, trust.liked_not_trusted) else {
        return vec![frame.t("survey.trust_few").to_owned()];
    };
    let n = count(frame, trust.n);
    let sentence = |key: &str, share: pengayom_measure::proportion::Share| {
        let values = [
            ("share", percent(frame, share.share)),
            ("low", percent(frame, share.interval.low)),
            ("high", percent(frame, share.interval.high)),
        ];
        let mut values: Vec<(&str, &str)> = values
            .iter()
            .map(|(key, value)| (*key, value.as_str()))
            .collect();
        values.push(("n", &n));
        frame.tf(key, &values)
    };
    vec![
        sentence("survey.trusted_not_liked", trusted),
        sentence("survey.liked_not_trusted", liked),
    ]
}

fn weighting(frame: &PageFrame, read: &SurveyBoard) -> String {
    match read.weighting {
        Weighting::ByServiceAndStation {
            uncovered,
            design_effect,
        } => {
            let effect = frame.format().decimal(design_effect, 2);
            let uncovered = percent(frame, uncovered);
            let values = [
                ("effect", effect.as_str()),
                ("uncovered", uncovered.as_str()),
            ];
            frame.tf("survey.weighting", &values)
        }
        Weighting::No(Unweighted::Few) => {
            let needs = count(frame, WEIGHTS_NEED);
            frame.tf("survey.unweighted_few", &[("n", &needs)])
        }
        Weighting::No(Unweighted::NobodyServed) => frame.t("survey.unweighted_nobody").to_owned(),
        Weighting::No(Unweighted::NotFound) => frame.t("survey.unweighted_not_found").to_owned(),
    }
}

fn signs(frame: &PageFrame, read: &SurveyBoard) -> Vec<(&'static str, String)> {
    let words = |sign: &Sign| match sign {
        Sign::Burst { at, n } => {
            let (at, n) = (frame.format().moment(*at), count(frame, *n));
            let values = [("at", at.as_str()), ("n", n.as_str())];
            ("burst", frame.tf("survey.sign_burst", &values))
        }
        Sign::AllBest {
            station,
            here,
            rest,
        } => {
            let station = station.as_ref().and_then(|station| station.parse().ok());
            let station = station.map_or_else(
                || frame.t("survey.no_station").to_owned(),
                |station| frame.unit().station_name(&station),
            );
            let (here, n) = (percent(frame, here.share), count(frame, here.n));
            let rest = percent(frame, rest.share);
            let values = [
                ("station", station.as_str()),
                ("here", here.as_str()),
                ("n", n.as_str()),
                ("rest", rest.as_str()),
            ];
            ("all_best", frame.tf("survey.sign_all_best", &values))
        }
    };
    read.signs.iter().map(words).collect()
}

fn percent(frame: &PageFrame, share: f64) -> String {
    format!("{}%", frame.format().decimal(share * 100.0, 0))
}

fn count(frame: &PageFrame, n: u64) -> String {
    frame.format().count(i64::try_from(n).unwrap_or(i64::MAX))
}
