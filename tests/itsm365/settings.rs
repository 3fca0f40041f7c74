//! What `[source]` lets the user choose.

use serde_json::{Value, json};

use super::{Moved, attributes, keys, text};
use crate::support::Migration;
use crate::support::itsm365::desk::people::{ACCOUNTING, CYCLE, ORLOVA, PAYROLL};
use crate::support::itsm365::desk::story;
use crate::support::itsm365::{Itsm365, Switches};

fn small() -> Switches {
    Switches { tickets: 20, companies: 2, articles: 3, ..Switches::default() }
}

fn balanced(moved: &Moved) {
    let query = "SELECT source_table FROM intercom.dispositions GROUP BY source_table, source_id HAVING count(*) > 1";
    assert_eq!(moved.listed(query), Vec::<String>::new());
    let lost = moved.listed(
        "SELECT source_table || ' ' || source_id AS lost FROM intercom.dispositions WHERE target_key IS NULL AND rule IS NULL",
    );
    assert_eq!(lost, Vec::<String>::new());
    let staged = moved.migration.rows(
        "SELECT staged.table_name, staged.row_count, told.rows FROM runs.tables AS staged \
         LEFT JOIN (SELECT source_table, count(*) AS rows FROM intercom.dispositions GROUP BY source_table) AS told \
         ON told.source_table = staged.table_name WHERE staged.schema_name = 'itsm365' AND staged.is_current \
         AND staged.row_count > 0 AND staged.table_name NOT IN ('_defects', 'files', 'settings') \
         AND coalesce(told.rows, 0) <> staged.row_count",
    );
    assert_eq!(staged, Vec::<Value>::new());
}

#[test]
fn every_staged_row_has_one_disposition() {
    for moved in super::tenants() {
        balanced(moved);
    }
}

#[test]
fn changes_can_be_conversations_and_problems_notes() {
    let more = "changes = \"conversation\"\nproblems = \"note\"\npriority_tags = \"combined\"\n";
    let moved = Moved::with(small(), more);
    assert_eq!(moved.table("custom_objects").len(), 0);
    let rows = moved.table("conversations");
    for change in moved.facts.changes.values() {
        let row = &rows[&moved.key("changeRequest", change.id)];
        assert_eq!(
            (text(row, "title"), attributes(row)["itsm_ticket_id"].as_i64()),
            (change.subject.as_str(), Some(change.number))
        );
    }
    let said = moved.facts.comments_of(("changeRequest", 70_011));
    for said in &said {
        let part = moved.row("conversation_parts", &moved.key("comment", said.id));
        assert_eq!(part["conversation_key"], moved.key("changeRequest", 70_011));
        assert_eq!(part["part_type"], if said.private { "note" } else { "comment" });
    }
    let parts_of_files = |prefix: &str| -> Vec<Value> {
        let with = |row: &Value| text(row, "part_key").starts_with(prefix).then(|| row["part_key"].clone());
        moved.table("attachments").values().filter_map(with).collect()
    };
    // Two of the comment that names one and shows one; one that was attached later is a message of its own.
    assert_eq!(parts_of_files(&moved.key("comment", said[1].id)).len(), 2);
    let attached = moved.facts.files_of(("changeRequest", 70_011))[0].id;
    let message = moved.row("conversation_parts", &format!("itsm365:file_message:{attached}"));
    assert_eq!(message["conversation_key"], moved.key("changeRequest", 70_011));
    assert_eq!(parts_of_files("itsm365:problem_note:70101:").len(), 6);
    let unlinked = moved.row("inventory", "itsm365:inventory:problem:70103");
    assert!(text(&unlinked, "details").contains(&moved.facts.comments_of(("problem", 70_103))[0].text.marker));
    for problem in moved.facts.problems.values() {
        for ticket in &problem.tickets {
            let note = moved.row("conversation_parts", &format!("itsm365:problem_note:{}:{ticket}", problem.id));
            assert_eq!(
                (&note["part_type"], &note["conversation_key"]),
                (&json!("note"), &json!(moved.key("serviceCall", *ticket)))
            );
            for said in moved.facts.comments_of(("problem", problem.id)) {
                assert!(text(&note, "body").contains(&said.text.marker), "{note}");
            }
            for said in [&problem.root_cause, &problem.workaround].into_iter().flatten() {
                assert!(text(&note, "body").contains(&said.replace('&', "&amp;")), "{note}");
            }
            let row = &rows[&moved.key("serviceCall", *ticket)];
            let tags = moved.table("tags");
            let named: Vec<&str> = keys(row, "tag_keys")
                .iter()
                .map(|key| text(&tags[key], "name").to_owned())
                .map(|name| &*name.leak())
                .collect();
            assert!(named.contains(&&*format!("itsm_problem: PRB{}", problem.number)), "{named:?}");
        }
    }
    let row = &rows[&moved.key("serviceCall", story::EVERY_FIELD)];
    let tags = moved.table("tags");
    let names: Vec<String> = keys(row, "tag_keys").iter().map(|key| text(&tags[key], "name").to_owned()).collect();
    assert_eq!(names, ["itsm_priority: Критический / Высокая / Вся компания"]);
    balanced(&moved);
}

