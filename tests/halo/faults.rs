//! What a tenant does to a reader: tokens that end, limits, missing rights, wrong settings, a process that is killed.

use super::{NO_WORKSPACE, settings};
use crate::support::halo::desk::lookup::CLOSED;
use crate::support::halo::desk::moment::day;
use crate::support::halo::desk::story;
use crate::support::halo::{Halo, Rate, Switches};
use crate::support::{Migration, text};

fn migration(halo: &Halo) -> Migration {
    Migration::new(&settings(halo, NO_WORKSPACE))
}

/// Tables whose rows are compared; of the others the number of rows is.
const COMPARED: [&str; 9] = [
    "tickets",
    "actions",
    "users",
    "clients",
    "ticket_fields",
    "attachments",
    "files",
    "kb_articles",
    "workflow_actions",
];

/// What is staged, in texts that are the same for the same rows, without the addresses of the stand-in.
fn staged(migration: &Migration, halo: &Halo) -> Vec<String> {
    let host = halo.url.trim_end_matches("/api");
    let counts = "SELECT table_name, row_count FROM runs.tables WHERE schema_name = 'halo' AND is_current ORDER BY 1";
    let mut texts: Vec<String> = migration.rows(counts).iter().map(ToString::to_string).collect();
    assert!(texts.len() > 50, "{texts:?}");
    for table in COMPARED {
        let rows = migration.rows(&format!("SELECT * FROM halo.{table}"));
        let mut rows: Vec<String> = rows.iter().map(|row| row.to_string().replace(host, "http://desk")).collect();
        assert!(!rows.is_empty(), "{table}");
        rows.sort();
        texts.push(rows.join("\n"));
    }
    texts
}

#[test]
fn wrong_settings_are_told_by_their_key() {
    let halo = Halo::start(Switches { tickets: 1, clients: 1, ..Switches::default() });
    for (from, to, told) in [
        ("client_secret = \"app-secret-5150\"", "client_secret = \"wrong\"", "client_secret"),
        ("tenant = \"acme\"", "tenant = \"other\"", "tenant"),
        ("tenant = \"acme\"", "tenant = \"acme\"\nscope = \"read:everything\"", "scope"),
    ] {
        let migration = migration(&halo);
        migration.set(from, to);
        let error = migration.refused(&["extract"]);
        assert!(error.contains(told), "{told} is not in {error}");
        assert!(!error.contains("app-secret-5150") && !error.contains("wrong\""), "{error}");
    }
}

#[test]
fn a_token_that_is_revoked_in_the_middle_is_fetched_anew() {
    let plain = Halo::start(Switches { tickets: 40, clients: 5, ..Switches::default() });
    let whole = migration(&plain);
    whole.done(&["extract"]);
    let switches =
        Switches { tickets: 40, clients: 5, revoke_after: Some(120), token_seconds: 3600, ..Switches::default() };
    let halo = Halo::start(switches);
    let moved = migration(&halo);
    moved.done(&["extract"]);
    assert!(halo.stats().tokens >= 2, "{:?}", halo.stats());
    assert_eq!((halo.stats().writes, halo.stats().logins_leaked), (0, 0));
    assert_eq!(staged(&moved, &halo), staged(&whole, &plain));
}

#[test]
fn what_an_agent_may_not_read_is_told_and_the_rest_goes_on() {
    let forbidden = vec!["ticketrules".to_owned(), "workflow".to_owned()];
    let halo = Halo::start(Switches { tickets: 5, clients: 2, forbidden, ..Switches::default() });
    let migration = migration(&halo);
    let output = migration.run(&["extract"]);
    let told = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("ticket_rules") && told.contains("403"), "{told}");
    migration.done(&["transform"]);
    assert_eq!(migration.count("SELECT count(*) FROM intercom.inventory WHERE kind = 'ticket rule'"), 0);
    assert!(migration.count("SELECT count(*) FROM intercom.conversations") > 50);
}

