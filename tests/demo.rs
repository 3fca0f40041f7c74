//! The demo as a user runs it, and its desk against what its generator counted.

use crate::support::{Migration, text};

#[test]
fn the_demo_runs_to_the_end_and_balances() {
    let migration = Migration { folder: tempfile::tempdir().unwrap() };
    let output = migration.run(&["demo"]);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    assert!(err.contains("5/5 reconcile") && err.contains("Try next"), "{err}");
    assert!(out.contains("Luc Fournier") || err.contains("Luc Fournier"), "the missing teammate is not named");
    // The next demo takes the place of this one.
    assert!(migration.run(&["demo"]).status.success());
}

#[test]
fn a_folder_called_demo_that_is_not_ours_is_left_alone() {
    let migration = Migration { folder: tempfile::tempdir().unwrap() };
    let file = migration.path().join("demo/thesis.txt");
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "years of work").unwrap();
    migration.refused(&["demo"]);
    assert_eq!(std::fs::read_to_string(file).unwrap(), "years of work");
}
