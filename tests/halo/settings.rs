//! What a person can set and edit: mappings, history, optional objects; and what is refused.

use super::{NO_WORKSPACE, settings};
use crate::support::halo::{Halo, Switches};
use crate::support::{Migration, text};

/// A small tenant, read.
fn staged() -> (Halo, Migration) {
    let halo = Halo::start(Switches { tickets: 10, clients: 3, ..Switches::default() });
    let migration = Migration::new(&settings(&halo, NO_WORKSPACE));
    std::fs::create_dir(migration.path().join("mapping")).unwrap();
    migration.done(&["extract"]);
    (halo, migration)
}

fn map(migration: &Migration, name: &str, lines: &str) {
    std::fs::write(migration.path().join("mapping").join(name), lines).unwrap();
}

#[test]
fn mappings_change_what_becomes_what_and_wrong_ones_are_told() {
    let (_halo, migration) = staged();
    // A field of clients cannot become one of contacts: nothing is published.
    map(&migration, "attributes.csv", "field_id,name,model\n203,Tier,contact\n");
    let error = migration.refused(&["transform"]);
    assert!(error.contains("custom field \"Environment (Client)\" (203) is a client's in Halo"), "{error}");
    assert_eq!(migration.count("SELECT count(*) FROM runs.tables WHERE schema_name = 'intercom'"), 0);

    map(&migration, "attributes.csv", "field_id,name,model\n203,Tier,company\n103,none,\n999,Nothing,\n");
    map(
        &migration,
        "agents.csv",
        "agent_id,name,intercom_email\n5,Ann A.,ann@new.example\n77,Nobody,nobody@new.example\n",
    );
    map(&migration, "clients.csv", "client_id,become\n14,none\n");
    map(&migration, "statuses.csv", "status_id,state\n4,closed\n");
    migration.set("[intercom]", "[transform]\nhistory = \"none\"\noptional_objects = [\"cars\"]\n[intercom]");
    let error = migration.refused(&["transform"]);
    assert!(
        error.contains("[transform] optional_objects names \"cars\"; HaloCRM has opportunities, assets"),
        "{error}"
    );
    migration.set("optional_objects = [\"cars\"]\n", "");
    let told = text(&migration.run(&["transform"]).stderr);
    assert!(told.contains("mapping_is_known"), "{told}");
    let warned =
        migration.rows("SELECT reason FROM intercom.warnings WHERE check_name = 'mapping_is_known' ORDER BY 1");
    let warned: Vec<&str> = warned.iter().map(|row| row["reason"].as_str().unwrap()).collect();
    assert_eq!(
        warned,
        [
            "mapping/agents.csv names agent 77, who does not exist",
            "mapping/attributes.csv names custom field 999, which does not exist",
        ]
    );
    let one = |query: &str| migration.count(query);
    assert_eq!(
        one("SELECT count(*) FROM intercom.attributes WHERE source_key = 'halo:custom_field:203' AND name = 'Tier'"),
        1
    );
    assert_eq!(one("SELECT count(*) FROM intercom.attributes WHERE source_key = 'halo:custom_field:103'"), 0);
    assert_eq!(one("SELECT count(*) FROM intercom.admins WHERE name = 'Ann A.' AND email = 'ann@new.example'"), 1);
    assert_eq!(one("SELECT count(*) FROM intercom.companies WHERE source_key = 'halo:client:14'"), 0);
    assert_eq!(
        one("SELECT count(*) FROM intercom.base_tickets WHERE status = 'Awaiting Customer' AND state <> 'closed'"),
        0
    );
    assert_eq!(one("SELECT count(*) FROM intercom.conversation_parts WHERE body LIKE '<p>Halo: Close Ticket%'"), 0);
    let left_out =
        "SELECT count(*) FROM intercom.dispositions WHERE rule = 'an event, left out by [transform] history'";
    assert!(one(left_out) > 5);
    assert_eq!(one("SELECT count(*) FROM intercom.custom_objects WHERE object_type <> 'Contract'"), 0);
    assert_eq!(one("SELECT count(*) FROM intercom.inventory WHERE kind = 'opportunity'"), 4);
}

#[test]
fn a_sample_is_closed() {
    let halo = Halo::start(Switches { tickets: 40, clients: 10, ..Switches::default() });
    let migration = Migration::new(&settings(&halo, NO_WORKSPACE));
    migration.done(&["extract", "--sample", "10"]);
    assert_eq!(migration.count("SELECT count(*) FROM halo.tickets"), 10);
    migration.done(&["transform"]);
    assert_eq!(migration.count("SELECT count(*) FROM intercom.rejects WHERE reason <> 'file is missing'"), 0);
    let calls = halo.stats().api_calls;
    assert!(calls < 1_200, "{calls}");
}
