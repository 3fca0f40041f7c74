//! A source that deskferry has never heard of: a spec and models in the migration's folder, no Rust. Set up by `init`, stopped and
//! gone on with, refused, brought to Intercom's shape.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::support::acme::{Acme, SECRET, TICKETS};
use crate::support::{Migration, Workspace, text};

/// The command, begun and not waited for.
fn begin(migration: &Migration, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_deskferry"))
        .arg("-C")
        .arg(migration.path())
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

fn staged(migration: &Migration) -> Vec<String> {
    ["people", "tickets", "messages", "papers", "files"]
        .iter()
        .map(|table| migration.done(&["sql", "--format", "csv", &format!("SELECT * FROM acme.{table} ORDER BY 1, 2")]))
        .collect()
}

#[test]
fn a_spec_and_models_are_all_that_a_new_source_needs() {
    let acme = Acme::start();
    let migration = acme.migration();
    let settings = std::fs::read_to_string(migration.path().join("deskferry.toml")).unwrap();
    assert!(settings.contains("# Name of your account: Admin > Integrations"), "{settings}");
    let output = migration.run(&["extract"]);
    let said = text(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("forecast: about "), "{said}");
    migration.done(&["transform"]);
    assert_eq!(migration.count("SELECT count(*) FROM intercom.conversations"), TICKETS as i64);
    assert_eq!(migration.count("SELECT count(*) FROM intercom.conversation_parts"), (TICKETS * 2) as i64);
    let parts = migration.rows(
        "SELECT body FROM intercom.conversation_parts WHERE conversation_key = 'acme:ticket:5' ORDER BY position",
    );
    let bodies: Vec<&str> = parts.iter().map(|part| part["body"].as_str().unwrap()).collect();
    assert_eq!(bodies, ["What 5 says", "<p>5 &lt;1&gt;</p>", "<p>5 &lt;2&gt;</p>"]);
    assert_eq!(migration.count("SELECT count(*) FROM acme.files WHERE sha256 IS NOT NULL AND name = 'a.txt'"), 1);
    assert_eq!(
        migration.count("SELECT source_rows FROM runs.tables WHERE table_name = 'tickets' AND stage = 'extract'"),
        120
    );
    // Parts are packed, so they are looked through as rows; what is declared is found there.
    let mut all: String = staged(&migration).concat();
    for table in ["settings", "_defects"] {
        all += &migration.done(&["sql", "--format", "csv", &format!("SELECT * FROM acme.{table}")]);
    }
    assert!(all.contains("p7@example.com") && all.contains("deskferry"), "{all}");
    for file in walk(&migration.path().join("staging/_runs")) {
        all += &std::fs::read_to_string(file).unwrap();
    }
    for secret in [SECRET, "canary-hash"] {
        assert!(!all.contains(secret), "{secret}");
    }
    assert!(!said.contains("canary"), "{said}");
}

fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[test]
fn killed_again_and_again_it_gives_what_an_undisturbed_extract_gives() {
    let acme = Acme::start();
    let undisturbed = acme.migration();
    undisturbed.done(&["extract"]);
    let (wanted, calls) = (staged(&undisturbed), acme.calls());

    // Slow enough that it can be killed on its way.
    acme.switches.delay_ms.store(60, Ordering::SeqCst);
    let killed = acme.migration();
    let mut kills = 0;
    loop {
        let (before, resume) = (acme.calls(), ["extract", "--resume"]);
        let mut child = begin(&killed, if kills == 0 { &resume[..1] } else { &resume });
        while acme.calls() < before + 30 && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(2));
        }
        // Now long enough for something to be stored, now not.
        std::thread::sleep(Duration::from_millis(if kills % 2 == 0 { 1_300 } else { 100 }));
        if let Some(status) = child.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
        assert!(kills < 40, "it does not get on");
        // It had done all but end.
        if killed.path().join("staging/_runs").read_dir().is_ok_and(|mut runs| runs.next().is_some()) {
            break;
        }
    }
    assert!(kills > 0, "it was too quick to be killed");
    assert_eq!(staged(&killed), wanted);
    assert!(acme.calls() - calls < calls * 3, "{} calls instead of {calls}", acme.calls() - calls);
    assert!(
        !killed.path().join("staging/_work/acme").exists() || walk(&killed.path().join("staging/_work")).is_empty()
    );
}

