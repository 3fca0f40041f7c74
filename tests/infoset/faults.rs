//! What an account does to a reader: limits, refusals, failures, rows that change, chats that end, a process that is killed.

use super::{NO_WORKSPACE, settings};
use crate::support::infoset::desk::{moment, story};
use crate::support::infoset::{Infoset, Rate, Switches, changes};
use crate::support::{Migration, text};

fn migration(infoset: &Infoset) -> Migration {
    Migration::new(&settings(infoset, NO_WORKSPACE))
}

/// Tables whose rows are compared; of the others the number of rows is.
const COMPARED: [&str; 8] =
    ["tickets", "ticket_logs", "emails", "rooms", "room_messages", "contacts", "files", "articles"];

/// What is staged, in texts that are the same for the same rows, without the addresses of the stand-in.
fn staged(migration: &Migration, infoset: &Infoset) -> Vec<String> {
    let counts =
        "SELECT table_name, row_count FROM runs.tables WHERE schema_name = 'infoset' AND is_current ORDER BY 1";
    let mut texts: Vec<String> = migration.rows(counts).iter().map(ToString::to_string).collect();
    assert!(texts.len() > 30, "{texts:?}");
    for table in COMPARED {
        let rows = migration.rows(&format!("SELECT * FROM infoset.{table}"));
        let mut rows: Vec<String> =
            rows.iter().map(|row| row.to_string().replace(&infoset.files_url, "http://files")).collect();
        assert!(!rows.is_empty(), "{table}");
        rows.sort();
        texts.push(rows.join("\n"));
    }
    texts
}

#[test]
fn a_wrong_key_is_told_by_its_setting() {
    let infoset = Infoset::start(Switches { tickets: 1, ..Switches::default() });
    let migration = migration(&infoset);
    migration.set(&Switches::default().api_key, "wrong-key");
    let error = migration.refused(&["extract"]);
    assert!(error.contains("api_key") && !error.contains("wrong-key"), "{error}");
}

#[test]
fn a_killed_extract_goes_on_where_it_was_and_gives_the_same_rows() {
    let plain = Infoset::start(Switches { tickets: 40, ..Switches::default() });
    let whole = migration(&plain);
    whole.done(&["extract"]);
    let delay = std::time::Duration::from_millis(4);
    let infoset = Infoset::start(Switches { tickets: 40, delay, ..Switches::default() });
    let moved = migration(&infoset);
    let mut kills = 0;
    for calls in [80, 200, 320] {
        let command = if kills == 0 { &["extract"][..] } else { &["extract", "--resume"][..] };
        let mut child = moved.spawn(command);
        while infoset.stats().api_calls < calls && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        // SIGKILL.
        child.kill().unwrap();
        child.wait().unwrap();
        kills += 1;
    }
    assert_eq!(kills, 3);
    let told = moved.refused(&["extract"]);
    assert!(told.contains("--resume"), "{told}");
    moved.done(&["extract", "--resume"]);
    assert_eq!(staged(&moved, &infoset), staged(&whole, &plain));
    let (again, once) = (infoset.stats().api_calls, plain.stats().api_calls);
    assert!(again < once * 2, "{again} calls instead of {once}");
}

#[test]
fn limits_and_failures_cost_time_and_no_rows() {
    let plain = Infoset::start(Switches { tickets: 20, ..Switches::default() });
    let whole = migration(&plain);
    whole.done(&["extract"]);
    let switches =
        Switches { tickets: 20, unavailable: 15, cut: 5, rate: Some(Rate::a_minute(200, 60)), ..Switches::default() };
    let infoset = Infoset::start(switches);
    let moved = migration(&infoset);
    moved.set("rate_calls = 100000\nrate_seconds = 1", "rate_calls = 200\nrate_seconds = 1");
    moved.done(&["extract"]);
    assert_eq!(staged(&moved, &infoset), staged(&whole, &plain));
    let stats = infoset.stats();
    assert_eq!((stats.writes, stats.logins_leaked), (0, 0), "{stats:?}");
}

