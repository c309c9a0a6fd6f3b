//! Every address as the router itself lists it, asked by nobody and by every role, beside the table in
//! `docs/access-table.toml` that people read. With `PENGAYOM_WRITE_TABLE=1` the table is written anew;
//! what changed is then read line by line before it is kept (`docs/access.md`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use pengayom_core::subject::case::{CaseCommand, CustodyCommand, TakeExhibit};
use pengayom_core::subject::encounter::PersonCapacity;
use pengayom_core::value::{CommandId, OfficerId};
use pengayom_node::PersonDetails;
use pengayom_node::access::{Role, Staff};
use pengayom_node::handle::encounter::RecordEncounter;
use pengayom_node::handle::place::PlaceInput;
use pengayom_node::handle::visit::Joining;
use pengayom_node::tokens::{NewToken, Scope};
use pengayom_web::WebSettings;
use tower::ServiceExt as _;

use crate::support::{PASSWORD, Site, encode};
use crate::{THEFT, VIOLENCE, change, file};

/// What is done to a case, each with an address of its own under `{act}`.
const ACTS: [&str; 19] = [
    "ambil",
    "ambil-alih",
    "penjelasan",
    "penilaian-kedua",
    "dukungan",
    "alasan-terlambat",
    "tindakan-baru",
    "jawab",
    "tarik-surat",
    "tugaskan",
    "tutup",
    "buka-lagi",
    "tahan-hapus",
    "lepas-hapus",
    "hapus-data",
    "terkait",
    "bukan-terkait",
    "beri-akses",
    "cabut-akses",
];

/// What is done to the proof of a case.
const PROOF: [&str; 7] = [
    "tindak-pidana",
    "jenis",
    "kaitan",
    "sebaliknya",
    "lengkap",
    "keluarkan",
    "cabut",
];

/// What is done to a thing in custody.
const CUSTODY: [&str; 10] = [
    "terima", "batal", "setujui", "tolak", "jelaskan", "tawarkan", "pindah", "kirim", "kembali",
    "usul",
];

/// Which case is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Which {
    /// An ordinary one of the unit, by somebody of the unit itself.
    Own,
    /// An ordinary one, by somebody of another station.
    Elsewhere,
    /// A sensitive one that somebody else has.
    Sensitive,
    /// One that is about whoever asks.
    About,
}

impl Which {
    const ALL: [Self; 4] = [Self::Own, Self::Elsewhere, Self::Sensitive, Self::About];

    const fn word(self) -> &'static str {
        match self {
            Self::Own => "",
            Self::Elsewhere => "elsewhere",
            Self::Sensitive => "sensitive",
            Self::About => "about",
        }
    }
}

/// Somebody who asks: cookies, the mark of forms, and a token for programs.
struct Asker {
    role: Option<Role>,
    login: String,
    id: Option<OfficerId>,
    cookies: BTreeMap<String, String>,
    csrf: String,
    bearer: Option<String>,
}

