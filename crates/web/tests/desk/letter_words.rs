//! The unit's own words in its letters: by nobody, by the wrong role, with a broken line, too late, and as it should be.

use std::collections::BTreeMap;

use axum::http::StatusCode;
use pengayom_core::act::{Payload, Subject};
use pengayom_core::subject::unit::UnitAct;
use pengayom_letter::Paper;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::case::Filed;
use pengayom_node::handle::letter::LetterDraft;
use pengayom_node::handle::letter_words::letters_below;

use crate::THEFT;
use crate::support::{Answer, Browser, Site};

const LIST: &str = "/setelan/surat";
const ONE: &str = "/setelan/surat/sttlp";

/// The words of a letter as a form has them.
#[derive(Clone)]
struct Words {
    seen: String,
    number: String,
    id: String,
    en: String,
}

impl Words {
    /// As the pack has them, changed by nobody.
    fn of_pack(site: &Site) -> Self {
        let unit = site.node.unit();
        let template = unit.pack.template("sttlp").unwrap();
        Self {
            seen: "0".to_owned(),
            number: template.number.clone(),
            id: template.body.id.clone(),
            en: template.body.en.clone(),
        }
    }

    async fn send(&self, browser: &mut Browser<'_>, path: &str) -> Answer {
        let fields = [
            ("versi", self.seen.as_str()),
            ("nomor", &self.number),
            ("baris_id", &self.id),
            ("baris_en", &self.en),
            ("bahasa", "id_en"),
        ];
        browser.post(path, &fields).await
    }
}

/// What was recorded of the words of letters.
async fn recorded(site: &Site) -> Vec<UnitAct> {
    let unit = site.node.unit().id.clone();
    let acts = site.node.store().acts(&unit, Subject::Unit).await.unwrap();
    let acts = acts.into_iter().filter_map(|act| match act.payload {
        Payload::Unit(act) => Some(act),
        _ => None,
    });
    acts.collect()
}

// S18, S40
#[tokio::test]
async fn the_chief_changes_a_letter_and_the_next_one_says_it() {
    let site = Site::pati().await;
    let desk = site.account(Role::Desk).await;
    site.account(Role::Commander).await;
    let filed = THEFT.file(&site).await;
    let mut chief = site.signed_in("commander").await;
    let list = chief.get(LIST).await;
    let words = list.words();
    assert!(
        words.contains("STTLP, tanda terima laporan polisi"),
        "{words}"
    );
    assert!(list.text.contains(&format!("href=\"{ONE}\"")));
    assert!(words.contains("Kata paket") && !words.contains("Kata satuan "));
    let page = chief.get(ONE).await;
    assert_eq!(page.value_of("versi").as_deref(), Some("0"));
    assert!(page.text.contains("| Nomor laporan | {case_number}"));
    assert!(page.words().contains("{next_step}"));
    let mut words = Words::of_pack(&site);
    words.id = words.id.replace(
        "Kami sudah menerima laporan Anda.",
        "Sugeng rawuh di Polres Pati.",
    );
    words.number = "TTL/{n}/{year}".to_owned();
    // Looked at before, and nothing is kept of it.
    let preview = words.send(&mut chief, &format!("{ONE}/contoh")).await;
    assert_eq!(preview.status, StatusCode::OK, "{}", preview.words());
    assert!(preview.bytes.starts_with(b"%PDF-1.7"));
    assert_eq!(preview.header("cache-control"), "no-store");
    assert!(recorded(&site).await.is_empty());
    // Sent twice, it is one change.
    for _ in 0..2 {
        let saved = words.send(&mut chief, ONE).await;
        assert_eq!(saved.location(), format!("{ONE}?selesai=simpan"));
    }
    let acts = recorded(&site).await;
    let [UnitAct::LetterTemplateSet(set)] = &acts[..] else {
        panic!("{acts:?}");
    };
    assert!(set.body.id.contains("Sugeng rawuh"));
    assert!(!set.body.id.contains('\r'));
    let page = chief.get(ONE).await;
    assert_eq!(page.value_of("versi").as_deref(), Some("1"));
    let said = page.words();
    assert!(
        said.contains("Kata satuan") && said.contains("Sari commander"),
        "{said}"
    );

    let draft = draft(&site, &desk, &filed).await;
    let issued = site
        .node
        .issue_letter(&desk, filed.case, &draft, None)
        .await;
    let case = issued.unwrap().changed.case;
    let letter = case.letter(1).unwrap().issued.clone().unwrap();
    assert_eq!(letter.template, 1);
    assert_eq!(
        letter.pack_version.as_deref(),
        Some(site.node.unit().pack.version())
    );
    let mut browser = site.signed_in("desk").await;
    let page = browser.get(&format!("/perkara/{}", filed.case)).await;
    assert!(page.words().contains("TTL/1/2026"), "{}", page.words());

    // Back to the words of the pack; what the letter was made from is still read.
    let back = format!("{ONE}/paket");
    let fields = [("versi", "1"), ("alasan", "Kata paket lebih jelas")];
    let reset = chief.post(&back, &fields).await;
    assert_eq!(reset.location(), format!("{ONE}?selesai=paket"));
    let page = chief.get(&format!("{ONE}?versi=1")).await;
    assert!(page.text.contains("Sugeng rawuh"));
    assert!(page.words().contains("Kata paket lebih jelas"));
    let issued = site
        .node
        .issue_letter(&desk, filed.case, &draft, None)
        .await;
    let case = issued.unwrap().changed.case;
    assert_eq!(case.letter(2).unwrap().issued.as_ref().unwrap().template, 0);
}

