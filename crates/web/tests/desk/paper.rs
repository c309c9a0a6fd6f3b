//! Paper forms: printed, handed in, entered once, followed with the strip.

use axum::http::StatusCode;
use pengayom_core::subject::case::Channel;
use pengayom_core::value::{CaseId, FormNumber};
use pengayom_node::access::Role;
use pengayom_node::handle::paper::PaperForm;

use crate::digits;
use crate::support::{Answer, Browser, Site};

const WRITTEN: [(&str, &str); 10] = [
    ("bahaya", "tidak"),
    ("layanan", "lp_b"),
    ("cerita", "Kambing hilang dari kandang"),
    ("tempat", "Growong Lor, Juwana"),
    ("kapan", "kemarin"),
    ("nama", "Mbah Karto"),
    ("aman", "Lewat Pak RT saja"),
    ("serah", "2026-11-24"),
    ("serah_jam", "09:00"),
    ("ditulis", "2026-11-22"),
];

fn form(site: &Site) -> PaperForm {
    site.node.new_forms(1).remove(0)
}

/// Types what is on a paper; `changed` replaces or adds fields.
async fn enter(
    desk: &mut Browser<'_>,
    form: &FormNumber,
    step: &str,
    changed: &[(&str, &str)],
) -> Answer {
    let plain = form.plain();
    let at = format!("/meja/laporan/baru?formulir={plain}&orang_lain=1");
    let page = desk.get(&at).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.words());
    let copy = page.value_of("salinan").unwrap();
    let kept = WRITTEN
        .iter()
        .filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
    let mut fields: Vec<(&str, &str)> = kept.chain(changed).copied().collect();
    fields.extend([("langkah", step), ("formulir", &plain), ("salinan", &copy)]);
    fields.push(("kertas", "ya"));
    desk.post("/meja/laporan/baru", &fields).await
}

fn case_of(saved: &Answer) -> CaseId {
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.words());
    saved
        .location()
        .rsplit('/')
        .next()
        .unwrap()
        .parse()
        .unwrap()
}

async fn track(site: &Site, number: &str, code: &str) -> Answer {
    let mut person = site.browser();
    person.get("/lacak").await;
    let answer = person
        .post("/lacak", &[("nomor", number), ("kode", code)])
        .await;
    person.follow(answer).await
}

// S78, S33: the same questions in the same order as on the screen, and nothing is kept.
#[tokio::test]
async fn a_form_asks_what_the_pages_ask_and_each_has_its_own_number() {
    let site = Site::pati().await;
    let mut person = site.browser();
    let page = person.get("/lapor/kertas").await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.words().contains("Lapor dengan kertas"));
    let at = "/lapor/kertas/cetak?jenis=dicuri&jumlah=3&kertas=f4&desa=Growong+Lor";
    let page = person.get(at).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.words());
    let words = page.words();
    let asked = [
        "1 Apakah Anda dalam bahaya sekarang?",
        "2 Apa yang terjadi?",
        "Dirampas dengan ancaman",
        "3 Di mana kejadiannya?",
        "4 Kapan kejadiannya?",
        "5 Ceritakan dengan kata-kata Anda",
        "6 Bagaimana keadaan Anda sekarang?",
        "Perkiraan kerugian (rupiah)",
        "7 Bagaimana kami bisa menghubungi Anda?",
        "Kapan dan bagaimana aman menghubungi Anda?",
    ];
    let mut rest = words.as_str();
    for question in asked {
        let at = rest.find(question);
        rest = &rest[at.unwrap_or_else(|| panic!("{question} not in {rest}"))..];
    }
    assert!(words.contains("Serahkan ke Polsek Juwana, atau ke SPKT Polres Pati."));
    assert_eq!(page.text.matches("class=\"sheets sheets-f4\"").count(), 3);
    let numbers = |page: &Answer| {
        let mark = "<span class=\"code digits\" aria-hidden=\"true\">";
        let parts: Vec<String> = page.text.split(mark).skip(1).map(str::to_owned).collect();
        let shown = parts
            .iter()
            .map(|part| part[..part.find('<').unwrap()].to_owned());
        shown.filter(|shown| shown.len() == 24).collect::<Vec<_>>()
    };
    let first = numbers(&page);
    assert_eq!(first.len(), 6, "on the form and on its strip");
    assert_eq!(first[0], first[1]);
    assert_ne!(first[0], first[2]);
    assert!(site.node.form_number(&first[0]).is_ok());
    let again = numbers(&person.get(at).await);
    assert!(!again.contains(&first[0]), "each time another number");
    assert_eq!(page.header("cache-control"), "no-store");
    let unit = site.node.unit().id.clone();
    assert_eq!(site.node.store().last_sequence(&unit).await.unwrap(), 0);
}

