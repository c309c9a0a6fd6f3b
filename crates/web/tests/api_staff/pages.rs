//! What pages of staff can do, programs can: every address that takes a form, as the router itself lists them, has its
//! operations in the document.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::{Method, Request, header};

use crate::support::Site;

/// Addresses that take a form of staff, and the operations that do the same.
const SAME: [(&str, &[&str]); 39] = [
    ("/perkara/{case}/langkah", &["sayOfStep"]),
    (
        "/perkara/{case}/kabar",
        &[
            "draftProgress",
            "sendProgress",
            "explainProgressDelay",
            "setDifficulty",
        ],
    ),
    ("/perkara/{case}/kejadian-sama", &["mergeCase", "undoMerge"]),
    ("/meja/layani", &["serveNext"]),
    ("/meja/ambil-alih", &["takeCaseOver"]),
    ("/meja/serah-terima", &["takeShiftOver"]),
    ("/meja/antrean", &["callNext"]),
    ("/meja/antrean/baru", &["joinQueue"]),
    (
        "/meja/antrean/{id}/{act}",
        &["endVisit", "putBack", "takeVisitOver"],
    ),
    ("/meja/gangguan", &["declareOutage"]),
    ("/meja/gangguan/{id}", &["endOutage"]),
    ("/meja/cari", &["searchCases"]),
    ("/meja/laporan/baru", &["takeReport"]),
    ("/meja/laporan/kertas", &["getPrintedForm"]),
    // One for each form of the page; a test beside the operations holds them to the forms.
    (
        "/perkara/{case}/{act}",
        &[
            "takeCase",
            "takeCaseOver",
            "assessCase",
            "explainDelay",
            "answerExplanation",
            "answerSecondLook",
            "offerSupport",
            "recordAction",
            "answerReporter",
            "withdrawLetter",
            "assignCase",
            "closeCase",
            "reopenCase",
            "holdCase",
            "liftHold",
            "eraseCase",
            "nameReader",
            "removeReader",
            "nameConcerned",
            "clearConcerned",
        ],
    ),
    ("/perkara/{case}/telaah", &["assessCase"]),
    (
        "/perkara/{case}/telaah/{step}",
        &[
            "answerTriage",
            "decideTriage",
            "lookAgain",
            "settleTriage",
            "noteChild",
            "noteReported",
            "confirmReadBack",
        ],
    ),
    (
        "/perkara/{case}/jam-pertama/{step}",
        &["markStep", "recordRisk", "takeEscalation"],
    ),
    ("/perkara/{case}/hak", &["nameCasePerson"]),
    ("/perkara/{case}/hak/{person}", &["tellCaseRights"]),
    (
        "/perkara/{case}/upaya/{act}",
        &[
            "beginCaseMeasure",
            "endCaseMeasure",
            "reviewCaseMeasure",
            "tryFirstInCase",
            "judgeCaseSettlement",
            "answerCaseSettlement",
            "agreeCaseSettlement",
            "endCaseSettlement",
        ],
    ),
    ("/perkara/{case}/buka-darurat", &["openInEmergency"]),
    ("/tinjauan-akses/{case}/{opening}", &["reviewOpening"]),
    ("/perkara/{case}/berkas", &["addEvidence"]),
    ("/perkara/{case}/surat", &["giveLetter"]),
    (
        "/perkara/{case}/pembuktian/{act}",
        &[
            "addOffence",
            "dropOffence",
            "baseEvidence",
            "linkEvidence",
            "seekOtherSide",
            "excludeEvidence",
            "submitProof",
        ],
    ),
    ("/perkara/{case}/barang-bukti", &["takeExhibit"]),
    (
        "/perkara/{case}/barang-bukti/{n}/{act}",
        &[
            "offerExhibit",
            "acceptExhibit",
            "endOffer",
            "moveExhibit",
            "sendExhibit",
            "takeExhibitBack",
            "proposeDisposal",
            "confirmDisposal",
            "rejectDisposal",
            "explainDifference",
        ],
    ),
    ("/perkara/{case}/surat/contoh", &["previewLetter"]),
    ("/perkara/{case}/surat/terbit", &["issueLetter"]),
    ("/pertemuan/baru", &["recordEncounter"]),
    ("/pertemuan/{encounter}/perbaiki", &["correctEncounter"]),
    ("/meja/kiriman/{id}", &["seeToNotice"]),
    ("/sarana", &["registerThing"]),
    (
        "/sarana/{thing}/{act}",
        &["changeThing", "moveThing", "handThingOver", "checkThing"],
    ),
    ("/kecakapan/petugas/{officer}", &["grantSkill"]),
    ("/kecakapan/petugas/{officer}/cabut", &["withdrawSkill"]),
    // Not of staff, and the way in for whatever they take from people.
    ("/lapor/periksa", &["fileRequest"]),
    ("/lacak/{nomor}", &["addMessage"]),
];

