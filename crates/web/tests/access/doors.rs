//! Whoever a report is about meets a closed door everywhere, and no list tells them of it (S45).

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::StreamExt as _;
use pengayom_core::subject::case::CaseCommand;
use pengayom_node::HandleError;
use pengayom_node::access::{Role, Sight};
use pengayom_store::CaseQuery;
use tower::ServiceExt as _;

use crate::support::{PASSWORD, Site, photo};
use crate::{THEFT, TOLD, VIOLENCE, act, assert_shut, change, file};

/// Every address of a case that is read.
const READS: [&str; 6] = [
    "",
    "/telaah",
    "/jam-pertama",
    "/foto/00",
    "/berkas/00",
    "/surat/1",
];

#[tokio::test]
async fn whoever_a_report_is_about_finds_no_case_at_any_door() {
    // S45
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let officer = site.account(Role::Investigator).await;
    site.account(Role::Commander).await;
    let case = file(&site, THEFT).await.case;
    change(
        &site,
        &desk,
        case,
        CaseCommand::AssignOfficer {
            officer: officer.id,
            lacks: None,
            reason: None,
        },
    )
    .await;
    let mut accused = site.signed_in("investigator").await;
    let mut clerk = site.signed_in("desk").await;
    let mut chief = site.signed_in("commander").await;
    let address = format!("/perkara/{case}");
    assert!(accused.get(&address).await.text.contains(TOLD));
    let id = officer.id.to_string();
    let about = [
        ("petugas", id.as_str()),
        ("alasan", "Pelapor menyebut namanya"),
    ];
    let named = act(&mut clerk, case, "terkait", &about).await;
    assert_eq!(named.status, StatusCode::SEE_OTHER, "{}", named.words());
    let page = clerk.get(&address).await.words();
    assert!(
        page.contains("Laporan ini tentang Bripka Sari investigator"),
        "{page}"
    );
    // Every page, file and act: no such case.
    for door in READS {
        assert_shut(
            &accused.get(&format!("{address}{door}")).await,
            StatusCode::NOT_FOUND,
        );
    }
    let forms = [
        "tindakan-baru",
        "jawab",
        "tutup",
        "buka-darurat",
        "terkait",
        "telaah",
    ];
    for slug in forms {
        let fields = [
            ("alasan", "x"),
            ("uraian", "x"),
            ("fungsi", "order"),
            ("jawaban", "x"),
        ];
        let path = format!("{address}/{slug}");
        let answer = accused.post(&path, &fields).await;
        // A role that may not do it at all is told so, whatever the case.
        let refused = [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN];
        assert!(
            refused.contains(&answer.status),
            "{slug}: {}",
            answer.status
        );
        crate::assert_says_nothing(&answer);
    }
    let jpeg = photo();
    let sent = accused
        .post_file(
            &format!("{address}/berkas"),
            &[("uraian", "x")],
            ("berkas", "a.jpg", &jpeg),
        )
        .await;
    assert_shut(&sent, StatusCode::NOT_FOUND);
    assert_shut(
        &accused.get(&format!("/aliran?perkara={case}")).await,
        StatusCode::NOT_FOUND,
    );
    // No list, no search.
    let number = format!("/perkara/{case}");
    for list in ["/meja/daftar", "/meja/cari"] {
        assert!(!accused.get(list).await.text.contains(&number), "{list}");
    }
    let found = accused.post("/meja/cari", &[("q", "pisau")]).await;
    assert!(!accused.follow(found).await.text.contains(&number));
    // The node, which the API asks too, says the same.
    let refused = site.node.case_history(&officer, case).await;
    assert!(
        matches!(refused, Err(HandleError::NotFound(_))),
        "{refused:?}"
    );
    assert_eq!(
        site.node.sight_of_case(&officer, case).await,
        Some(Sight::Hidden)
    );
    let listed = site
        .node
        .list_cases(&officer, CaseQuery::default())
        .await
        .unwrap();
    assert!(listed.rows.iter().all(|row| row.id != case));
    assert!(site.node.own_cases(&officer, 50).await.unwrap().is_empty());
    // Giving it back to them is refused with a plain reason, and the choice stays.
    let give = [("petugas", id.as_str())];
    let refused = act(&mut clerk, case, "tugaskan", &give).await;
    assert_eq!(
        refused.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "{}",
        refused.words()
    );
    assert!(
        refused.words().contains("Laporan ini tentang petugas itu"),
        "{}",
        refused.words()
    );
    // The chief is told that nobody has it.
    let morning = chief.get("/pimpinan").await.words();
    assert!(
        morning.contains("1 perkara kehilangan penangan"),
        "{morning}"
    );
    let list = chief.get("/tinjauan-akses").await;
    assert!(list.text.contains(&number), "{}", list.words());
    // Only the chief takes it back; then the role opens it again.
    let back = [
        ("petugas", id.as_str()),
        ("alasan", "Orang lain bernama sama"),
    ];
    let refused = act(&mut clerk, case, "bukan-terkait", &back).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    let cleared = act(&mut chief, case, "bukan-terkait", &back).await;
    assert_eq!(cleared.status, StatusCode::SEE_OTHER, "{}", cleared.words());
    assert!(accused.get(&address).await.text.contains(TOLD));
}

