//! `/kecakapan/pelajaran/{code}`: a short lesson, a screen at a time, and what is asked at its end (S34).

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use pengayom_core::pack::{Lesson, LessonCode};
use pengayom_node::HandleError;
use serde::Deserialize;

use super::officer_refused;
use crate::extract::{Fields, FormPost, StaffPage};
use crate::form::{Choice, ChoiceGroup, FieldError};
use crate::frame::{PageFrame, draw};
use crate::problem::Fault;
use crate::staff::held::given_back;

/// What an answer came to.
struct Answered {
    ask: String,
    /// For `ui::tag`.
    state: &'static str,
    words: String,
    why: String,
}

#[derive(Template)]
#[template(path = "standing/lesson.html")]
struct LessonPage {
    page: PageFrame,
    by: String,
    errors: Vec<FieldError>,
    href: String,
    minutes: String,
    /// "Screen 2 of 5".
    step: String,
    /// The screen that is read; `None`: the questions.
    screen: Option<(String, Vec<String>)>,
    back: String,
    next: Option<String>,
    questions: Vec<ChoiceGroup>,
    answered: Vec<Answered>,
    /// Every answer is right.
    all_right: bool,
    source: String,
}

/// Which screen.
#[derive(Debug, Default, Deserialize)]
pub(super) struct LessonQuery {
    layar: Option<usize>,
}

fn known(page: &StaffPage, code: &str) -> Result<Lesson, Fault> {
    let code: LessonCode = code.parse().map_err(|_| Fault::NotFound)?;
    let lesson = page.frame.unit().pack.lesson(code.as_str());
    lesson.cloned().ok_or(Fault::NotFound)
}

/// `GET /kecakapan/pelajaran/{code}`
pub(super) async fn show(
    page: StaffPage,
    Path(code): Path<String>,
    Query(query): Query<LessonQuery>,
) -> Result<Response, Fault> {
    let lesson = known(&page, &code)?;
    let at = query.layar.unwrap_or(1).max(1);
    lesson_page(
        page,
        StatusCode::OK,
        &lesson,
        at,
        &Fields::default(),
        Vec::new(),
        None,
    )
}

/// `POST /kecakapan/pelajaran/{code}`: what was chosen at its end.
pub(super) async fn answer(
    page: StaffPage,
    Path(code): Path<String>,
    form: FormPost,
) -> Result<Response, Fault> {
    let lesson = known(&page, &code)?;
    let fields = &form.fields;
    let end = lesson.screens.len() + 1;
    if given_back(fields) {
        return lesson_page(page, StatusCode::OK, &lesson, end, fields, Vec::new(), None);
    }
    let chosen = |n: usize| fields.get(&name(n)).parse().unwrap_or(0_u32);
    let choices: Vec<u32> = (0..lesson.questions.len()).map(chosen).collect();
    let missing = choices.iter().position(|chosen| *chosen == 0);
    if let Some(n) = missing {
        let errors = vec![FieldError::new(name(n), page.frame.t("lesson.choose"))];
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return lesson_page(page, status, &lesson, end, fields, errors, None);
    }
    let code = lesson.code.clone();
    match page
        .node
        .answer_lesson(&page.staff, code, choices, None)
        .await
    {
        Ok(right) => {
            let ok = StatusCode::OK;
            lesson_page(page, ok, &lesson, end, fields, Vec::new(), Some(right))
        }
        Err(HandleError::Officer(rule)) => {
            let (_, words) = officer_refused(&page.frame, &rule);
            let errors = vec![FieldError::new(name(0), words)];
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            lesson_page(page, status, &lesson, end, fields, errors, None)
        }
        Err(error) => Err(error.into()),
    }
}

/// The name of the n-th question's field, from 0.
fn name(n: usize) -> String {
    format!("jawaban{}", n + 1)
}

fn lesson_page(
    page: StaffPage,
    status: StatusCode,
    lesson: &Lesson,
    at: usize,
    fields: &Fields,
    errors: Vec<FieldError>,
    right: Option<Vec<bool>>,
) -> Result<Response, Fault> {
    let StaffPage {
        mut frame, staff, ..
    } = page;
    frame.say(&lesson.name).clone_into(&mut frame.title);
    if !errors.is_empty() {
        frame.refused();
    }
    let href = format!("/kecakapan/pelajaran/{}", lesson.code);
    let of = lesson.screens.len() + 1;
    let at = at.min(of);
    let count = |n: usize| frame.format().count(i64::try_from(n).unwrap_or(i64::MAX));
    let shown = lesson.screens.get(at - 1);
    let answered = right.as_ref().map(|right| answers(&frame, lesson, right));
    let all_right = right.is_some_and(|right| right.iter().all(|right| *right));
    let questions = if shown.is_none() && !all_right {
        questions(&frame, lesson, fields, &errors)
    } else {
        Vec::new()
    };
    let page = LessonPage {
        by: staff.id.to_string(),
        minutes: {
            let n = frame.format().count(i64::from(lesson.minutes));
            frame.tf("lesson.minutes", &[("n", &n)])
        },
        step: frame.tf("lesson.step", &[("n", &count(at)), ("of", &count(of))]),
        screen: shown.map(|screen| {
            let text = screen.text.get(frame.lang).to_vec();
            (frame.say(&screen.title).to_owned(), text)
        }),
        back: if at > 1 {
            format!("{href}?layar={}", at - 1)
        } else {
            "/kecakapan".to_owned()
        },
        next: (at < of).then(|| format!("{href}?layar={}", at + 1)),
        questions,
        answered: answered.unwrap_or_default(),
        all_right,
        source: lesson.sourced.source.clone(),
        href,
        errors,
        page: frame,
    };
    draw(status, &page)
}

fn questions(
    frame: &PageFrame,
    lesson: &Lesson,
    fields: &Fields,
    errors: &[FieldError],
) -> Vec<ChoiceGroup> {
    let questions = lesson.questions.iter().enumerate().map(|(n, question)| {
        let name = name(n);
        let chosen = fields.get(&name);
        let choices = (1..).zip(question.choices.get(frame.lang));
        let options = choices
            .map(|(at, words): (u32, &String)| Choice::new(at.to_string(), words, chosen))
            .collect();
        ChoiceGroup::new(&name, frame.say(&question.ask), options, errors)
    });
    questions.collect()
}

fn answers(frame: &PageFrame, lesson: &Lesson, right: &[bool]) -> Vec<Answered> {
    let answered = lesson.questions.iter().zip(right).map(|(question, right)| {
        let (state, key) = if *right {
            ("ok", "lesson.right")
        } else {
            ("warn", "lesson.wrong")
        };
        Answered {
            ask: frame.say(&question.ask).to_owned(),
            state,
            words: frame.t(key).to_owned(),
            why: frame.say(&question.why).to_owned(),
        }
    });
    answered.collect()
}