/// A receipt of a report, filled in.
async fn draft(site: &Site, desk: &Staff, filed: &Filed) -> LetterDraft {
    let unit = site.node.unit();
    let template = unit.pack.template("sttlp").unwrap();
    let history = site.node.case_history(desk, filed.case).await.unwrap();
    let facts = pengayom_web::letter_facts(&unit, &site.node, desk, &history, "http://localhost");
    let typed = template.fields.iter();
    let typed = typed.map(|field| (field.code.clone(), "contoh".to_owned()));
    LetterDraft {
        kind: "sttlp".to_owned(),
        paper: Paper::default(),
        english: true,
        typed: typed.collect(),
        facts: facts.await.unwrap(),
        replaces: None,
        site: "http://localhost".to_owned(),
    }
}

// S18, S40: a broken line is named with its language, and nothing that was typed is lost.
#[tokio::test]
async fn words_below_the_floor_are_refused_at_their_line_and_kept() {
    let site = Site::pati().await;
    site.account(Role::Admin).await;
    let mut admin = site.signed_in("admin").await;
    admin.get(ONE).await;
    let pack = Words::of_pack(&site);
    let line = pack.en.lines().position(|line| line.starts_with("# "));
    let line = line.unwrap() + 1;
    let mut broken = pack.clone();
    broken.id = broken.id.replace("{complaint}", "Mengadulah");
    broken.en = broken.en.replace("# RECEIPT", "#RECEIPT");
    broken.number = "STTLP/{n}".to_owned();
    for path in [ONE.to_owned(), format!("{ONE}/contoh")] {
        let answer = broken.send(&mut admin, &path).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        let words = answer.words();
        for said in [
            "Bahasa Indonesia: Isian {complaint} harus ada",
            &format!("Bahasa Inggris, baris {line}: Tulis spasi"),
            "Nomor memuat {n} dan {year}",
        ] {
            assert!(words.contains(said), "{said}: {words}");
        }
        for field in ["nomor", "baris_id", "baris_en"] {
            assert!(answer.text.contains(&format!("href=\"#{field}\"")));
        }
        assert!(answer.text.contains("Mengadulah"), "what was typed is kept");
        assert!(answer.text.contains("#RECEIPT") || answer.text.contains("&#35;RECEIPT"));
        assert_eq!(answer.value_of("versi").as_deref(), Some("0"));
    }
    let mut empty = pack.clone();
    empty.en = String::new();
    let answer = empty.send(&mut admin, ONE).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let mut long = pack.clone();
    long.id.push_str(&"\nbaris".repeat(151));
    let answer = long.send(&mut admin, ONE).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.words().contains("Teks terlalu panjang"));
    // The language is switched by the form, and what was typed stays.
    let fields = [("versi", "0"), ("baris_id", "# Sementara"), ("lang", "en")];
    let answer = admin.post(ONE, &fields).await;
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.text.contains("# Sementara"));
    assert!(answer.words().contains("Words of the letter"));
    assert!(recorded(&site).await.is_empty());
    let none = admin.get("/setelan/surat/tidak_ada").await;
    assert_eq!(none.status, StatusCode::NOT_FOUND);
}