#[test]
fn a_route_that_the_plan_does_not_have_stops_no_other() {
    let refused = [("calls".to_owned(), 402), ("automations".to_owned(), 403), ("helpcenter/articles".to_owned(), 404)];
    let infoset = Infoset::start(Switches { tickets: 5, refused: refused.into(), ..Switches::default() });
    let migration = migration(&infoset);
    let output = migration.run(&["extract"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    for (table, status) in [("calls", "402"), ("automations", "403"), ("articles", "404")] {
        assert!(told.lines().any(|line| line.contains(table) && line.contains(status)), "{table} {status} in {told}");
    }
    migration.done(&["transform"]);
    assert!(migration.count("SELECT count(*) FROM intercom.conversations") > 50);
    assert_eq!(migration.count("SELECT count(*) FROM intercom.articles"), 0);
}

#[test]
fn tickets_that_move_while_they_are_listed_are_all_read() {
    let infoset = Infoset::start(Switches { tickets: 230, change_after_page: Some(1), ..Switches::default() });
    let migration = migration(&infoset);
    migration.run(&["extract"]);
    let staged: Vec<i64> =
        migration.rows("SELECT id FROM infoset.tickets").iter().map(|row| row["id"].as_i64().unwrap()).collect();
    for ticket in infoset.desk().tickets() {
        assert!(staged.contains(&ticket.id), "ticket {} is missing", ticket.id);
    }
}

#[test]
fn what_changed_since_is_brought() {
    let infoset = Infoset::start(Switches { tickets: 20, ..Switches::default() });
    let migration = migration(&infoset);
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let before = infoset.stats().of("tickets/logs");
    changes::close(infoset.desk(), story::OMNI);
    changes::write_again(infoset.desk(), story::NO_OPENING);
    migration.done(&["extract", "--since-last"]);
    migration.done(&["transform"]);
    let closed = format!(
        "SELECT count(*) FROM intercom.conversations WHERE source_key = 'infoset:ticket:{}' AND state = 'closed'",
        story::OMNI
    );
    assert_eq!(migration.count(&closed), 1);
    let parts = format!(
        "SELECT count(*) FROM intercom.conversation_parts WHERE conversation_key = 'infoset:ticket:{}'",
        story::NO_OPENING
    );
    let ticket = infoset.desk().ticket(story::NO_OPENING).unwrap();
    assert_eq!(migration.count(&parts), i64::try_from(infoset.desk().thread(&ticket).len() + 1).unwrap());
    let read = infoset.stats().of("tickets/logs") - before;
    assert!(read < 20, "{read} logs were read again");
}

#[test]
fn chats_that_were_deleted_are_listed_one_by_one() {
    let infoset = Infoset::start(Switches { tickets: 60, retention_days: Some(90), ..Switches::default() });
    let migration = migration(&infoset);
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let desk = infoset.desk();
    let mut lost: Vec<(i64, i64)> = Vec::new();
    for ticket in desk.tickets() {
        lost.extend(desk.purged_rooms(&ticket).into_iter().map(|room| (ticket.id, room)));
    }
    lost.sort_unstable();
    assert!(lost.len() > 5, "{lost:?}");
    let rows = migration.rows("SELECT ticket_id, room_id FROM intercom.base_lost_chats ORDER BY ticket_id, room_id");
    let found: Vec<(i64, i64)> =
        rows.iter().map(|row| (row["ticket_id"].as_i64().unwrap(), row["room_id"].as_i64().unwrap())).collect();
    assert_eq!(found, lost);
    let rules = migration.count("SELECT count(*) FROM intercom.dispositions WHERE rule LIKE 'tells of chat %'");
    assert_eq!(rules, i64::try_from(lost.len()).unwrap());
    assert_eq!(desk.size.now, moment::day(2026, 7, 1));
}