/// What a stream tells first after its sign of life.
async fn next_told(site: &Site, login: &str, then: impl Future<Output = ()>) -> String {
    let session = site.node.sign_in(login, PASSWORD, "test").await.unwrap();
    let request = Request::get("/aliran")
        .header(header::HOST, "localhost")
        .header(header::COOKIE, format!("session={}", session.token));
    let request = request.body(Body::empty()).unwrap();
    let answer = site.router.clone().oneshot(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let mut stream = answer.into_body().into_data_stream();
    let ping = stream.next().await.unwrap().unwrap();
    assert!(String::from_utf8_lossy(&ping).contains("event: ping"));
    then.await;
    let told = stream.next().await.unwrap().unwrap();
    String::from_utf8_lossy(&told).into_owned()
}

#[tokio::test]
async fn live_pages_tell_nobody_of_a_case_that_is_shut_to_them() {
    // S45
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let officer = site.account(Role::Investigator).await;
    site.account(Role::Oversight).await;
    let about = file(&site, THEFT).await.case;
    let concerned = CaseCommand::NameConcerned {
        officer: officer.id,
        reason: "Pelapor menyebut namanya".to_owned(),
    };
    change(&site, &desk, about, concerned).await;
    let narrow = file(&site, VIOLENCE).await.case;
    let told = next_told(&site, "investigator", async {
        let take = CaseCommand::Take { by: desk.id };
        change(&site, &desk, about, take.clone()).await;
        change(&site, &desk, narrow, take).await;
        file(&site, THEFT).await;
    });
    let told = Box::pin(told).await;
    assert!(told.contains("data: case.request_filed"), "{told}");
    // Whoever reviews openings hears of one at once.
    let told = next_told(&site, "oversight", async {
        let reason = "Korban menelepon".to_owned();
        let opened = site.node.open_in_emergency(&officer, narrow, reason).await;
        assert!(opened.unwrap().changed);
    });
    let told = Box::pin(told).await;
    assert!(told.contains("data: case.emergency_opened"), "{told}");
}

#[tokio::test]
async fn a_chief_a_report_is_about_neither_reads_nor_counts_nor_reviews_it() {
    // S45
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let chief = site.account(Role::Commander).await;
    let oversight = site.account(Role::Oversight).await;
    let case = file(&site, THEFT).await.case;
    let about = CaseCommand::NameConcerned {
        officer: chief.id,
        reason: "Laporan menyebut pimpinan".to_owned(),
    };
    change(&site, &desk, case, about).await;
    site.clock.pass(20 * 24 * 60);
    let mut browser = site.signed_in("commander").await;
    let number = format!("/perkara/{case}");
    let morning = browser.get("/pimpinan").await;
    assert!(!morning.text.contains(&number), "{}", morning.words());
    let seen = site.node.morning(&chief).await.unwrap();
    let others = site.node.morning(&oversight).await.unwrap();
    assert_eq!((seen.counts.late, others.counts.late), (0, 1));
    // Who keeps readers is the chief; not of a report about themselves.
    let fields = [("petugas", desk.id.to_string())];
    let fields = [("petugas", fields[0].1.as_str()), ("alasan", "x")];
    let refused = browser.post(&format!("{number}/beri-akses"), &fields).await;
    assert_eq!(refused.status, StatusCode::NOT_FOUND);
    let page = browser.get("/tinjauan-akses").await;
    assert!(!page.text.contains(&number));
}

#[tokio::test]
async fn the_queue_gives_nobody_a_report_about_themselves() {
    // S45
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    let chief = site.account(Role::Commander).await;
    let case = file(&site, THEFT).await.case;
    let about = CaseCommand::NameConcerned {
        officer: desk.id,
        reason: "Pelapor menyebut petugas meja".to_owned(),
    };
    change(&site, &chief, case, about).await;
    assert_eq!(site.node.serve_next(&desk).await.unwrap(), None);
    assert!(site.node.waiting(&desk, 50).await.unwrap().is_empty());
    let take = CaseCommand::Take { by: desk.id };
    let refused = site.node.change_case(&desk, case, None, take, None).await;
    assert!(
        matches!(refused, Err(HandleError::NotFound(_))),
        "{refused:?}"
    );
    let mut clerk = site.signed_in("desk").await;
    assert!(!clerk.get("/meja").await.text.contains(&case.to_string()));
    let handover = clerk.get("/meja/serah-terima").await;
    assert!(!handover.text.contains(&case.to_string()));
}
