//! The disk is full, or only reads: nothing is lost, it is said, and the program goes on by itself
//! when there is room.

use std::path::Path;

use hyper::StatusCode;
use pengayom_testkit::postgres::Cluster;

use crate::asking::{Answer, Asker, Wish};
use crate::disk::{Disk, limit_files, told_of_limits, told_of_limits_and_logging_to};
use crate::record::Acknowledged;
use crate::serving::Serving;
use crate::unit::{Unit, beats};

/// More requests than fit into the room that is left by what was set aside before.
const MOST: usize = 3_000;

/// Files until one is turned away, and says how.
async fn until_turned_away(
    asker: &mut Asker,
    acknowledged: &mut Acknowledged,
    round: usize,
) -> (Wish, Answer) {
    let beats = beats();
    for at in 0..MOST {
        let wish = Wish::new(round, 0, at, &beats);
        let answer = asker.ask(&wish).await.unwrap();
        if answer.status != StatusCode::CREATED {
            return (wish, answer);
        }
        acknowledged.note(wish, answer.receipt());
    }
    panic!("{MOST} requests found room");
}

/// Told to come again, as a program is told and as readiness is.
async fn is_down(asker: &mut Asker, answer: &Answer) {
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{answer:?}");
    assert_eq!(answer.headers["content-type"], "application/problem+json");
    assert_eq!(answer.headers["retry-after"], "10");
    let problem = answer.json();
    assert_eq!(problem["type"], "urn:pengayom:problem:store-down");
    let ready = asker.get("/readyz").await.unwrap();
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{ready:?}");
    let alive = asker.get("/healthz").await.unwrap();
    assert_eq!(alive.status, StatusCode::OK, "{alive:?}");
    let page = asker.get("/").await.unwrap();
    assert_eq!(page.status, StatusCode::OK, "{page:?}");
}

/// The same process serves, is starved, and serves again, three times.
async fn starved(
    serving: &Serving,
    acknowledged: &mut Acknowledged,
    starve: impl Fn(),
    feed: impl Fn(),
) {
    let mut asker = Asker::new(serving.address);
    for round in 0..3 {
        let wish = Wish::new(round, 1, 0, &beats());
        let receipt = asker.must_file(&wish).await;
        acknowledged.note(wish, receipt);
        starve();
        let (wish, answer) = until_turned_away(&mut asker, acknowledged, round).await;
        is_down(&mut asker, &answer).await;
        acknowledged.all_are_known_at(serving.address).await;
        feed();
        let ready = asker.get("/readyz").await.unwrap();
        assert_eq!(ready.status, StatusCode::OK, "{ready:?} {}", serving.said());
        let receipt = asker.must_file(&wish).await;
        acknowledged.note(wish, receipt);
    }
}

fn sqlite_in(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("unit.db").display())
}

// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_turns_people_away_loses_nothing_and_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path()) else {
        println!("this machine mounts nothing: shown by a limit on files instead");
        return files_may_not_grow().await;
    };
    let unit = Unit::at(folder, sqlite_in(disk.folder()), disk.before());
    let mut acknowledged = Acknowledged::default();
    let serving = unit.serve();
    starved(&serving, &mut acknowledged, || disk.fill(), || disk.clear()).await;
    acknowledged.all_are_known_at(serving.address).await;
    assert!(serving.end().success());
    // Where the test sees it.
    let copy = unit.folder().join("copy.db");
    std::fs::copy(disk.file("unit.db"), &copy).unwrap();
    assert!(!disk.file("unit.db-wal").exists(), "not closed well");
    let unit = unit.moved_to(format!("sqlite:{}", copy.display()));
    acknowledged.are_all_of(&unit).await;
}

/// The database lies on a disk of its own that is filled, cleared, and filled again.
// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_of_a_database_server_turns_people_away_and_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    // A server refuses to be root, which it would be where only a namespace lets one mount.
    let disk = Disk::mount_for_root(folder.path());
    let cluster = Cluster::start_as(disk.as_ref().map_or_else(Vec::new, Disk::before), &[]);
    let sql = |sql: &str| cluster.sql("postgres", sql);
    if let Some(disk) = &disk {
        disk.give_folder_to_postgres("space");
        let place = disk.folder().join("space");
        sql(&format!(
            "CREATE TABLESPACE small LOCATION '{}'",
            place.display()
        ));
        sql("CREATE DATABASE unit TABLESPACE small");
    } else {
        println!("only root can give a server a small disk: shown by what the server says");
        sql("CREATE DATABASE unit");
    }
    let unit = Unit::at(folder, cluster.url("unit"), Vec::new());
    let mut acknowledged = Acknowledged::default();
    let serving = unit.serve();
    if let Some(disk) = &disk {
        starved(&serving, &mut acknowledged, || disk.fill(), || disk.clear()).await;
    } else {
        let say = |words: &str| drop(cluster.sql("unit", words));
        let (full, room) = (|| say(NO_ROOM), || say(ROOM_AGAIN));
        starved(&serving, &mut acknowledged, full, room).await;
    }
    acknowledged.all_are_known_at(serving.address).await;
    assert!(serving.end().success());
    acknowledged.are_all_of(&unit).await;
}

