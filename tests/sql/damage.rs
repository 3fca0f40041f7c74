//! Files of the stage that are missing or are not what was published: named with table and run, with what to do.

use std::path::PathBuf;

use super::desk;
use crate::support::Migration;

/// The only file of a table.
fn part(migration: &Migration, table: &str) -> PathBuf {
    let folder = migration.path().join("staging").join(table);
    let run = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    run.join("part-00000.parquet")
}

#[test]
fn a_missing_file_is_named() {
    let migration = desk();
    let file = part(&migration, "hesk/tickets");
    std::fs::remove_file(&file).unwrap();
    let error = migration.refused(&["sql", "SELECT max(subject) FROM hesk.tickets"]);
    let run = file.parent().unwrap().file_name().unwrap().to_str().unwrap().trim_start_matches("run=").to_owned();
    for text in ["hesk.tickets", &run, "part-00000.parquet", "not there", "deskferry extract"] {
        assert!(error.contains(text), "{text}: {error}");
    }
    // Other tables can still be read.
    assert!(migration.count("SELECT count(*) AS n FROM hesk.replies") > 0);
}

#[test]
fn a_file_with_other_bytes_is_named_with_its_checksum() {
    let migration = desk();
    for (table, query) in [
        ("hesk/users", "SELECT * FROM hesk.users__runs"),
        ("intercom/contacts", "SELECT max(c.name) FROM hesk.replies AS r CROSS JOIN intercom.contacts AS c"),
    ] {
        let file = part(&migration, table);
        let mut bytes = std::fs::read(&file).unwrap();
        let middle = 4..bytes.len() / 2;
        bytes[middle].fill(0xff);
        std::fs::write(&file, bytes).unwrap();
        let error = migration.refused(&["sql", query]);
        for text in [&table.replace('/', "."), "SHA-256", "part-00000.parquet", "hint:"] {
            assert!(error.contains(text), "{text}: {error}");
        }
    }
}

#[test]
fn every_command_that_reads_it_names_a_file_that_is_cut_short() {
    let migration = desk();
    let file = part(&migration, "hesk/tickets");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    for command in [
        &["explain", "hesk:ticket:1"][..],
        &["diff", "hesk.replies", "--from", "hesk.tickets"],
        &["transform", "--anew"],
    ] {
        let error = migration.refused(command);
        for text in ["hesk.tickets of run", "part-00000.parquet` is damaged", "hint:"] {
            assert!(error.contains(text), "{command:?}: {text}: {error}");
        }
    }
}

#[test]
fn a_manifest_that_cannot_be_read_stops_everything() {
    let migration = desk();
    let manifest = std::fs::read_dir(migration.path().join("staging/_runs")).unwrap().next().unwrap().unwrap().path();
    std::fs::write(&manifest, "{").unwrap();
    let error = migration.refused(&["sql", "SELECT 1"]);
    assert!(error.contains(manifest.file_name().unwrap().to_str().unwrap()) && error.contains("damaged"), "{error}");
}