#[test]
fn a_killed_extract_goes_on_where_it_was_and_gives_the_same_rows() {
    let plain = Halo::start(Switches { tickets: 60, clients: 10, ..Switches::default() });
    let whole = migration(&plain);
    whole.done(&["extract"]);
    let delay = std::time::Duration::from_millis(4);
    let halo = Halo::start(Switches { tickets: 60, clients: 10, delay, ..Switches::default() });
    let moved = migration(&halo);
    let mut kills = 0;
    for calls in [100, 250, 400, 550] {
        let command = if kills == 0 { &["extract"][..] } else { &["extract", "--resume"][..] };
        let mut child = moved.spawn(command);
        while halo.stats().api_calls < calls && child.try_wait().unwrap().is_none() {
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        if kills == 2 {
            // Ctrl-C.
            let interrupt = std::process::Command::new("kill").args(["-INT", &child.id().to_string()]).status();
            assert!(interrupt.unwrap().success());
        } else {
            child.kill().unwrap();
        }
        child.wait().unwrap();
        kills += 1;
    }
    assert!(kills >= 3, "it was killed {kills} times");
    let told = moved.refused(&["extract"]);
    assert!(told.contains("--resume"), "{told}");
    moved.done(&["extract", "--resume"]);
    assert_eq!(staged(&moved, &halo), staged(&whole, &plain));
    // What had been fetched was not fetched again, but for a second's worth before each kill.
    let (again, once) = (halo.stats().api_calls, plain.stats().api_calls);
    assert!(again < once * 2, "{again} calls instead of {once}");
}

#[test]
fn the_granted_rate_is_used_and_kept() {
    // 300 calls in 300 s, 25 times faster: 12 s.
    let halo = Halo::start(Switches { tickets: 60, clients: 30, rate: Some(Rate::hosted(25)), ..Switches::default() });
    let migration = migration(&halo);
    migration.set("rate_calls = 100000\nrate_seconds = 1", "rate_calls = 300\nrate_seconds = 12");
    let start = std::time::Instant::now();
    migration.done(&["extract"]);
    let (took, stats) = (start.elapsed().as_secs_f64(), halo.stats());
    // As many as are granted at once, then none until the window has passed.
    let least = ((stats.api_calls - 1) / 300 * 12) as f64;
    assert!(least > 20.0, "{stats:?}");
    // Two seconds to begin, and to publish what was read.
    assert!(took < least / 0.97 + 2.0, "{} calls took {took} s, {least} s would do", stats.api_calls);
    assert_eq!(stats.refused, 0, "{stats:?}");
}

#[test]
fn the_forecast_is_what_it_takes() {
    let halo = Halo::start(Switches { tickets: 600, clients: 30, ..Switches::default() });
    let migration = migration(&halo);
    let told = text(&migration.run(&["extract"]).stderr);
    let calls = halo.stats().api_calls as f64;
    let forecast = told.lines().find_map(|line| line.strip_prefix("forecast: about ")?.split(' ').next());
    let forecast: f64 = forecast.unwrap_or_else(|| panic!("no forecast in {told}")).replace(',', "").parse().unwrap();
    assert!((forecast - calls).abs() / calls < 0.02, "{forecast} calls were foretold, it took {calls}");
}

#[test]
fn a_restricted_agent_sees_less_and_is_told_apart_by_counts() {
    let only_teams = Some(vec![13]);
    let halo = Halo::start(Switches { tickets: 60, clients: 5, only_teams, ..Switches::default() });
    let migration = migration(&halo);
    migration.done(&["extract"]);
    let mine = "SELECT count(*) FROM halo.tickets WHERE team_id <> 13";
    assert_eq!(migration.count(mine), 0);
    let staged = migration.count("SELECT count(*) FROM halo.tickets");
    assert!(staged > 10 && staged < halo.desk().briefs().len() as i64, "{staged}");
    migration.done(&["transform"]);
}

#[test]
fn lists_that_change_under_the_reader_are_read_until_nothing_is_missing() {
    let switches =
        Switches { tickets: 250, clients: 20, change_after_page: Some(2), vanishing: true, ..Switches::default() };
    let halo = Halo::start(Switches { unavailable: 10, cut: 5, ..switches });
    let migration = migration(&halo);
    migration.run(&["extract"]);
    let staged: Vec<i64> =
        migration.rows("SELECT id FROM halo.tickets").iter().map(|row| row["id"].as_i64().unwrap()).collect();
    for brief in halo.desk().briefs() {
        assert!(staged.contains(&brief.id), "ticket {} is missing", brief.id);
    }
    assert_eq!(halo.stats().writes, 0);
}

#[test]
fn other_ways_of_telling_give_the_same_rows() {
    let plain = Halo::start(Switches { tickets: 30, clients: 5, ..Switches::default() });
    let whole = migration(&plain);
    whole.done(&["extract"]);
    let other = Switches { raw_downloads: true, agents_in_results: true, ids_as_doubles: true, ..Switches::default() };
    let halo =
        Halo::start(Switches { tickets: 30, clients: 5, repeats_last_page: true, bare_list_has_all: true, ..other });
    let moved = migration(&halo);
    moved.done(&["extract"]);
    assert_eq!(staged(&moved, &halo), staged(&whole, &plain));
    assert_eq!(halo.stats().logins_leaked, 0);
}

#[test]
fn what_changed_since_is_brought_and_the_rest_is_left_alone() {
    let halo = Halo::start(Switches { tickets: 30, clients: 5, ..Switches::default() });
    // Holds a field twice: rows that share a key cannot be compared, so all would be read again.
    halo.desk().purge(story::EVERY_FIELD);
    let migration = migration(&halo);
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let closed =
        "SELECT count(*) FROM intercom.conversations WHERE source_key = 'halo:ticket:1002' AND state = 'closed'";
    assert_eq!(migration.count(closed), 0);
    let before = halo.stats().of("tickets/{id}");
    let now = day(2030, 1, 1);
    halo.desk().change(story::NO_OPENING, |ticket, _| {
        ticket.brief.closed = true;
        ticket.brief.status = CLOSED;
        ticket.brief.closed_at = Some(now);
        ticket.brief.updated = now;
        ticket.summary = "Closed meanwhile".into();
    });
    migration.done(&["extract", "--since-last"]);
    migration.done(&["transform"]);
    assert_eq!(migration.count(closed), 1);
    let title = "SELECT count(*) FROM intercom.conversations WHERE title = 'Closed meanwhile'";
    assert_eq!(migration.count(title), 1);
    let read = halo.stats().of("tickets/{id}") - before;
    assert!((1..10).contains(&read), "{read} tickets were read in full again");
}
