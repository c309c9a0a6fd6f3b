//! The chief's figures.

use axum::http::StatusCode;
use pengayom_node::access::Role;
use serde_json::json;

use super::{ALL, filed, ok, problem, program};
use crate::support::Site;

// S5 S41: the same figures as on the page, with the same small totals hidden.
#[tokio::test]
async fn the_morning_is_that_of_the_page() {
    let site = Site::pati().await;
    site.account(Role::Commander).await;
    filed(&site, "lp_b").await;
    site.clock.pass(60 * 24 * 10);
    filed(&site, "lp_b").await;
    let chief = program(&site, "commander", &ALL).await;
    let morning = ok(&chief.get("/board/morning").await);
    let figures = &morning["figures"];
    assert_eq!(figures["open"]["received"], 2);
    assert_eq!(figures["in_time"]["state"], "not_enough");
    assert_eq!(morning["late"].as_array().unwrap().len(), 1);
    assert_eq!(morning["late"][0]["number"], "PTI-2611-0001");
    let mut browser = site.signed_in("commander").await;
    let page = browser.get("/pimpinan.json").await;
    let mut page = page.json();
    let mut here = figures.clone();
    // Questions are in the asker's language.
    for figures in [&mut page, &mut here] {
        figures["survey"] = json!(null);
    }
    assert_eq!(here, page);
    let sum = |name: &str| -> i64 {
        let rows = morning[name].as_array().unwrap().iter();
        rows.map(|row| row["n"].as_i64().unwrap()).sum()
    };
    assert_eq!((sum("by_duty"), sum("by_function")), (2, 2));
}

#[tokio::test]
async fn weeks_and_response_times_are_read_and_days_that_are_none_refused() {
    // S15 S16
    let site = Site::pati().await;
    site.account(Role::Commander).await;
    site.account(Role::Desk).await;
    filed(&site, "lp_b").await;
    let chief = program(&site, "commander", &ALL).await;
    let trend = ok(&chief.get("/board/trend").await);
    assert_eq!(trend["weeks"].as_array().unwrap().len(), 6);
    assert_eq!(trend["weeks"][5]["to"], "2026-11-24");
    let times = ok(&chief
        .get("/board/response-times?from=2026-11-01&to=2026-11-24")
        .await);
    assert_eq!(times["filed"], 1);
    let mut browser = site.signed_in("commander").await;
    let page = "/pimpinan/tanggap.json?dari=2026-11-01&sampai=2026-11-24&lang=en";
    assert_eq!(times, browser.get(page).await.json());
    let same = ok(&chief
        .get("/board/competence?from=2026-11-01&to=2026-11-24")
        .await);
    assert_eq!(same["cases"], 1);
    let page = "/pimpinan/kompetensi.json?dari=2026-11-01&sampai=2026-11-24&lang=en";
    assert_eq!(same, browser.get(page).await.json());
    let same = ok(&chief
        .get("/board/survey?from=2026-11-01&to=2026-11-24")
        .await);
    let page = "/pimpinan/survei.json?dari=2026-11-01&sampai=2026-11-24&lang=en";
    assert_eq!(same, browser.get(page).await.json());
    let same = ok(&chief.get("/board/civility").await);
    let page = "/pimpinan/keberadaban.json?lang=en";
    assert_eq!(same, browser.get(page).await.json());
    let same = ok(&chief
        .get("/board/equity?from=2026-11-01&to=2026-11-24&attention=closed&level=beat")
        .await);
    assert_eq!(
        same["filed"],
        serde_json::Value::Null,
        "one report is too few to show"
    );
    let page = "/pimpinan/pemerataan.json?dari=2026-11-01&sampai=2026-11-24&perhatian=closed&tingkat=beat&lang=en";
    assert_eq!(same, browser.get(page).await.json());
    for measure in ["late", "first_answer", "b5"] {
        let same = ok(&chief
            .get(&format!("/board/consistency?measure={measure}"))
            .await);
        let page = format!("/pimpinan/konsistensi.json?ukuran={measure}&lang=en");
        assert_eq!(same, browser.get(&page).await.json(), "{measure}");
    }
    let answer = chief.get("/board/consistency?measure=much").await;
    let wrong = problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "fields");
    assert_eq!(wrong["errors"][0]["parameter"], "measure");
    for name in ["attention", "need", "level"] {
        let answer = chief.get(&format!("/board/equity?{name}=much")).await;
        let problem = problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "fields");
        assert_eq!(problem["errors"][0]["parameter"], name);
    }
    for (query, name) in [
        ("from=x", "from"),
        ("to=2026-13-01", "to"),
        ("from=2026-11-24&to=2026-11-01", "to"),
        ("from=2000-01-01&to=2026-11-01", "from"),
    ] {
        for path in ["response-times", "competence", "equity", "survey"] {
            let answer = chief.get(&format!("/board/{path}?{query}")).await;
            let problem = problem(&answer, StatusCode::UNPROCESSABLE_ENTITY, "fields");
            assert_eq!(problem["errors"][0]["parameter"], name, "{path} {query}");
        }
    }
    let desk = program(&site, "desk", &ALL).await;
    for path in [
        "morning",
        "trend",
        "response-times",
        "competence",
        "consistency",
        "civility",
        "equity",
        "survey",
    ] {
        let answer = desk.get(&format!("/board/{path}")).await;
        problem(&answer, StatusCode::FORBIDDEN, "forbidden");
    }
}
