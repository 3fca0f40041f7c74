//! What a tenant does to a reader: keys that are refused, attributes that are missing, lists that move, a process that is killed; and
//! what a reader must never do to a tenant.

use std::time::Duration;

use super::{KEY, NO_WORKSPACE, OWN_ATTRIBUTES, moved, settings, tenants};
use crate::support::halo::desk::field::CANARY;
use crate::support::itsm365::desk::story;
use crate::support::itsm365::{Itsm365, NARROW_KEY, Refusal, Switches};
use crate::support::{Migration, text};

fn small() -> Switches {
    Switches { tickets: 30, companies: 3, articles: 3, ..Switches::default() }
}

fn migration(itsm365: &Itsm365) -> Migration {
    Migration::new(&settings(itsm365, &format!("{OWN_ATTRIBUTES}{NO_WORKSPACE}")))
}

/// What is staged, in texts that are the same for the same rows.
fn staged(migration: &Migration) -> Vec<String> {
    let counts =
        "SELECT table_name, row_count FROM runs.tables WHERE schema_name = 'itsm365' AND is_current ORDER BY 1";
    let mut texts: Vec<String> = migration.rows(counts).iter().map(ToString::to_string).collect();
    assert!(texts.len() > 25, "{texts:?}");
    for table in [
        "tickets",
        "ticket_fields",
        "ticket_comments",
        "ticket_files",
        "comment_files",
        "employees",
        "ous",
        "kb",
        "votes",
        "files",
    ] {
        let rows = migration.rows(&format!("SELECT * FROM itsm365.{table}"));
        let mut rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
        assert!(!rows.is_empty(), "{table}");
        rows.sort();
        texts.push(rows.join("\n"));
    }
    texts
}

/// Everything that a migration has written, but for packed rows; and these rows as text.
fn written(migration: &Migration) -> String {
    let mut all = String::new();
    let mut folders = vec![migration.path().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_none_or(|name| name != "deskferry.toml") {
                all += &String::from_utf8_lossy(&std::fs::read(path).unwrap());
            }
        }
    }
    let tables = "SELECT DISTINCT table_name FROM runs.tables WHERE schema_name = 'itsm365' AND is_current";
    for table in migration.rows(tables) {
        let rows = migration.rows(&format!("SELECT * FROM itsm365.{}", table["table_name"].as_str().unwrap()));
        rows.iter().for_each(|row| all += &row.to_string());
    }
    all
}

#[test]
fn nothing_is_written_to_the_tenant_and_no_secret_is_staged() {
    for moved in tenants() {
        let stats = moved.itsm365.stats();
        assert_eq!(stats.writes, 0, "{stats:?}");
        assert!(stats.calls.keys().all(|call| call.starts_with("find/") || call == "get-file"), "{stats:?}");
        let written = written(&moved.migration);
        assert!(written.contains("Ромашка"));
        assert!(!written.contains(CANARY) && !written.contains(KEY));
    }
}

#[test]
fn a_key_that_is_refused_is_told_at_once_and_never_shown() {
    for refusal in [Refusal::Phrase, Refusal::Unauthorized, Refusal::Forbidden] {
        let itsm365 = Itsm365::start(Switches { refusal, ..small() });
        let migration = migration(&itsm365);
        let wrong = "00000000-5150-4bad-8a22-000000000000";
        migration.set(KEY, wrong);
        let error = migration.refused(&["extract"]);
        // A 403 can be meant for a table alone.
        let told = if refusal == Refusal::Forbidden { "403" } else { "access_key" };
        assert!(error.contains(told), "{refusal:?}: {error}");
        assert!(!error.contains(wrong), "{error}");
        // Tables are asked side by side; none is asked again and again.
        assert!(itsm365.stats().api_calls < 60, "{refusal:?}: {:?}", itsm365.stats());
    }
}

#[test]
fn a_key_that_ends_in_the_middle_is_replaced_and_the_extract_goes_on() {
    let whole = migration(&Itsm365::start(small()));
    let itsm365 = Itsm365::start(Switches { expire_after: Some(150), ..small() });
    let moved = migration(&itsm365);
    let error = moved.refused(&["extract"]);
    assert!(error.contains("access_key") && error.contains("--resume"), "{error}");
    assert!(!error.contains(KEY), "{error}");
    itsm365.switch(|switches| switches.expire_after = None);
    moved.done(&["extract", "--resume"]);
    let plain = Itsm365::start(small());
    drop(whole);
    let whole = migration(&plain);
    whole.done(&["extract"]);
    assert_eq!(staged(&moved), staged(&whole));
}

#[test]
fn who_may_see_less_gets_less_without_a_word() {
    let itsm365 = Itsm365::start(small());
    let migration = migration(&itsm365);
    migration.set(KEY, NARROW_KEY);
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    assert_eq!(migration.count("SELECT count(*) FROM intercom.articles"), 0);
    let enquiries = itsm365.facts().tickets.values().filter(|ticket| ticket.kind.title() == "Обращение").count();
    let seen = migration.count("SELECT count(*) FROM intercom.conversations");
    assert_eq!(seen as usize, itsm365.facts().tickets.len() - enquiries);
}

