//! Other ways to an account: a login instead of a key, files that a person has exported, what `check` and `probe` tell of it.

use super::{NO_WORKSPACE, settings};
use crate::support::infoset::desk::room;
use crate::support::infoset::{Infoset, Switches, TokenReply, changes};
use crate::support::{Migration, repository, text};

/// A migration with this spec in place of the one that comes with the command.
fn with_spec(settings: &str, change: impl FnOnce(String) -> String) -> Migration {
    let migration = Migration::new(settings);
    let spec = std::fs::read_to_string(repository("extract/sources/infoset.toml")).unwrap();
    let folder = migration.path().join("sources");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(folder.join("infoset.toml"), change(spec)).unwrap();
    migration
}

#[test]
fn an_account_without_a_key_is_read_by_a_login() {
    for (token_reply, place) in [(TokenReply::Object, "token"), (TokenReply::Bare, "")] {
        // A token that ends is fetched anew.
        let switches =
            Switches { tickets: 5, token_reply, token_seconds: 2, token_claim: "UserId", ..Switches::default() };
        let infoset = Infoset::start(Switches { delay: std::time::Duration::from_millis(20), ..switches });
        let (email, password) = Switches::default().login;
        let key = format!("api_key = \"{}\"", Switches::default().api_key);
        let login = format!("email = \"{email}\"\npassword = \"{password}\"");
        let migration = with_spec(&settings(&infoset, NO_WORKSPACE).replace(&key, &login), |spec| {
            let (before, rest) = spec.split_once("[settings.api_key]").unwrap();
            let (_, rest) = rest.split_once("\n\n").unwrap();
            let keys =
                "[settings.email]\nhelp = \"e-mail\"\n\n[settings.password]\nhelp = \"password\"\nsecret = true\n\n";
            let way = format!(
                "kind = \"log_in\"\nurl = \"{{url}}/v1/login/token\"\njson = {{ email = \"{{email}}\", password = \"{{password}}\" }}\n\
                 token = \"{place}\"\n"
            );
            format!("{before}{keys}{rest}")
                .replace("kind = \"header\"\nname = \"X-API-Key\"\nvalue = \"{api_key}\"\n", &way)
        });
        migration.done(&["extract"]);
        assert!(infoset.stats().tokens >= 2, "{:?}", infoset.stats());
        let staged = migration.count("SELECT count(*) FROM infoset.tickets");
        assert_eq!(staged, i64::try_from(infoset.desk().tickets().len()).unwrap());
    }
}

#[test]
fn calls_that_were_exported_by_hand_are_read_from_their_file() {
    let infoset = Infoset::start(Switches { tickets: 5, ..Switches::default() });
    let migration = Migration::new(&settings(&infoset, NO_WORKSPACE));
    let drop = migration.path().join("drop");
    std::fs::create_dir(&drop).unwrap();
    let calls = "id;ticketId;direction;queueName;disposition;from;to;duration;startDate\n\
                 1;8800001;inbound;Satış Hattı;answered;+905321234567;+908501234567;61;2026-05-22T01:00:00Z\n";
    std::fs::write(drop.join("calls.csv"), calls).unwrap();
    migration.done(&["extract"]);
    assert_eq!(infoset.stats().of("calls"), 0);
    migration.done(&["transform"]);
    let parts = migration.rows("SELECT body FROM intercom.conversation_parts WHERE body LIKE '%Satış Hattı%'");
    assert_eq!(parts.len(), 1, "{parts:?}");
    // What the log says of calls that are not in the file stays.
    let gone = migration
        .count("SELECT count(*) FROM intercom.conversation_parts WHERE body LIKE '%call 9900001 is not there%'");
    assert_eq!(gone, 1);
}

#[test]
fn chats_that_go_soon_are_told_before_they_go() {
    let now = changes::now();
    let infoset = Infoset::start(Switches { tickets: 20, retention_days: Some(90), now, ..Switches::default() });
    let migration = Migration::new(&settings(&infoset, NO_WORKSPACE));
    let output = migration.run(&["extract"]);
    let told = text(&output.stderr);
    let alarm = told.lines().find(|line| line.contains("rooms") && line.contains("90 days"));
    assert!(alarm.is_some(), "{told}");
    let oldest = migration.rows("SELECT id FROM infoset.rooms WHERE created < now() - INTERVAL '76 days'");
    assert!(oldest.iter().any(|row| row["id"] == room::GOING_ROOM), "{oldest:?}");
    assert_eq!(migration.count(&format!("SELECT count(*) FROM infoset.rooms WHERE id = {}", room::OLD_ROOM)), 0);
}

#[test]
fn another_edition_is_found_out_by_a_probe_as_far_as_that_can_be() {
    let infoset = Infoset::start(Switches { tickets: 20, ..Switches::variant() });
    let migration = Migration::new(&settings(&infoset, NO_WORKSPACE));
    let output = migration.run(&["probe"]);
    let told = text(&output.stdout) + &text(&output.stderr);
    assert!(migration.path().join("sources/infoset.toml").exists(), "{told}");
    assert_eq!(infoset.stats().writes, 0);
    for found in ["/v1/chat/rooms", "/v1/call-logs", "/v1/custom-fields"] {
        assert!(told.contains(found), "{found} in {told}");
    }
    assert!(told.lines().all(|line| line.chars().count() <= 100 || !line.starts_with('│')), "{told}");
    // Pages go by other names, which the corrected spec has: with it all tickets come, page by page.
    let written = std::fs::read_to_string(migration.path().join("sources/infoset.toml")).unwrap();
    assert!(written.contains("number = \"pageNumber\"\nsize = \"pageSize\"\n"), "{written}");
    migration.run(&["extract", "tickets"]);
    let staged = migration.count("SELECT count(*) FROM infoset.tickets");
    assert_eq!(staged, i64::try_from(infoset.desk().tickets().len()).unwrap());
}