#[test]
fn a_word_that_a_setting_does_not_take_is_refused_with_those_that_it_takes() {
    let migration = Migration::new(
        "[source]\nkind = \"itsm365\"\nurl = \"http://127.0.0.1:9\"\naccess_key = \"k\"\npriority_tags = \"both\"\n",
    );
    let error = migration.refused(&["transform"]);
    let wanted = "line 5: `priority_tags` takes one of `separate`, `combined`, `none`, not `both`";
    assert!(error.contains(wanted), "{error}");
}

#[test]
fn companies_can_be_departments() {
    let moved = Moved::with(small(), "companies = \"department\"\npriority_tags = \"none\"\narchived = \"skip\"\n");
    let rows = moved.table("companies");
    assert_eq!(rows.len(), moved.facts.ous.values().filter(|ou| ou.fqn != "ou$ouRoles").count());
    let told = attributes(&rows[&moved.key("ou", PAYROLL)]);
    assert_eq!(
        (&told["itsm_path"], &told["itsm_type"]),
        (&json!("ООО Ромашка > Бухгалтерия > Расчётная группа"), &json!("Отдел"))
    );
    assert_eq!(attributes(&rows[&moved.key("ou", ACCOUNTING)])["itsm_parent"], "ООО Ромашка");
    assert!(rows.contains_key(&moved.key("ou", CYCLE[0])));
    let contact = moved.row("contacts", &moved.key("employee", ORLOVA));
    assert_eq!(keys(&contact, "company_keys"), [moved.key("ou", PAYROLL)]);
    assert_eq!(moved.table("tags").len(), 0);
    let archived = moved.facts.tickets.values().filter(|ticket| ticket.removed.is_some()).count();
    assert!(archived > 0);
    assert_eq!(moved.table("conversations").len(), moved.facts.tickets.len() - archived);
    balanced(&moved);
}

#[test]
fn companies_can_be_configuration_items() {
    let moved = Moved::with(small(), "companies = \"configuration_item\"\nci_attributes = \"IP\"\n");
    let rows = moved.table("companies");
    assert_eq!(rows.len(), moved.facts.cis.len());
    let told = attributes(&rows[&moved.key("cmdb", 80_107)]);
    assert_eq!(
        (&told["ci_type"], &told["itsm_path"]),
        (&json!("Комплектующее"), &json!("Конфигурационная единица > Картридж 59X"))
    );
    assert_eq!(attributes(&rows[&moved.key("cmdb", 80_101)])["itsm_company_IP"], "10.0.0.1");
    let conversation = moved.row("conversations", &moved.key("serviceCall", story::WITH_CIS));
    assert_eq!(conversation["company_key"], moved.key("cmdb", 80_101));
    let contact = moved.row("contacts", text(&conversation, "contact_key"));
    assert!(keys(&contact, "company_keys").contains(&moved.key("cmdb", 80_102)), "{contact}");
    assert_eq!(
        moved.listed("SELECT name FROM intercom.inventory WHERE kind = 'configuration item'"),
        Vec::<String>::new()
    );
    balanced(&moved);
}

#[test]
fn of_the_small_tier_the_inventory_says_why_it_is_empty() {
    let moved = Moved::with(Switches { lite: true, ..small() }, "");
    let empty =
        moved.listed("SELECT name FROM intercom.inventory WHERE kind = 'not in this tenant' ORDER BY source_key");
    assert_eq!(empty.len(), 7, "{empty:?}");
    let why = moved.listed("SELECT recommendation FROM intercom.inventory WHERE kind = 'not in this tenant'");
    assert!(why.iter().all(|why| why.contains("Lite")), "{why:?}");
    assert_eq!(moved.table("custom_objects").len(), 0);
    assert_eq!(moved.table("conversations").len(), moved.facts.tickets.len());
    balanced(&moved);
}

#[test]
fn dates_are_of_the_zone_that_the_settings_name() {
    let moved = Moved::with(Switches { tickets: 3, companies: 1, ..small() }, "timezone = \"Europe/Moscow\"\n");
    let ticket = moved.facts.ticket(story::EVERY_FIELD);
    let row = moved.row("conversations", &moved.key("serviceCall", story::EVERY_FIELD));
    let three_hours = chrono::TimeDelta::hours(3);
    assert_eq!(super::time(&row, "created_at").naive_utc(), ticket.created - three_hours);
    let due = ticket.due.unwrap() - three_hours;
    assert_eq!(attributes(&row)["itsm_sla_resolution_due"], due.and_utc().timestamp());
}

#[test]
fn a_sample_is_the_newest_tickets_and_what_belongs_to_them() {
    let itsm365 = Itsm365::start(Switches { companies: 2, articles: 3, ..Switches::default() });
    let migration = Migration::new(&super::settings(&itsm365, super::NO_WORKSPACE));
    migration.done(&["extract", "--sample", "5"]);
    let newest = migration.rows(
        "SELECT count(*) AS tickets, (SELECT count(DISTINCT ticket) FROM itsm365.ticket_comments) AS told FROM itsm365.tickets",
    );
    assert_eq!(newest[0]["tickets"], 5, "{newest:?}");
    assert!(newest[0]["told"].as_i64() <= Some(5), "{newest:?}");
    migration.done(&["transform"]);
    assert_eq!(migration.count("SELECT count(*) FROM intercom.conversations"), 5);
    assert_eq!(migration.count("SELECT count(*) FROM intercom.rejects"), 0);
}
