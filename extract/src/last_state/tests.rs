//! A small desk, read again and again: what is compared, what cannot be, what is read no second time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use deskferry_staging::{Changes, Manifest, Mode};

use crate::testing::{Desk, dump};
use crate::{Error, Request, Result, extract};

/// A desk whose runs have ids of their own.
fn desk(rows: &str) -> Desk {
    let mut desk = Desk::new(dump(rows));
    let runs = AtomicU32::new(0);
    desk.context.chance = Arc::new(move || runs.fetch_add(1, Ordering::Relaxed));
    desk
}

impl Desk {
    fn give(&self, rows: &str) {
        std::fs::write(self.path("desk.sql"), dump(rows)).unwrap();
    }

    async fn since_last(&self, rows: &str) -> Result<Manifest> {
        self.give(rows);
        let request = Request { since_last: true, ..Request::default() };
        extract(&self.context, &Self::spec(), &self.settings, &request).await
    }
}

const USERS: &str = "INSERT INTO hesk_users VALUES (1,'','','a',''),(2,'','','b',''),(3,'','','c','');";

fn changes(manifest: &Manifest, table: &str) -> [u64; 4] {
    let Changes { new, changed, gone, unchanged } = manifest.tables[table].changes.unwrap();
    [new, changed, gone, unchanged]
}

#[tokio::test]
async fn only_rows_that_differ_are_written_and_gone_ones_marked() {
    let desk = desk(USERS);
    let full = desk.extract().await.unwrap();
    let delta = desk
        .since_last("INSERT INTO hesk_users VALUES (1,'','','a',''),(4,'','','d',''),(3,'','','C','');")
        .await
        .unwrap();
    assert_eq!((delta.mode, &delta.inputs), (Mode::Delta, &vec![full.run]));
    assert_eq!(changes(&delta, "users"), [1, 1, 1, 1]);
    let mut rows = desk.rows(&delta, "users", &["id", "name", "_deleted"]).await;
    rows.sort();
    assert_eq!(rows, ["2|-|true", "3|C|false", "4|d|false"]);
    assert_eq!(delta.tables["users"].source_rows, Some(3));

    let same = desk
        .since_last("INSERT INTO hesk_users VALUES (4,'','','d',''),(3,'','','C',''),(1,'','','a','');")
        .await
        .unwrap();
    assert_eq!((changes(&same, "users"), same.rows("users")), ([0, 0, 0, 3], 0));
    assert_eq!(same.inputs.len(), 2);
    let none = desk.since_last("").await.unwrap();
    assert_eq!(changes(&none, "users"), [0, 0, 3, 0]);
    let again = desk.since_last(USERS).await.unwrap();
    assert_eq!(changes(&again, "users"), [3, 0, 0, 0]);
    let other = desk.since_last("INSERT INTO hesk_users (id, name) VALUES (1,'a');").await.unwrap();
    assert!(other.replaces("users") && other.remarks.iter().any(|r| r.contains("users (came: none; went: user)")));
}

#[tokio::test]
async fn values_that_do_not_fit_are_compared_as_they_are() {
    let rows = |value: &str| format!("INSERT INTO hesk_users (id, name) VALUES (1,{value});");
    let desk = desk(&rows("0x61FF"));
    desk.extract().await.unwrap();
    let same = desk.since_last(&rows("0x61FF")).await.unwrap();
    assert_eq!(changes(&same, "users"), [0, 0, 0, 1]);
    assert_eq!(same.rows("_defects"), 1, "defects are of all rows");
    let empty = desk.since_last(&rows("''")).await.unwrap();
    assert_eq!(changes(&empty, "users"), [0, 1, 0, 0]);
    let null = desk.since_last(&rows("NULL")).await.unwrap();
    assert_eq!(changes(&null, "users"), [0, 1, 0, 0], "NULL is not the empty text");
}

#[tokio::test]
async fn keys_that_are_not_a_rows_own_are_not_compared() {
    for (rows, reason) in [("(1,'a'),(1,'b')", "share a key"), ("(NULL,'a')", "have no key")] {
        let rows = format!("INSERT INTO hesk_users (id, name) VALUES {rows};");
        let desk = desk(&rows);
        desk.extract().await.unwrap();
        let again = desk.since_last(&rows).await.unwrap();
        assert!(again.remarks.iter().any(|r| r.contains(reason) && r.contains("users")), "{:?}", again.remarks);
        assert!(again.replaces("users") && !again.replaces("tickets"));
        assert_eq!(again.rows("users"), rows.matches(",'").count() as u64);
    }
    let desk = desk(USERS);
    desk.extract().await.unwrap();
    let error = desk.since_last("INSERT INTO hesk_users VALUES (1,'','','a',''),(1,'','','a','');").await.unwrap_err();
    assert!(matches!(&error, Error::Repeated { table } if table == "users"), "{error}");
    assert_eq!(desk.context.staging.runs().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_run_that_another_overtakes_is_not_published() {
    let mut desk = desk(USERS);
    desk.extract().await.unwrap();
    let (full, spec, settings) = (desk.context.clone(), Desk::spec(), desk.settings.clone());
    let begun = Arc::new(AtomicU32::new(0));
    desk.context.progress = Arc::new(move |tick| {
        if tick.table == "users" && begun.fetch_add(1, Ordering::Relaxed) == 0 {
            // On a thread of its own: this one is inside the other run's runtime.
            let (full, spec, settings) = (full.clone(), spec.clone(), settings.clone());
            let other = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                runtime.block_on(extract(&full, &spec, &settings, &Request::default())).unwrap();
            });
            other.join().unwrap();
        }
    });
    let error = desk.since_last(USERS).await.unwrap_err();
    assert!(matches!(error, Error::Overtaken { .. }), "{error}");
    assert_eq!(error.kind(), deskferry_staging::Kind::Conflict);
    assert_eq!(desk.context.staging.runs().await.unwrap().len(), 2);
}

#[tokio::test]
async fn staged_files_are_not_read_again_and_missing_ones_are_looked_for() {
    let rows = "INSERT INTO hesk_attachments VALUES (1,'T','a.txt','a.txt',1),(2,'T','late.txt','late.txt',4);";
    let mut desk = desk(rows);
    std::fs::create_dir(desk.path("files")).unwrap();
    std::fs::write(desk.path("files/a.txt"), "a").unwrap();
    desk.settings.attachments = Some(desk.path("files").to_str().unwrap().to_owned());
    let full = desk.extract().await.unwrap();
    assert_eq!((full.rows("files"), full.rows("_defects")), (1, 1));

    // Were it read again, the one would be missing and the other of another size.
    std::fs::remove_file(desk.path("files/a.txt")).unwrap();
    std::fs::write(desk.path("files/late.txt"), "late").unwrap();
    let delta = desk.since_last(rows).await.unwrap();
    assert_eq!((changes(&delta, "files"), changes(&delta, "attachments")), ([1, 0, 0, 1], [0, 0, 0, 2]));
    assert_eq!(desk.rows(&delta, "files", &["key", "size"]).await, ["2|4"]);
    assert_eq!(delta.rows("_defects"), 0);

    let renamed = "INSERT INTO hesk_attachments VALUES (2,'T','late.txt','late.pdf',4);";
    let delta = desk.since_last(renamed).await.unwrap();
    assert_eq!((changes(&delta, "files"), changes(&delta, "attachments")), ([0, 1, 1, 0], [0, 1, 1, 0]));
}