// S33: what cannot be printed is said beside its field; what was chosen stays.
#[tokio::test]
async fn a_wrong_order_says_what_to_do() {
    let site = Site::pati().await;
    let mut person = site.browser();
    let cases = [
        ("jumlah=21", "Tulis jumlah dengan angka 1 sampai 20"),
        ("jumlah=0", "Tulis jumlah dengan angka 1 sampai 20"),
        ("jumlah=banyak", "Tulis jumlah dengan angka 1 sampai 20"),
        ("jenis=tidak-ada", "Pilih jenis formulir"),
        (
            "desa=Kota+Tak+Dikenal",
            "“Kota Tak Dikenal” tidak ditemukan",
        ),
        ("desa=Kudus", "Tempat ini di Kabupaten Kudus"),
    ];
    for (query, words) in cases {
        let page = person.get(&format!("/lapor/kertas/cetak?{query}")).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{query}");
        assert!(page.words().contains(words), "{query}: {}", page.words());
        assert!(page.inner("title").starts_with("Perlu diperbaiki:"));
    }
    let page = person.get("/lapor/kertas/cetak?desa=Growung+Lor").await;
    let picked = page.value_of("wilayah").unwrap();
    let at = format!("/lapor/kertas/cetak?desa=Growung+Lor&wilayah={picked}");
    let words = person.get(&at).await.words();
    assert!(words.contains("Serahkan ke Polsek Juwana"), "{words}");
    // A kind that must not be read over a shoulder is not named on the form.
    let page = person.get("/lapor/kertas/cetak?jenis=bantuan-1").await;
    assert!(!page.words().contains("Kekerasan di rumah"));
    assert!(page.text.contains("href=\"/keluar\""));
}

// S18, S32, S78: who wrote on paper waits from the hour it was handed in, and follows it with the strip.
#[tokio::test]
async fn a_form_is_entered_read_back_and_followed_with_its_strip() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let paper = form(&site);
    let waiting = track(&site, &paper.number.to_string(), &paper.secret.grouped()).await;
    let words = waiting.words();
    assert!(
        words.contains("Petugas belum memasukkan formulir ini"),
        "{words}"
    );
    let at = format!("/meja/laporan/kertas?nomor={}", paper.number.plain());
    let opened = desk.get(&at).await;
    let page = desk.follow(opened).await;
    assert!(page.words().contains(&paper.number.to_string()));
    let page = enter(&mut desk, &paper.number, "bacakan", &[]).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.words());
    for told in [
        "Kambing hilang dari kandang",
        "Lewat Pak RT saja",
        "Kertas diterima, tanggal 24 November 2026, pukul 09.00 WIB",
        // "Yesterday" on a paper written on the 22nd.
        "Sabtu, 21 November 2026",
    ] {
        assert!(page.words().contains(told), "{told}: {}", page.words());
    }
    let saved = enter(&mut desk, &paper.number, "simpan", &[]).await;
    let case = case_of(&saved);
    let receipt = desk.follow(saved).await;
    assert_eq!(digits(&receipt), paper.secret.grouped());
    assert!(receipt.words().contains("Tambahkan foto kertasnya"));
    let history = site.node.case_history(&officer, case).await.unwrap();
    let filed = &history.case.filed;
    assert_eq!(filed.channel, Channel::Paper);
    assert_eq!(filed.form, Some(paper.number.plain()));
    let moment = |text: &str| text.parse::<jiff::Timestamp>().unwrap();
    assert_eq!(filed.written_at, Some(moment("2026-11-21T17:00:00Z")));
    assert_eq!(history.acts[0].happened_at, moment("2026-11-24T02:00:00Z"));
    assert_eq!(history.acts[0].recorded_at, moment("2026-11-24T14:30:00Z"));
    assert_eq!(filed.respond_by, Some(moment("2026-11-27T02:00:00Z")));
    for number in [paper.number.to_string(), "PTI-2611-0001".to_owned()] {
        let page = track(&site, &number, &paper.secret.plain()).await;
        assert!(
            page.words().contains("Laporan PTI-2611-0001"),
            "{}",
            page.words()
        );
    }
    let page = desk.get(&format!("/perkara/{case}")).await.words();
    assert!(page.contains("Formulir kertas atau surat"), "{page}");
    assert!(
        page.contains(&format!("Nomor formulir {}", paper.number)),
        "{page}"
    );
}