/// Addresses that no operation stands for, by how they begin, and why.
const APART: [(&str, &str); 17] = [
    ("/api/", "the operations themselves"),
    ("/open311/", "an interface of programs itself"),
    ("/gerbang/", "what the gateway says, itself a program"),
    ("/tlog", "an interface of programs itself"),
    (
        "/kabar/",
        "a notice is stopped by whoever got it, from its own link",
    ),
    (
        "/masuk",
        "a session is for a person at a browser; programs show a token",
    ),
    ("/keluar", "the same"),
    ("/akun", "what lets people in is kept by people"),
    (
        "/setelan/surat",
        "what a unit says in its letters is worded and looked at by people; programs issue with it",
    ),
    (
        "/setelan",
        "the same, and a token must not make another one",
    ),
    (
        "/kecakapan/pelajaran/",
        "a lesson is read and answered by a person",
    ),
    ("/lapor/", "steps of a form; a program sends it whole"),
    (
        "/lacak",
        "what reporters do is held by the tests of the public part",
    ),
    ("/nilai", "the same"),
    ("/aman", "the same"),
    (
        "/surat",
        "a file is held to a letter by whoever has it; programs compare the hash of `verifyLetter`",
    ),
    (
        "/tanda-terima",
        "a receipt is checked by whoever has it, without the unit",
    ),
];

async fn takes_forms(site: &Site) -> BTreeSet<String> {
    let built = format!("{:?}", site.router);
    let quoted = built.split('"').skip(1).step_by(2);
    let paths: BTreeSet<String> = quoted
        .filter(|text| text.starts_with('/') && !text.contains("__private"))
        .map(ToOwned::to_owned)
        .collect();
    let mut found = BTreeSet::new();
    for path in paths {
        let address = path.replace(['{', '}', '*'], "");
        let request = Request::builder().method(Method::TRACE).uri(address);
        let answer = site.ask(request.body(Body::empty()).unwrap()).await;
        if answer.header(header::ALLOW).contains("POST") {
            found.insert(path);
        }
    }
    found
}

// S40: a form added later without an operation fails here.
#[tokio::test]
async fn what_a_page_of_staff_can_do_the_document_lists() {
    let site = Site::pati().await;
    let request = Request::get("/api/v1/openapi.json").body(Body::empty());
    let openapi = site.ask(request.unwrap()).await.json();
    let mut operations = BTreeSet::new();
    for item in openapi["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            operations.insert(operation["operationId"].as_str().unwrap().to_owned());
        }
    }
    let forms = takes_forms(&site).await;
    assert!(forms.len() > 25, "{forms:?}");
    for (page, same) in SAME {
        assert!(forms.contains(page), "{page} takes no form any more");
        for operation in same {
            assert!(operations.contains(*operation), "{page}: {operation}");
        }
    }
    let known = |page: &str| SAME.iter().any(|(path, _)| *path == page);
    let apart = |page: &str| APART.iter().any(|(begin, _)| page.starts_with(begin));
    let missing: Vec<&String> = forms
        .iter()
        .filter(|page| !known(page) && !apart(page))
        .collect();
    assert!(
        missing.is_empty(),
        "these take a form, and programs cannot do the same: name the operation or the reason here: {missing:?}"
    );
}