impl Asker {
    fn name(&self) -> &'static str {
        self.role.map_or("nobody", Role::as_str)
    }

    async fn of(site: &Site, role: Option<Role>, station: Option<&str>) -> Self {
        let mut asker = Self {
            role,
            login: String::new(),
            id: None,
            cookies: BTreeMap::new(),
            csrf: String::new(),
            bearer: None,
        };
        if let Some(role) = role {
            asker.login = format!("{}{}", role.as_str(), station.map_or("", |_| "-jauh"));
            let staff = site.account_at(role, &asker.login, station).await;
            asker.id = Some(staff.id);
            let new = NewToken {
                name: asker.login.clone(),
                scopes: Scope::ALL.to_vec(),
                login: Some(asker.login.clone()),
                days: 30,
                made_by: None,
            };
            asker.bearer = Some(site.node.add_token(new).await.unwrap().text);
        }
        asker.begin(site).await;
        asker
    }

    /// Begins a session and takes the mark of its forms.
    async fn begin(&mut self, site: &Site) {
        let mut browser = site.browser();
        if self.role.is_some() {
            let session = site
                .node
                .sign_in(&self.login, PASSWORD, "test")
                .await
                .unwrap();
            browser.cookies.insert("session".to_owned(), session.token);
        }
        for page in ["/lapor/dicuri/bahaya", "/meja", "/akun", "/pimpinan"] {
            browser.get(page).await;
        }
        self.csrf = browser.token;
        self.cookies = browser.cookies;
    }

    /// The status and where it leads; the body of an answer is not read, for a stream has no end.
    async fn ask(&self, site: &Site, method: &Method, path: &str) -> (StatusCode, String) {
        let is_program = is_for_programs(path);
        let mut answer = (StatusCode::OK, String::new());
        let json = "application/json";
        let form = "application/x-www-form-urlencoded";
        let multipart = "multipart/form-data; boundary=b";
        let kinds: &[&str] = match (method, is_program) {
            (&Method::GET | &Method::DELETE, _) => &[""],
            (_, true) => &[json, form],
            (_, false) => &[form, multipart],
        };
        for kind in kinds {
            let body = match *kind {
                "" => String::new(),
                kind if kind == json => "{}".to_owned(),
                kind if kind == form => {
                    let me = self.id.map(|id| id.to_string()).unwrap_or_default();
                    format!("csrf={}&oleh={me}&dari={me}", encode(&self.csrf))
                }
                _ => format!(
                    "--b\r\ncontent-disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--b--\r\n",
                    self.csrf
                ),
            };
            let cookies = self
                .cookies
                .iter()
                .map(|(name, value)| format!("{name}={value}"));
            let mut request = Request::builder()
                .method(method.clone())
                .uri(path)
                .header(header::HOST, "localhost")
                .header("sec-fetch-site", "same-origin");
            if !kind.is_empty() {
                request = request.header(header::CONTENT_TYPE, *kind);
            }
            request = match &self.bearer {
                Some(bearer) if is_program => {
                    request.header(header::AUTHORIZATION, format!("Bearer {bearer}"))
                }
                None if is_program => request,
                _ => request.header(header::COOKIE, cookies.collect::<Vec<_>>().join("; ")),
            };
            let request = request.body(Body::from(body)).unwrap();
            let response = site.router.clone().oneshot(request).await.unwrap();
            let to = response.headers().get(header::LOCATION);
            let to = to.map_or("", |to| to.to_str().unwrap()).to_owned();
            answer = (response.status(), to);
            if answer.0 != StatusCode::UNSUPPORTED_MEDIA_TYPE {
                break;
            }
        }
        answer
    }
}

fn is_for_programs(path: &str) -> bool {
    path.starts_with("/api/") || path.starts_with("/open311/")
}

/// An answer in one word.
fn word(status: StatusCode, to: &str) -> String {
    let words = match status.as_u16() {
        200..=299 => "page",
        301..=308 if to.starts_with("/masuk?") || to == "/masuk" => "sign_in",
        301..=308 => "goes_on",
        400 => "unreadable",
        401 => "token",
        403 => "refused",
        404 => "not_found",
        405 => "not_this_way",
        409 => "moved_on",
        410 => "gone",
        413 => "too_large",
        415 => "other_content",
        422 => "field",
        428 => "condition",
        429 => "too_many",
        503 => "busy",
        other => return format!("status_{other}"),
    };
    words.to_owned()
}

/// The paths of the router, as it was built.
fn paths(site: &Site) -> BTreeSet<String> {
    let built = format!("{:?}", site.router);
    let quoted = built.split('"').skip(1).step_by(2);
    let paths: BTreeSet<String> = quoted
        .filter(|text| text.starts_with('/') && !text.contains("__private"))
        .map(ToOwned::to_owned)
        .collect();
    assert!(paths.len() > 60, "{paths:?}");
    paths
}

/// What stands in the place of the names in a path.
struct There {
    case: String,
    encounter: String,
    visit: String,
    sha256: String,
}

impl There {
    fn fill(&self, path: &str) -> String {
        let mut address = path.to_owned();
        for (name, value) in [
            ("{jenis}", "dicuri"),
            ("{langkah}", "cerita"),
            ("{nomor}", "PTI-2611-0001"),
            ("{kode}", "123412341234"),
            ("{case}", self.case.as_str()),
            ("{encounter}", self.encounter.as_str()),
            ("{sha256}", self.sha256.as_str()),
            ("{tracking_code}", "PTI-2611-0001"),
            ("{layanan}", "lp_b"),
            ("/setelan/surat/{kind}", "/setelan/surat/sttlp"),
            (
                "/meja/antrean/{id}",
                &format!("/meja/antrean/{}", self.visit),
            ),
            ("{opening}", "1"),
            ("/telaah/{step}", "/telaah/anak"),
            ("/jam-pertama/{step}", "/jam-pertama/risiko"),
            ("{n}", "1"),
        ] {
            address = address.replace(name, value);
        }
        // Whatever name a later route has, something stands in its place.
        while let Some((before, rest)) = address.clone().split_once('{') {
            let after = rest.split_once('}').unwrap().1;
            address = format!("{before}x{after}");
        }
        address
    }
}