// S78: pressed twice or sent from two desks it is one report; other words under one number are kept.
#[tokio::test]
async fn two_desks_with_one_form_make_one_report_and_lose_no_word() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    site.account_at(Role::Desk, "desk2", None).await;
    let paper = form(&site);
    let (mut one, mut two) = (site.signed_in("desk").await, site.signed_in("desk2").await);
    let plain = paper.number.plain();
    let at = format!("/meja/laporan/baru?formulir={plain}");
    for desk in [&mut one, &mut two] {
        assert_eq!(desk.get(&at).await.status, StatusCode::OK);
    }
    let mut fields = WRITTEN.to_vec();
    fields.extend([
        ("langkah", "simpan"),
        ("formulir", &plain),
        ("salinan", "0"),
    ]);
    let first = one.post("/meja/laporan/baru", &fields).await;
    let again = two.post("/meja/laporan/baru", &fields).await;
    assert_eq!(case_of(&first), case_of(&again));
    let receipt = two.follow(again).await;
    assert_eq!(digits(&receipt), paper.secret.grouped(), "the same receipt");
    fields[2] = ("cerita", "Kambingnya dua ekor");
    let other = two.post("/meja/laporan/baru", &fields).await;
    assert_eq!(other.status, StatusCode::CONFLICT);
    let words = other.words();
    assert!(
        words.contains("Formulir ini baru saja dimasukkan"),
        "{words}"
    );
    assert!(words.contains("nomor PTI-2611-0001"), "{words}");
    assert!(
        other.text.contains("Kambingnya dua ekor"),
        "what was typed stays"
    );
    assert_eq!(other.value_of("salinan").unwrap(), "1");
}

// S78: a photocopy is told, becomes a report of its own when an officer says so, and its code opens nothing.
#[tokio::test]
async fn a_second_entry_is_told_and_another_persons_report_gets_a_fresh_code() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let paper = form(&site);
    let first = enter(&mut desk, &paper.number, "simpan", &[]).await;
    let first = case_of(&first);
    let plain = paper.number.plain();
    for address in [
        format!("/meja/laporan/kertas?nomor={plain}"),
        format!("/meja/laporan/baru?formulir={plain}"),
    ] {
        let answer = desk.get(&address).await;
        let page = desk.follow(answer).await;
        let words = page.words();
        assert!(words.contains("Formulir ini sudah dimasukkan"), "{words}");
        assert!(
            words.contains("Dimasukkan 24 November 2026, pukul 21.30 WIB oleh Bripka Sari desk, nomor PTI-2611-0001"),
            "{words}"
        );
        assert!(page.text.contains(&format!("/perkara/{first}")));
    }
    let unsaid = enter(&mut desk, &paper.number, "simpan", &[]).await;
    assert_eq!(unsaid.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        unsaid
            .words()
            .contains("Centang bila ini laporan orang lain")
    );
    let said = [("orang_lain", "1"), ("cerita", "Ayam saya juga hilang")];
    let second = enter(&mut desk, &paper.number, "simpan", &said).await;
    assert_ne!(case_of(&second), first);
    let receipt = desk.follow(second).await;
    assert!(
        receipt
            .words()
            .contains("Kode pada potongan formulir tidak berlaku lagi")
    );
    let fresh = digits(&receipt);
    assert_ne!(fresh, paper.secret.grouped());
    let own = track(&site, "PTI-2611-0002", &fresh).await;
    assert!(
        own.words().contains("Laporan PTI-2611-0002"),
        "{}",
        own.words()
    );
    for number in [plain.as_str(), "PTI-2611-0001"] {
        let shut = track(&site, number, &paper.secret.plain()).await;
        assert_eq!(shut.status, StatusCode::UNPROCESSABLE_ENTITY, "{number}");
        let words = shut.words();
        assert!(
            words.contains("Kode ini juga ada pada salinan formulir orang lain"),
            "{words}"
        );
    }
    let receipt = desk.get(&format!("/meja/laporan/{first}")).await.words();
    assert!(
        receipt.contains("Formulir ini difotokopi orang lain"),
        "{receipt}"
    );
}