#[test]
fn a_source_that_does_not_answer_is_told_at_once() {
    let acme = Acme::start();
    let migration = acme.migration();
    // Nobody listens where somebody did.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    migration.set(&acme.url, &format!("http://{gone}"));
    for command in ["check", "extract"] {
        let mut child = migration.command(&[command]).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stderr.take().unwrap()).read_line(&mut line).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(line.contains("127.0.0.1") && line.contains("cannot be reached, trying again"), "{command}: {line}");
    }
}

#[test]
fn an_extract_that_was_stopped_is_named_and_gone_on_with_or_thrown_away() {
    let acme = Acme::start();
    acme.switches.delay_ms.store(60, Ordering::SeqCst);
    let migration = acme.migration();
    let mut child = begin(&migration, &["extract"]);
    while acme.calls() < 20 {
        std::thread::sleep(Duration::from_millis(2));
    }
    std::thread::sleep(Duration::from_millis(1_300));
    child.kill().unwrap();
    child.wait().unwrap();
    let error = migration.refused(&["extract"]);
    assert!(
        error.contains("has not been finished") && error.contains("--resume") && error.contains("--anew"),
        "{error}"
    );
    migration.done(&["extract", "--anew"]);
    let error = migration.refused(&["extract", "--resume"]);
    assert!(error.contains("no unfinished extract"), "{error}");
}

#[test]
fn a_refused_table_that_is_optional_is_told_by_exit_code_and_manifest() {
    let acme = Acme::start();
    acme.switches.hides_papers.store(true, Ordering::SeqCst);
    let migration = acme.migration();
    let said = migration.refused(&["extract"]);
    assert!(said.contains("incomplete: acme.papers: the source refuses it: 403 scope papers is missing"), "{said}");
    assert_eq!(migration.count("SELECT count(*) FROM acme.tickets"), TICKETS as i64);
    assert_eq!(migration.count("SELECT count(*) FROM acme._defects WHERE table_name = 'papers'"), 1);
    migration.done(&["transform"]);
}

#[test]
fn check_counts_the_lists_and_says_what_may_not_be_read() {
    let acme = Acme::start();
    acme.switches.hides_papers.store(true, Ordering::SeqCst);
    let workspace = Workspace::start(&[("A".to_owned(), "a@example.com".to_owned())], &[]);
    let migration = acme.migration();
    migration.set("region = \"us\"", &format!("url = \"{}\"", workspace.url));
    let output = migration.run(&["check"]);
    let (out, said) = (text(&output.stdout), text(&output.stderr));
    assert!(out.contains("Source: Acme Desk, read by rest"), "{out}\n{said}");
    assert!(out.contains("tickets") && out.contains("120"), "{out}\n{said}");
    assert!(said.contains("papers: the source refuses it"), "{said}");
}

#[test]
fn settings_of_a_spec_are_checked_like_all_others() {
    let acme = Acme::start();
    let migration = acme.migration();
    migration.set("account = ", "acount = ");
    let error = migration.refused(&["extract"]);
    assert!(error.contains("line 5") && error.contains("`acount`") && error.contains("`api_key`"), "{error}");
    migration.set("acount = \"deskferry\"", "# gone");
    let error = migration.refused(&["extract"]);
    assert!(error.contains("no `account`") && error.contains("Admin > Integrations"), "{error}");
    migration.set("# gone", "account = \"deskferry\"");
    migration.set(SECRET, "wrong-s3cret");
    let error = migration.refused(&["extract"]);
    assert!(error.contains("401") && error.contains("api_key"), "{error}");
    assert!(!error.contains("wrong-s3cret"), "{error}");
    let page = migration.done(&["init", "--explain-spec"]);
    assert!(page.contains("parent_if") && page.contains("client_credentials"));
}