#[test]
fn short_pages_moving_rows_and_a_proxy_that_fails_change_nothing() {
    let plain = Itsm365::start(small());
    let whole = migration(&plain);
    whole.done(&["extract"]);
    let switches = Switches { limit_max: Some(40), unstable: 30, unavailable: 20, cut: 20, html_at: None, ..small() };
    let itsm365 = Itsm365::start(switches);
    let moved = migration(&itsm365);
    moved.done(&["extract"]);
    assert_eq!(staged(&moved), staged(&whole));
    assert_eq!(itsm365.stats().writes, 0);
}

#[test]
fn what_changes_while_it_is_listed_is_read_whole() {
    let switches = Switches { limit_max: Some(20), change_after_page: Some(2), ..small() };
    let itsm365 = Itsm365::start(switches);
    let migration = migration(&itsm365);
    migration.run(&["extract"]);
    let tickets = itsm365.facts().tickets.len();
    let query =
        format!("SELECT count(*) FROM itsm365.tickets WHERE uuid <> 'serviceCall${}'", story::PURGED_WHILE_LISTING);
    assert_eq!(migration.count(&query) as usize, tickets);
}

#[test]
fn a_class_that_the_tenant_does_not_have_is_told_and_the_rest_goes_on() {
    let absent_classes = vec!["businessRules".to_owned(), "negotiation".to_owned(), "cmdb".to_owned()];
    let itsm365 = Itsm365::start(Switches { absent_classes, ..small() });
    let migration = migration(&itsm365);
    let output = migration.run(&["extract"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("itsm365.rules") && told.contains("не найден"), "{told}");
    migration.done(&["transform"]);
    let empty =
        migration.rows("SELECT name FROM intercom.inventory WHERE kind = 'not in this tenant' ORDER BY source_key");
    assert_eq!(empty.len(), 3, "{empty:?}");
    assert_eq!(migration.count("SELECT count(*) FROM intercom.conversations") as usize, itsm365.facts().tickets.len());
}

#[test]
fn an_attribute_of_ones_own_that_is_misspelt_is_told_and_left_out() {
    let itsm365 = Itsm365::start(Switches { tickets: 3, companies: 1, articles: 1, ..small() });
    let migration = migration(&itsm365);
    migration.set("kabinet", "kabinett");
    let output = migration.run(&["extract"]);
    let told = text(&output.stderr);
    assert!(output.status.success(), "{told}");
    assert!(told.contains("ticket_fields: the source does not know, and is not asked for: kabinett"), "{told}");
    migration.done(&["transform"]);
    let found = migration.rows("SELECT name FROM intercom.attributes WHERE name = 'itsm_nomerDogovora'");
    assert_eq!(found.len(), 1);
}

#[test]
fn paths_that_write_are_never_called_whatever_a_spec_says() {
    let itsm365 = Itsm365::start(Switches { tickets: 1, companies: 1, articles: 1, ..small() });
    let migration = migration(&itsm365);
    let spec = std::fs::read_to_string(crate::support::repository("extract/sources/itsm365.toml")).unwrap();
    let spec = spec.replace("path = \"/get-file/{uuid}\"", "path = \"/{title}/{uuid}\"");
    std::fs::create_dir(migration.path().join("sources")).unwrap();
    std::fs::write(migration.path().join("sources/itsm365.toml"), spec).unwrap();
    // A file whose name is the path of a method that deletes.
    itsm365.desk().change(|facts| {
        let ticket = facts.ticket(story::EVERY_FILE).clone();
        let content = crate::support::itsm365::desk::file::Content::Text;
        crate::support::itsm365::desk::bulk::attach(facts, &ticket, "delete", content, ticket.created);
    });
    let output = migration.run(&["extract"]);
    let told = text(&output.stderr);
    assert_eq!((output.status.code(), itsm365.stats().writes), (Some(1), 0), "{told}");
    assert!(told.contains("/delete/"), "{told}");
}

#[test]
fn a_killed_extract_goes_on_where_it_was_and_gives_the_same_rows() {
    let plain = Itsm365::start(small());
    let whole = migration(&plain);
    whole.done(&["extract"]);
    let itsm365 = Itsm365::start(Switches { delay: Duration::from_millis(4), ..small() });
    let moved = migration(&itsm365);
    let mut kills = 0;
    for calls in [20, 80, 160, 260, 340] {
        let command = if kills == 0 { &["extract"][..] } else { &["extract", "--resume"][..] };
        let mut child = moved.spawn(command);
        while itsm365.stats().api_calls < calls && child.try_wait().unwrap().is_none() {
            std::thread::sleep(Duration::from_millis(5));
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        // SIGKILL: nothing is done before it ends.
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills >= 3, "{kills}");
    moved.done(&["extract", "--resume"]);
    assert_eq!(staged(&moved), staged(&whole));
    assert_eq!(itsm365.stats().writes, 0);
}

#[test]
fn numbers_of_calls_are_as_few_as_pages_and_tickets_ask_for() {
    let stats = moved().itsm365.stats();
    let tickets = moved().facts.tickets.len() as u64;
    // Each ticket is asked for its comments (once more where it has some) and for its files.
    assert!(stats.calls["find/comment"] <= 2 * tickets + 40, "{stats:?}");
    assert!(stats.calls["find/serviceCall"] <= 8, "{stats:?}");
}