// S33: every kind of wrong number has its remedy, and the paper is taken all the same.
#[tokio::test]
async fn a_wrong_number_says_what_to_do() {
    let site = Site::pati().await;
    site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let number = form(&site).number;
    let forged = FormNumber::new(number.serial() + 1, number.mark()).plain();
    let mut slip = number.plain().into_bytes();
    slip.swap(3, 4);
    if slip == number.plain().into_bytes() {
        slip[0] = b'0' + (slip[0] - b'0' + 1) % 10;
    }
    let slip = String::from_utf8(slip).unwrap();
    let cases = [
        ("", "Tulis nomor formulir"),
        ("nomor saya", "Nomor formulir hanya berisi angka"),
        ("1234 5678", "Nomor formulir punya 20 angka; tertulis 8"),
        (slip.as_str(), "Ada angka yang keliru atau tertukar"),
        (forged.as_str(), "Nomor ini bukan dari formulir Polres Pati"),
    ];
    for (typed, words) in cases {
        desk.get("/meja/laporan/kertas").await;
        let page = desk.post("/meja/laporan/kertas", &[("nomor", typed)]).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{typed}");
        assert_eq!(
            page.words().matches(words).count(),
            2,
            "{typed}: {}",
            page.words()
        );
        assert_eq!(page.value_of("nomor").unwrap(), typed);
        let meant = page.words().contains(&number.to_string());
        assert_eq!(
            meant,
            typed == slip,
            "what was meant is shown, never taken: {typed}"
        );
        assert!(page.words().contains("Kertas tanpa nomor, misalnya surat"));
    }
    // Scanned by a reader that types, from another keyboard, with marks of direction.
    let arabic: String = number
        .plain()
        .bytes()
        .filter_map(|byte| char::from_u32(0x660 + u32::from(byte - b'0')))
        .collect();
    let right = [
        format!(
            "http://localhost/meja/laporan/kertas?nomor={}",
            number.plain()
        ),
        number.plain().replace('0', "O").replace('1', "l"),
        format!("\u{200f}{number}\u{200e}"),
        arabic,
    ];
    for typed in right {
        let page = desk
            .post("/meja/laporan/kertas", &[("nomor", &typed)])
            .await;
        let expected = format!("/meja/laporan/kertas?nomor={}", number.plain());
        assert_eq!(page.location(), expected, "{typed}: {}", page.words());
    }
    let long = "7".repeat(1 << 20);
    let page = desk.post("/meja/laporan/kertas", &[("nomor", &long)]).await;
    assert_eq!(page.status, StatusCode::PAYLOAD_TOO_LARGE);
    let page = desk
        .get(&format!("/meja/laporan/baru?formulir={forged}"))
        .await;
    let page = desk.follow(page).await;
    assert!(page.words().contains("bukan dari formulir Polres Pati"));
    // And on the page where people follow their report.
    let mut person = site.browser();
    person.get("/lacak").await;
    let page = person
        .post("/lacak", &[("nomor", &slip), ("kode", "1234 5678 9012")])
        .await;
    assert!(page.words().contains("Ada angka yang keliru atau tertukar"));
    let page = person
        .post("/lacak", &[("nomor", &forged), ("kode", "1234 5678 9012")])
        .await;
    assert!(page.words().contains("Nomor dan kode tidak cocok"));
}