/// Lets a server say of every act and every new table what it says when its disk is full.
const NO_ROOM: &str = "
    CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$;
    CREATE TRIGGER no_room BEFORE INSERT ON acts EXECUTE FUNCTION no_room();
    CREATE FUNCTION no_table() RETURNS event_trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'no room' USING ERRCODE = '53100'; END $$;
    CREATE EVENT TRIGGER no_room ON ddl_command_end EXECUTE FUNCTION no_table()";

/// And no longer.
const ROOM_AGAIN: &str = "
    DROP EVENT TRIGGER no_room; DROP FUNCTION no_table();
    DROP TRIGGER no_room ON acts; DROP FUNCTION no_room()";

// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_that_may_not_grow_turn_people_away_and_lose_nothing() {
    files_may_not_grow().await;
}

async fn files_may_not_grow() {
    let folder = tempfile::tempdir().unwrap();
    let address = sqlite_in(folder.path());
    let unit = Unit::at(folder, address, told_of_limits());
    let mut acknowledged = Acknowledged::default();
    let serving = unit.serve();
    let size = |name: &str| {
        let file = std::fs::metadata(unit.folder().join(name));
        file.map_or(0, |file| file.len())
    };
    let largest = || size("unit.db").max(size("unit.db-wal"));
    starved(
        &serving,
        &mut acknowledged,
        || limit_files(serving.id(), Some(largest())),
        || limit_files(serving.id(), None),
    )
    .await;
    acknowledged.all_are_known_at(serving.address).await;
    assert!(serving.end().success());
    acknowledged.are_all_of(&unit).await;
}

/// A disk that takes nothing at all while the program serves.
// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_takes_nothing_turns_people_away_and_loses_nothing() {
    takes_nothing().await;
}

/// The log lies on the same disk: what cannot be logged is left out, and people are answered.
// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_that_cannot_be_written_keeps_nobody_from_an_answer() {
    let folder = tempfile::tempdir().unwrap();
    let before = told_of_limits_and_logging_to(&folder.path().join("log"));
    starves(folder, before).await;
}

async fn takes_nothing() {
    starves(tempfile::tempdir().unwrap(), told_of_limits()).await;
}

async fn starves(folder: tempfile::TempDir, before: Vec<String>) {
    let address = sqlite_in(folder.path());
    let unit = Unit::at(folder, address, before);
    let mut acknowledged = Acknowledged::default();
    let serving = unit.serve();
    starved(
        &serving,
        &mut acknowledged,
        || limit_files(serving.id(), Some(0)),
        || limit_files(serving.id(), None),
    )
    .await;
    assert!(serving.end().success());
    acknowledged.are_all_of(&unit).await;
}

/// On a disk that only reads nothing is acknowledged. SQLite reads there what a program that was cut
/// off left with its journal, and then what is there is shown, and the program says that it is not
/// ready; a file that was closed well it does not open, and the program says so. Either way it is
/// started again once the disk is mended.
// S22, S40
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_a_read_only_disk_nothing_is_acknowledged_and_it_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let Some(disk) = Disk::mount(folder.path()) else {
        println!("this machine mounts nothing: shown by files that may not be written instead");
        return takes_nothing().await;
    };
    let unit = Unit::at(folder, sqlite_in(disk.folder()), disk.before());
    let beats = beats();
    let mut acknowledged = Acknowledged::default();
    let serving = unit.serve();
    let mut asker = Asker::new(serving.address);
    for at in 0..5 {
        let wish = Wish::new(0, 0, at, &beats);
        let receipt = asker.must_file(&wish).await;
        acknowledged.note(wish, receipt);
    }
    serving.kill();

    disk.remount("ro");
    let serving = unit.serve();
    let mut asker = Asker::new(serving.address);
    let ready = asker.get("/readyz").await.unwrap();
    assert_eq!(ready.status, StatusCode::SERVICE_UNAVAILABLE, "{ready:?}");
    acknowledged.all_are_known_at(serving.address).await;
    let wish = Wish::new(1, 0, 0, &beats);
    let answer = asker.ask(&wish).await.unwrap();
    is_down(&mut asker, &answer).await;

    serving.kill();

    disk.remount("rw");
    let serving = unit.serve();
    let receipt = Asker::new(serving.address).must_file(&wish).await;
    acknowledged.note(wish, receipt);
    acknowledged.all_are_known_at(serving.address).await;
    assert!(serving.end().success());

    disk.remount("ro");
    let said = Serving::try_begin(unit.command(&["serve", "--listen", "127.0.0.1:0"]));
    let said = said.unwrap_err();
    assert!(said.contains("the store cannot be written"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    disk.remount("rw");
    let serving = unit.serve();
    acknowledged.all_are_known_at(serving.address).await;
    assert!(serving.end().success());
}