// S40: who was slower sees both texts, and decides.
#[tokio::test]
async fn words_changed_by_somebody_else_meanwhile_are_shown_and_not_overwritten() {
    let site = Site::pati().await;
    site.account(Role::Admin).await;
    site.account(Role::Commander).await;
    let mut admin = site.signed_in("admin").await;
    let mut chief = site.signed_in("commander").await;
    admin.get(ONE).await;
    chief.get(ONE).await;
    let with = |said: &str| {
        let mut words = Words::of_pack(&site);
        words.id = words.id.replace("Kami sudah menerima", said);
        words
    };
    let first = with("Sudah kami terima");
    assert!(first.send(&mut admin, ONE).await.status.is_redirection());
    let mut second = with("Telah kami catat");
    let answer = second.send(&mut chief, ONE).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert!(answer.text.contains("Sudah kami terima"));
    assert!(answer.text.contains("Telah kami catat"));
    assert!(answer.words().contains("Sari admin"));
    assert!(answer.text.contains("href=\"#kini\""));
    assert_eq!(recorded(&site).await.len(), 1);
    // Going back on the page of before is too late as well.
    let late = [("versi", "0")];
    let answer = chief.post(&format!("{ONE}/paket"), &late).await;
    assert_eq!(answer.status, StatusCode::CONFLICT);
    assert_eq!(recorded(&site).await.len(), 1);
    // Having seen it, the chief may.
    second.seen = answer.value_of("versi").unwrap();
    assert!(second.send(&mut chief, ONE).await.status.is_redirection());
    assert_eq!(recorded(&site).await.len(), 2);
}

// S18, S40: a pack that asks for more is obeyed at once, and the page says what the unit's words lack.
#[tokio::test]
async fn words_that_a_later_pack_finds_wanting_are_not_used_and_it_is_said() {
    let site = Site::pati().await;
    site.account(Role::Admin).await;
    let mut admin = site.signed_in("admin").await;
    admin.get(ONE).await;
    let mut words = Words::of_pack(&site);
    let without = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("{identity}"));
        lines.collect::<Vec<_>>().join("\n")
    };
    (words.id, words.en) = (without(&words.id), without(&words.en));
    assert!(words.send(&mut admin, ONE).await.status.is_redirection());
    assert_eq!(site.node.letter_template("sttlp").await.unwrap().version, 1);

    let (store, unit) = (site.node.store(), site.node.unit().id.clone());
    let mut row = store.unit(&unit).await.unwrap().unwrap();
    let mut files: BTreeMap<String, String> = serde_json::from_str(&row.pack).unwrap();
    let letters = files.get_mut("letters.toml").unwrap();
    let floor = "floor = [\"case_number\", \"reported_at\"]";
    assert!(letters.contains(floor));
    let more = floor.replace(']', ", \"identity\"]");
    *letters = letters.replacen(floor, &more, 1);
    row.pack = serde_json::to_string(&files).unwrap();
    store.put_unit(&row).await.unwrap();
    site.node.reload_unit().await.unwrap();

    let used = site.node.letter_template("sttlp").await.unwrap();
    assert_eq!(used.version, 0);
    assert!(used.template.body.id.contains("{identity}"));
    let below = letters_below(store.as_ref(), &site.node.unit()).await;
    assert_eq!(below.unwrap().len(), 1);
    let list = admin.get(LIST).await.words();
    assert!(list.contains("Kata satuan perlu diperbaiki"), "{list}");
    let page = admin.get(ONE).await;
    let said = page.words();
    assert!(said.contains("Kata satuan tidak dipakai"), "{said}");
    assert!(
        said.contains("Bahasa Inggris: Isian {identity} harus ada"),
        "{said}"
    );
    // The unit's words stand there to be mended.
    assert!(!page.text.contains("| {identity}"));
}

// S40: the words are the whole unit's, and belong to whoever answers for it.
#[tokio::test]
async fn nobody_but_the_administrator_and_the_chief_of_the_unit_changes_letters() {
    let site = Site::pati().await;
    let station = Some("polsek-juwana");
    for role in Role::ALL {
        let elsewhere = format!("{}-juwana", role.as_str());
        site.account(role).await;
        site.account_at(role, &elsewhere, station).await;
        for (login, of_unit) in [(role.as_str(), true), (elsewhere.as_str(), false)] {
            let may = role == Role::Admin || role == Role::Commander && of_unit;
            let mut browser = site.signed_in(login).await;
            browser.get("/akun").await;
            assert!(!browser.token.is_empty(), "{login}");
            let expected = if may {
                StatusCode::OK
            } else {
                StatusCode::FORBIDDEN
            };
            for path in [LIST, ONE] {
                let answer = browser.get(path).await;
                assert_eq!(answer.status, expected, "{login} {path}");
            }
            if may {
                continue;
            }
            let words = Words::of_pack(&site);
            for path in [
                ONE.to_owned(),
                format!("{ONE}/contoh"),
                format!("{ONE}/paket"),
            ] {
                let answer = words.send(&mut browser, &path).await;
                assert_eq!(answer.status, StatusCode::FORBIDDEN, "{login} {path}");
            }
        }
    }
    let mut stranger = site.browser();
    for path in [LIST, ONE] {
        assert!(stranger.get(path).await.location().starts_with("/masuk"));
    }
    assert!(recorded(&site).await.is_empty());
}
