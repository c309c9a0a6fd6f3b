//! Two processes on one database, one of them killed in the middle of its jobs.

use std::io::Cursor;
use std::time::{Duration, Instant};

use hyper::StatusCode;
use pengayom_testkit::postgres::Database;

use crate::asking::{Asker, Wish};
use crate::serving::PATIENCE;
use crate::unit::{Unit, beats};

/// A photograph unlike the others.
fn photo(n: u8) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    image::RgbImage::from_pixel(64, 64, image::Rgb([n * 20, 90, 60]))
        .write_to(&mut out, image::ImageFormat::Jpeg)
        .unwrap();
    out.into_inner()
}

async fn wait_for(database: &Database, sql: &str, expected: &str) {
    let until = Instant::now() + PATIENCE;
    loop {
        let found = database.sql(sql);
        if found == expected {
            return;
        }
        assert!(Instant::now() < until, "{sql}: {found}, not {expected}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

// Those that open a photograph; what waits for a day or an hour of its case is another matter.
const WAITING: &str = "SELECT count(*) FROM jobs WHERE kind = 'media.preview'";
const PREVIEWS: &str = "SELECT count(*) FROM blobs WHERE preview IS NOT NULL";

// S22
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_jobs_of_a_killed_process_are_done_by_the_other_and_none_twice() {
    let database = Database::new();
    let folder = tempfile::tempdir().unwrap();
    let unit = Unit::at(folder, database.url().to_owned(), Vec::new());
    let beats = beats();

    // One job done, and the next taken: there it stands, and its pages go on.
    let first = unit.serve_with(&[("PENGAYOM_REHEARSE_HALT", "after-job 1")]);
    let mut asker = Asker::new(first.address);
    for n in 0..3 {
        let wish = Wish::new(0, 0, n, &beats);
        let photo = photo(u8::try_from(n).unwrap());
        let answer = asker.ask_with_photo(&wish, &photo).await.unwrap();
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }
    first.wait_until_it_says("halted at AfterJob");

    let clock = unit.folder().join("clock");
    let second = unit.serve_with(&[("PENGAYOM_REHEARSE_CLOCK", clock.to_str().unwrap())]);
    for n in 3..6 {
        let wish = Wish::new(0, 0, n, &beats);
        let photo = photo(u8::try_from(n).unwrap());
        let answer = asker.ask_with_photo(&wish, &photo).await.unwrap();
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    }
    // The other does every job but the one that is taken.
    wait_for(&database, WAITING, "1").await;
    // That of the one may be there all the same: a photograph is opened when it is sent, if that is
    // quickly done.
    assert!(["5", "6"].contains(&database.sql(PREVIEWS).as_str()));
    assert_eq!(
        database.sql("SELECT attempts FROM jobs WHERE kind = 'media.preview'"),
        "1"
    );
    let made = "SELECT md5(string_agg(preview::text, '' ORDER BY sha256))
                FROM blobs WHERE sha256 <> (SELECT payload::json->>'sha256' FROM jobs WHERE kind = 'media.preview')";
    let before = database.sql(made);
    let left =
        database.sql("SELECT payload::json->>'sha256' FROM jobs WHERE kind = 'media.preview'");

    first.kill();
    // When the lease is over, that one too; the others are as they were.
    std::fs::write(&clock, "150").unwrap();
    wait_for(&database, WAITING, "0").await;
    assert_eq!(database.sql(PREVIEWS), "6");
    let after = format!(
        "SELECT md5(string_agg(preview::text, '' ORDER BY sha256))
         FROM blobs WHERE sha256 <> '{left}'"
    );
    assert_eq!(database.sql(&after), before);
    assert!(second.end().success());
}
