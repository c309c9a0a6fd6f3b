//! A unit in a folder of its own, and the program to run on it.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use pengayom_core::act::Act;
use pengayom_core::value::UnitId;
use pengayom_store::rows::CaseRow;
use pengayom_store::{CaseQuery, HourGroup, HourTotals, Span, Store, WaitGroup, WaitTotals};

/// Header of the calls of Detroit.
pub(crate) const HEADER: &str =
    "call_id,shift_no,call_time_local,precinct,beat,dispatch_min,travel_min";

/// A good row of it.
pub(crate) const GOOD: &str = "1,0,2019-01-07T08:09:31,9,907,2.8,9.3";

/// A file of the repository.
pub(crate) fn repository(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

/// A unit in a store of its own.
pub(crate) struct Unit {
    folder: tempfile::TempDir,
    data: PathBuf,
    id: UnitId,
}

/// Everything a store says of cases.
#[derive(Debug, PartialEq)]
pub(crate) struct Everything {
    pub(crate) acts: Vec<Act>,
    pub(crate) cases: Vec<CaseRow>,
    pub(crate) by_hour: Vec<HourTotals>,
    pub(crate) by_station: Vec<HourTotals>,
    pub(crate) waits: Vec<WaitTotals>,
}

impl Everything {
    /// Requests filed and answered.
    pub(crate) fn filed(&self) -> (i64, i64) {
        self.by_station
            .iter()
            .fold((0, 0), |(filed, answered), row| {
                (filed + row.filed, answered + row.responded)
            })
    }
}

impl Unit {
    /// The unit of a folder in `data/`, put into a fresh store.
    pub(crate) fn of(place: &str) -> Self {
        let data = repository("data").join(place);
        let text = std::fs::read_to_string(data.join("unit.toml")).unwrap();
        let code = text.lines().find_map(|line| line.strip_prefix("code = "));
        let unit = Self {
            folder: tempfile::tempdir().unwrap(),
            id: code.unwrap().trim_matches('"').parse().unwrap(),
            data,
        };
        succeeded(&unit.init());
        unit
    }

    /// Puts the unit into its store, or its files and pack anew.
    pub(crate) fn init(&self) -> Output {
        self.run(&[
            "init",
            "--pack",
            repository("packs/id").to_str().unwrap(),
            "--unit",
            self.data.join("unit.toml").to_str().unwrap(),
            "--areas",
            self.data.join("areas.geojson").to_str().unwrap(),
        ])
    }

    /// A folder without a unit.
    pub(crate) fn empty() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            id: "none".parse().unwrap(),
            data: PathBuf::new(),
        }
    }

    /// The program, in the unit's folder and with its store.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pengayom"));
        command
            .args(arguments)
            .current_dir(self.folder.path())
            .env_remove("PENGAYOM_NODE_KEY")
            .env_remove("PENGAYOM_NODE_KEY_FILE")
            .env_remove("PENGAYOM_UNIT")
            .env("PENGAYOM_STORE", self.store())
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// The store's address.
    pub(crate) fn store(&self) -> String {
        format!("sqlite:{}", self.path("unit.db").display())
    }

    /// A file in the unit's folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file of the unit's sample.
    pub(crate) fn data(&self, name: &str) -> PathBuf {
        self.data.join(name)
    }

    /// Writes a file into the unit's folder.
    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    /// Arguments that import a file of calls by the unit's own mapping.
    pub(crate) fn calls(&self, file: &Path) -> Vec<String> {
        by_mapping("calls", &self.data("calls.map.toml"), file)
    }

    /// Imports calls and gives the summary.
    pub(crate) fn import(&self, file: &Path) -> Summary {
        summary(&self.import_output(file))
    }

    /// Imports calls.
    pub(crate) fn import_output(&self, file: &Path) -> Output {
        let arguments = self.calls(file);
        self.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// Imports rows under the header of Detroit's calls.
    pub(crate) fn import_rows(&self, name: &str, rows: &[&str]) -> Summary {
        let text = format!("{HEADER}\n{}\n", rows.join("\n"));
        self.import(&self.write(name, text))
    }

    /// The rejects file of a file, row by row: line, field, reason.
    pub(crate) fn rejects(&self, name: &str) -> Vec<(u64, String, String)> {
        let path = self.path(&format!("{name}.rejects.csv"));
        let mut reader = csv::Reader::from_path(path).unwrap();
        assert_eq!(reader.headers().unwrap(), &["line", "field", "reason"][..]);
        reader.deserialize().map(Result::unwrap).collect()
    }

    /// Asks the store, which is closed again.
    pub(crate) fn ask<T, F: Future<Output = T>>(
        &self,
        question: impl FnOnce(Arc<dyn Store>, UnitId) -> F,
    ) -> T {
        self.ask_at(&self.store(), question)
    }

    /// Asks another store, which is closed again.
    pub(crate) fn ask_at<T, F: Future<Output = T>>(
        &self,
        address: &str,
        question: impl FnOnce(Arc<dyn Store>, UnitId) -> F,
    ) -> T {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        runtime.block_on(async {
            let store = pengayom_store::open(address).await.unwrap();
            let answer = question(Arc::clone(&store), self.id.clone()).await;
            store.close().await;
            answer
        })
    }

    /// All that the store says.
    pub(crate) fn everything(&self) -> Everything {
        self.everything_at(&self.store())
    }

    /// All that another store says of the same unit.
    pub(crate) fn everything_at(&self, address: &str) -> Everything {
        self.ask_at(address, |store, unit| async move {
            let mut acts = Vec::new();
            let mut after = 0;
            loop {
                let page = store.acts_after(&unit, after, 500).await.unwrap();
                let Some(last) = page.last() else { break };
                after = last.sequence;
                acts.extend(page.into_iter().map(|row| row.act));
            }
            let mut cases = Vec::new();
            let mut query = CaseQuery {
                limit: 500,
                ..CaseQuery::default()
            };
            loop {
                let page = store.cases(&unit, &query).await.unwrap();
                cases.extend(page.rows);
                query.after = page.next;
                if query.after.is_none() {
                    break;
                }
            }
            let span = Span {
                from: "2000-01-01T00:00:00Z".parse().unwrap(),
                to: "2100-01-01T00:00:00Z".parse().unwrap(),
            };
            Everything {
                acts,
                cases,
                by_hour: store
                    .hour_totals(&unit, span, HourGroup::Hour)
                    .await
                    .unwrap(),
                by_station: store
                    .hour_totals(&unit, span, HourGroup::Station)
                    .await
                    .unwrap(),
                waits: store
                    .wait_totals(&unit, span, WaitGroup::Station)
                    .await
                    .unwrap(),
            }
        })
    }
}

