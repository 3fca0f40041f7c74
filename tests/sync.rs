//! All stages as one: once, again, side by side, killed, again and again.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::acme::{Acme, TICKETS};
use crate::support::{Migration, Workspace, text};

/// A migration of Acme Desk, and the workspace that it goes to.
fn ready(acme: &Acme) -> (Migration, Workspace) {
    let workspace = Workspace::start(&[("A".to_owned(), "a@example.com".to_owned())], &[]);
    let migration = acme.migration();
    migration.set("region = \"us\"", &format!("url = \"{}\"", workspace.url));
    migration.set("[load]\n", "[load]\nplaceholder_admin = \"a@example.com\"\n");
    (migration, workspace)
}

fn conversations(workspace: &Workspace) -> u64 {
    let found = workspace.post(
        "/conversations/search",
        serde_json::json!({ "query": { "field": "created_at", "operator": ">", "value": 0 } }),
    );
    found["total_count"].as_u64().unwrap()
}

/// Ends a process as a service manager does.
fn terminate(child: &Child) {
    let done = Command::new("kill").arg(child.id().to_string()).status().unwrap();
    assert!(done.success());
}

#[test]
fn a_sync_brings_what_is_new_and_the_next_finds_nothing() {
    let acme = Acme::start();
    let (migration, workspace) = ready(&acme);
    let first = migration.done(&["sync"]);
    assert!(first.contains("rows read"), "{first}");
    assert_eq!(conversations(&workspace), TICKETS as u64);
    let writes = workspace.stats()["writes_total"].clone();
    let second = migration.done(&["--json", "sync"]);
    let second: serde_json::Value = serde_json::from_str(&second).unwrap();
    assert_eq!((&second["mode"], &second["written"]), (&"delta".into(), &0.into()), "{second}");
    assert_eq!(workspace.stats()["writes_total"], writes);
    let whole = migration.done(&["sync", "--full"]);
    assert!(whole.contains("rows read") && whole.contains(" 0 written"), "{whole}");
}

#[test]
fn two_at_once_exclude_each_other_and_one_that_was_killed_bars_nobody() {
    let acme = Acme::start();
    let (migration, workspace) = ready(&acme);
    acme.switches.delay_ms.store(60, Ordering::SeqCst);
    let before = acme.calls();
    let mut first = migration.spawn(&["sync"]);
    while acme.calls() < before + 30 {
        std::thread::sleep(Duration::from_millis(2));
    }
    let refused = migration.refused(&["sync"]);
    assert!(refused.contains("another process holds the lock `sync`") && refused.contains("hint:"), "{refused}");
    // Long enough for something to be stored.
    std::thread::sleep(Duration::from_millis(1_300));
    first.kill().unwrap();
    first.wait().unwrap();
    acme.switches.delay_ms.store(0, Ordering::SeqCst);
    let output = migration.run(&["sync"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("going on with an extract that was stopped"), "{said}");
    assert_eq!(conversations(&workspace), TICKETS as u64);
    assert!(migration.done(&["sync"]).contains(" 0 written"));
}

#[test]
fn every_so_often_until_it_is_asked_to_stop_whatever_fails_in_between() {
    let acme = Acme::start();
    let (migration, workspace) = ready(&acme);
    let mut child =
        migration.command(&["sync", "--every", "100ms"]).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = lines.next().unwrap().unwrap();
    assert!(first.contains("rows read"), "{first}");
    for _ in 0..2 {
        let next = lines.next().unwrap().unwrap();
        assert!(next.contains("new, changed or gone, 0 written"), "{next}");
    }
    terminate(&child);
    assert!(child.wait().unwrap().success());
    assert_eq!(conversations(&workspace), TICKETS as u64);
    let refused = migration.run(&["sync", "--every", "soon"]);
    assert!(!refused.status.success() && text(&refused.stderr).contains("--every"), "{}", text(&refused.stderr));
}
