//! A unit in a store of its own, and the program to run on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use pengayom_testkit::postgres::Database;
use serde_json::Value;

use crate::serving::Serving;

/// The smallest sample, so that a round spends its time under load and not on reading outlines.
const SAMPLE: &str = "data/san_francisco";

/// What keeps the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Engine {
    /// A file.
    Sqlite,
    /// A database of a server.
    Postgres,
}

/// A file of the repository.
fn repository(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .join(name)
}

/// A unit in a store of its own.
pub(crate) struct Unit {
    folder: tempfile::TempDir,
    address: String,
    /// Kept until the unit goes.
    database: Option<Database>,
    /// Words before the program, such as those that take it into another place.
    before: Vec<String>,
}

impl Unit {
    /// A unit whose record is kept by an engine, in a folder that goes with it.
    pub(crate) fn on(engine: Engine) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = (engine == Engine::Postgres).then(Database::new);
        let address = match &database {
            Some(database) => database.url().to_owned(),
            None => format!("sqlite:{}", folder.path().join("unit.db").display()),
        };
        let mut unit = Self::at(folder, address, Vec::new());
        unit.database = database;
        unit
    }

    /// A unit at an address, made by the program as `before` starts it.
    pub(crate) fn at(folder: tempfile::TempDir, address: String, before: Vec<String>) -> Self {
        let unit = Self {
            folder,
            address,
            database: None,
            before,
        };
        let output = unit.run(&[
            "init",
            "--pack",
            repository("packs/id").to_str().unwrap(),
            "--unit",
            repository(SAMPLE).join("unit.toml").to_str().unwrap(),
            "--areas",
            repository(SAMPLE).join("areas.geojson").to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{output:?}");
        unit
    }

    /// The same unit with its store elsewhere.
    pub(crate) fn moved_to(self, address: String) -> Self {
        Self { address, ..self }
    }

    /// The store's address.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The unit's folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program, in the unit's folder and with its store.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut words = self.before.iter().map(String::as_str);
        let program = env!("CARGO_BIN_EXE_pengayom");
        let mut command = match words.next() {
            Some(first) => {
                let mut command = Command::new(first);
                command.args(words).arg(program);
                command
            }
            None => Command::new(program),
        };
        command
            .args(arguments)
            .current_dir(self.folder())
            // One address sends as much as the machine takes here.
            .env("PENGAYOM_API_REQUESTS_PER_MINUTE", "0")
            .env_remove("PENGAYOM_NODE_KEY")
            .env_remove("PENGAYOM_UNIT")
            .env_remove("PENGAYOM_CONFIG")
            .env("PENGAYOM_NODE_KEY_FILE", self.folder().join("unit.key"))
            .env("PENGAYOM_STORE", &self.address)
            .env("PENGAYOM_LOG", "warn")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Imports calls that were closed years ago.
    pub(crate) fn import_calls(&self, n: usize) {
        let mut text =
            "call_id,unit_id,unit_seq,call_type,final_priority,received,dispatch,response,\
                        on_scene,available,disposition,station_area,lat,lng\n"
                .to_owned();
        for n in 0..n {
            let at = |minute: u8| format!("2016-12-30T{:02}:{minute:02}:00", n % 24);
            let times = [1, 2, 3, 9, 40].map(at).join(",");
            text.push_str(&format!(
                "{n},E41,1,Alarms,3,{times},Fire,41,37.79254,-122.42024\n"
            ));
        }
        let calls = self.folder().join("calls.csv");
        std::fs::write(&calls, text).unwrap();
        let mapping = repository(SAMPLE).join("calls.map.toml");
        let output = self.run(&[
            "import",
            "calls",
            "--mapping",
            mapping.to_str().unwrap(),
            calls.to_str().unwrap(),
        ]);
        assert!(output.status.success(), "{output:?}");
    }

    /// Serves the unit.
    pub(crate) fn serve(&self) -> Serving {
        self.serve_with(&[])
    }

    /// Serves the unit with settings in the environment.
    pub(crate) fn serve_with(&self, settings: &[(&str, &str)]) -> Serving {
        let mut command = self.command(&["serve", "--listen", "127.0.0.1:0"]);
        command.envs(settings.iter().copied());
        Serving::begin(command)
    }
}

/// Codes of the areas of the sample that are answered for.
pub(crate) fn beats() -> Vec<String> {
    let text = std::fs::read_to_string(repository(SAMPLE).join("areas.geojson")).unwrap();
    let areas: Value = serde_json::from_str(&text).unwrap();
    areas["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| &feature["properties"])
        .filter(|area| area["level"] == "station_area")
        .map(|area| area["code"].as_str().unwrap().to_owned())
        .collect()
}