/// Arguments that import a file.
pub(crate) fn by_mapping(kind: &str, mapping: &Path, file: &Path) -> Vec<String> {
    ["import", kind, "--json", "--mapping"]
        .map(str::to_owned)
        .into_iter()
        .chain([mapping, file].map(|path| path.display().to_string()))
        .collect()
}

/// What an import prints with `--json`.
#[derive(Debug, serde::Deserialize)]
pub(crate) struct Summary {
    pub(crate) rows: u64,
    pub(crate) recorded: u64,
    pub(crate) known: u64,
    pub(crate) rejected: u64,
    pub(crate) resumed_after: u64,
    pub(crate) complete: bool,
    pub(crate) rejects_file: Option<String>,
}

impl Summary {
    /// Rows, recorded, known, rejected.
    pub(crate) fn counts(&self) -> [u64; 4] {
        [self.rows, self.recorded, self.known, self.rejected]
    }
}

/// The summary a successful import printed.
pub(crate) fn summary(output: &Output) -> Summary {
    succeeded(output);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Stops when the program failed, and says what it said.
pub(crate) fn succeeded(output: &Output) {
    assert!(output.status.success(), "{output:?}");
}

/// What the program said on standard error when it ended with code 1.
pub(crate) fn complaint(output: &Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stdout.is_empty(), "{output:?}");
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Packs bytes with gzip.
pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

/// Unpacks a gzip file.
pub(crate) fn gunzip(path: &Path) -> String {
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut text).unwrap();
    text
}

/// Rows of a CSV text, by the names of their columns.
pub(crate) fn rows(text: &str) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.deserialize().map(Result::unwrap).collect()
}

/// `n` good rows with keys of their own, one after another in time.
pub(crate) fn many(n: usize) -> Vec<String> {
    (0..n)
        .map(|at| {
            let (day, minute) = (1 + at / 1440 % 28, at % 1440);
            let (hour, minute) = (minute / 60, minute % 60);
            format!("{at},0,2019-05-{day:02}T{hour:02}:{minute:02}:00,9,907,2.8,9.3")
        })
        .collect()
}