/// What is there to ask for, made anew for each request: an answer depends on nobody who asked before.
async fn there(
    site: &Site,
    desk: &Staff,
    which: Which,
    about: Option<OfficerId>,
    path: &str,
) -> There {
    let service = if which == Which::Sensitive {
        VIOLENCE
    } else {
        THEFT
    };
    let mut there = There {
        case: String::new(),
        encounter: String::new(),
        visit: String::new(),
        sha256: "00".to_owned(),
    };
    if path.contains("{case}") {
        let case = file(site, service).await.case;
        if which == Which::Sensitive {
            change(site, desk, case, CaseCommand::Take { by: desk.id }).await;
        }
        if path.contains("/barang-bukti/{n}") || path.contains("/exhibits/{n}") {
            let thing = TakeExhibit {
                description: "Sepeda motor".to_owned(),
                quantity: 1,
                seal: None,
                from: None,
                place: "Halaman".to_owned(),
                rupiah: None,
            };
            let take = CaseCommand::Custody(CustodyCommand::Take(thing));
            change(site, desk, case, take).await;
        }
        if let Some(officer) = about.filter(|_| which == Which::About) {
            let reason = "Pelapor menyebut namanya".to_owned();
            change(
                site,
                desk,
                case,
                CaseCommand::NameConcerned { officer, reason },
            )
            .await;
        }
        there.case = case.to_string();
    }
    if path.contains("{encounter}") {
        let met = RecordEncounter {
            command: CommandId(site.node.new_id()),
            person: PersonDetails::default(),
            capacity: PersonCapacity::Reporter,
            case: None,
            service: "gangguan".parse().unwrap(),
            function: "order".to_owned(),
            role: "protector".to_owned(),
            explained: vec!["next_step".to_owned()],
            force_used: false,
            legal_basis: None,
            note: None,
            place: PlaceInput::Text("Growong Lor, Juwana".to_owned()),
            happened_at: None,
            simulated: false,
        };
        let met = site.node.record_encounter(desk, met).await.unwrap();
        there.encounter = met.encounter.to_string();
    }
    if path.contains("/meja/antrean/{id}") {
        let joining = Joining {
            command: CommandId(site.node.new_id()),
            need: None,
            priority: None,
            simulated: false,
        };
        there.visit = site
            .node
            .join_queue(desk, joining)
            .await
            .unwrap()
            .to_string();
    }
    there
}

/// Answers by word: who gets each, in the order of the roles.
type Answers = BTreeMap<String, Vec<&'static str>>;

/// One row: what is asked, and the answers to each case asked for.
fn row(ask: &str, answers: &BTreeMap<Which, Answers>) -> String {
    let mut text = format!("[\"{ask}\"]\n");
    for (which, answers) in answers {
        for (word, who) in answers {
            let all = who.len() == Role::ALL.len() + 1;
            let staff = who.len() == Role::ALL.len() && !who.contains(&"nobody");
            let who = match (all, staff) {
                (true, _) => "everybody".to_owned(),
                (_, true) => "all staff".to_owned(),
                _ => who.join(", "),
            };
            let dot = if *which == Which::Own { "" } else { "." };
            writeln!(text, "{}{dot}{word} = \"{who}\"", which.word()).unwrap();
        }
    }
    text
}

/// Every request there is: method and path, an act of a case for each.
async fn asks(site: &Site) -> Vec<(Method, String)> {
    let nothing = There {
        case: "x".to_owned(),
        encounter: "x".to_owned(),
        visit: "x".to_owned(),
        sha256: "00".to_owned(),
    };
    let mut asks = Vec::new();
    for path in paths(site) {
        let request = Request::builder()
            .method(Method::TRACE)
            .uri(nothing.fill(&path));
        let answer = site.ask(request.body(Body::empty()).unwrap()).await;
        let allow = answer.header(header::ALLOW).to_owned();
        assert!(
            !allow.is_empty(),
            "{path} says no method: {}",
            answer.status
        );
        for method in allow
            .split(',')
            .map(str::trim)
            .filter(|name| *name != "HEAD")
        {
            let method: Method = method.parse().unwrap();
            if path == "/perkara/{case}/{act}" {
                for act in ACTS {
                    asks.push((method.clone(), format!("/perkara/{{case}}/{act}")));
                }
            } else if let Some(before) = path.strip_suffix("pembuktian/{act}") {
                for act in PROOF {
                    asks.push((method.clone(), format!("{before}pembuktian/{act}")));
                }
            } else if let Some(before) = path.strip_suffix("barang-bukti/{n}/{act}") {
                for act in CUSTODY {
                    asks.push((method.clone(), format!("{before}barang-bukti/{{n}}/{act}")));
                }
            } else {
                asks.push((method, path.clone()));
            }
        }
    }
    asks
}