// S32: a letter, and days that cannot be.
#[tokio::test]
async fn paper_without_a_number_is_taken_and_its_days_are_checked() {
    let site = Site::pati().await;
    let officer = site.account(Role::Desk).await;
    let mut desk = site.signed_in("desk").await;
    let send = async |desk: &mut Browser<'_>, changed: &[(&str, &str)]| {
        let page = desk.get("/meja/laporan/baru?kertas=ya").await;
        let command = page.value_of("perintah").unwrap();
        let kept = WRITTEN
            .iter()
            .filter(|(name, _)| changed.iter().all(|(other, _)| other != name));
        let mut fields: Vec<(&str, &str)> = kept.chain(changed).copied().collect();
        fields.extend([("perintah", command.as_str()), ("langkah", "simpan")]);
        fields.push(("kertas", "ya"));
        desk.post("/meja/laporan/baru", &fields).await
    };
    let wrong: [(&[(&str, &str)], &str); 6] = [
        (&[("serah", "")], "Tulis tanggal kertas diterima"),
        (
            &[("serah", "2026-11-25")],
            "Waktu terima harus sekarang atau sebelumnya",
        ),
        (
            &[("serah_jam", "23:00")],
            "Waktu terima harus sekarang atau sebelumnya",
        ),
        (
            &[("serah", "2025-11-24")],
            "Tanggal terima paling lama 30 hari",
        ),
        (&[("serah_jam", "jam sembilan")], "Tulis jam seperti 21.30"),
        (
            &[("ditulis", "2026-11-25")],
            "Kertas tidak bisa ditulis setelah diterima",
        ),
    ];
    for (changed, words) in wrong {
        let page = send(&mut desk, changed).await;
        assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{changed:?}");
        assert!(
            page.words().contains(words),
            "{changed:?}: {}",
            page.words()
        );
        assert!(page.text.contains("Kambing hilang dari kandang"));
    }
    let saved = send(&mut desk, &[("kapan", "sekarang")]).await;
    let case = case_of(&saved);
    let history = site.node.case_history(&officer, case).await.unwrap();
    let filed = &history.case.filed;
    assert_eq!((filed.channel, &filed.form), (Channel::Paper, &None));
    // "Now" on a paper of the 22nd is not now.
    assert_eq!(filed.occurred_at, None);
    let when = filed.when_text.as_deref().unwrap();
    assert_eq!(when, "Masih berlangsung pada Minggu, 22 November 2026");
}

// S78: the voice path ends with number and code said aloud.
#[tokio::test]
async fn whoever_telephones_hears_number_and_code() {
    let site = Site::pati().await;
    site.account(Role::Dispatch).await;
    let mut dispatch = site.signed_in("dispatch").await;
    let page = dispatch.get("/meja/laporan/baru").await;
    let command = page.value_of("perintah").unwrap();
    let mut fields = WRITTEN[..7].to_vec();
    fields.extend([("perintah", command.as_str()), ("langkah", "bacakan")]);
    let page = dispatch.post("/meja/laporan/baru", &fields).await;
    assert!(
        page.words().contains("Lewat Pak RT saja"),
        "{}",
        page.words()
    );
    fields[8].1 = "simpan";
    let saved = dispatch.post("/meja/laporan/baru", &fields).await;
    let words = dispatch.follow(saved).await.words();
    assert!(
        words.contains("Bacakan nomor dan kode, kelompok demi kelompok"),
        "{words}"
    );
}

#[tokio::test]
async fn only_those_who_take_reports_enter_forms() {
    let site = Site::pati().await;
    site.account(Role::Patrol).await;
    let mut patrol = site.signed_in("patrol").await;
    for address in ["/meja/laporan/kertas", "/meja/laporan/baru?kertas=ya"] {
        assert_eq!(patrol.get(address).await.status, StatusCode::FORBIDDEN);
        let nobody = site.browser().get(address).await;
        assert_eq!(nobody.status, StatusCode::SEE_OTHER, "{address}");
    }
}