/// The rows of a table by what is asked.
fn rows(text: &str) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    for part in text.split("\n[\"").skip(1) {
        let (ask, rest) = part.split_once("\"]").unwrap();
        let body: String = rest
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
            .fold(String::new(), |text, line| text + line + "\n");
        rows.insert(ask.to_owned(), body);
    }
    rows
}

fn table_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/access-table.toml")
}

const HEAD: &str = "\
# Who gets what answer at each address: nobody (not signed in) and the eight roles. Written by the test
# `every_address_answers_each_role_as_the_table_says`; how to read and renew it: docs/access.md.
#
# page: shown or done. sign_in: led to the sign-in page. refused: 403. not_found: 404, also where whoever
# asks is not to know. goes_on: led to another page. field: read, and a field is missing or wrong.
# moved_on: read, and what is there does not allow it now. unreadable: not what is sent there.
# token: 401, a program without one.
#
# Addresses of a case have more rows: elsewhere, the same roles at another station; sensitive, a case
# that somebody else has and to which they are not named; about, a case about whoever asks.
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_address_answers_each_role_as_the_table_says() {
    // S45
    // More is asked than an address may in a minute.
    let settings = WebSettings {
        api_requests_per_minute: 0,
        ..WebSettings::default()
    };
    let site = Site::with(settings, false).await;
    let desk = site.account_at(Role::Desk, "pencatat", None).await;
    let mut here = vec![Asker::of(&site, None, None).await];
    let mut elsewhere = Vec::new();
    for role in Role::ALL {
        here.push(Asker::of(&site, Some(role), None).await);
        elsewhere.push(Asker::of(&site, Some(role), Some("polsek-margoyoso")).await);
    }
    let mut found = String::new();
    let mut group = String::new();
    for (method, path) in asks(&site).await {
        let of_case = path.contains("{case}");
        let mut answers: BTreeMap<Which, Answers> = BTreeMap::new();
        for which in Which::ALL {
            if which != Which::Own && !of_case {
                continue;
            }
            let askers = if which == Which::Elsewhere {
                &mut elsewhere
            } else {
                &mut here
            };
            for asker in askers.iter_mut() {
                if which != Which::Own && asker.role.is_none() {
                    continue;
                }
                let there = there(&site, &desk, which, asker.id, &path).await;
                let (status, to) = asker.ask(&site, &method, &there.fill(&path)).await;
                assert!(
                    !status.is_server_error() || status == StatusCode::SERVICE_UNAVAILABLE,
                    "{method} {path} {}: {status}",
                    asker.name()
                );
                let by_word = answers.entry(which).or_default();
                by_word
                    .entry(word(status, &to))
                    .or_default()
                    .push(asker.name());
                if path.starts_with("/keluar") {
                    asker.begin(&site).await;
                }
            }
        }
        // A variant that says the same as the row above it is left out.
        let own = answers.get(&Which::Own).cloned().unwrap_or_default();
        let staff_of = |answers: &Answers| {
            let mut answers = answers.clone();
            for who in answers.values_mut() {
                who.retain(|name| *name != "nobody");
            }
            answers.retain(|_, who| !who.is_empty());
            answers
        };
        answers.retain(|which, answers| *which == Which::Own || *answers != staff_of(&own));
        let now = format!("/{}", path.split('/').nth(1).unwrap_or_default());
        if now != group {
            group = now;
            write!(found, "\n# {group}\n").unwrap();
        }
        write!(found, "\n{}", row(&format!("{method} {path}"), &answers)).unwrap();
    }
    let found = format!("{HEAD}{found}");
    #[expect(
        clippy::disallowed_methods,
        reason = "a person asks for the table to be written"
    )]
    let write = std::env::var_os("PENGAYOM_WRITE_TABLE").is_some();
    if write {
        std::fs::write(table_file(), &found).unwrap();
    }
    let known = rows(&std::fs::read_to_string(table_file()).unwrap_or_default());
    let found = rows(&found);
    let mut wrong = Vec::new();
    for (ask, answers) in &found {
        match known.get(ask) {
            None => wrong.push(format!("{ask}: no row. It answers:\n{answers}")),
            Some(row) if row != answers => {
                wrong.push(format!(
                    "{ask}: the table says\n{row}and it answers\n{answers}"
                ));
            }
            Some(_) => {}
        }
    }
    let gone = known.keys().filter(|ask| !found.contains_key(*ask));
    wrong.extend(gone.map(|ask| format!("{ask}: there is no such address any more")));
    assert!(
        wrong.is_empty(),
        "docs/access-table.toml is not what is served. Read each line; if it is as it should be, run \
         PENGAYOM_WRITE_TABLE=1 cargo test --workspace --test access table\n\n{}",
        wrong.join("\n")
    );
}
