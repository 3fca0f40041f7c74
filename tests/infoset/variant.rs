//! Another edition of the API, with other routes, parameters and members, is taken in by an overlay of the spec alone.

use std::collections::BTreeMap;

use super::{NO_WORKSPACE, settings};
use crate::support::infoset::{Infoset, Switches};
use crate::support::{Migration, repository};

/// What of the built-in spec is otherwise there: the text, and what takes its place everywhere.
const OTHERWISE: [(&str, &str); 19] = [
    ("number = \"Page\"", "number = \"PageNumber\""),
    ("size = \"ItemsPerPage\"\nsize_max = 100", "size = \"PageSize\"\nsize_max = 25"),
    ("ReturnTotalItems", "WithTotal"),
    ("since = \"FromUpdatedDate\"", "since = \"UpdatedAfter\""),
    ("path = \"/v1/users\"", "path = \"/v1/agents\""),
    ("[\"/v1/tickets/logs\", \"/v1/tickets/{parent.id}/logs\"]", "\"/v1/tickets/{parent.id}/logs\""),
    ("[\"/v1/deals/logs\", \"/v1/deals/{parent.id}/logs\"]", "\"/v1/deals/{parent.id}/logs\""),
    ("\"/v1/email/{parent.email_id}\"", "\"/v1/emails/{parent.email_id}\""),
    (
        "status = \"int\"\npriority = \"int\"\ncontact_id = { type = \"int\", at = [\"contactId\", \"contact.id\"] }",
        "status = { type = \"int\", at = \"statusId\" }\npriority = { type = \"int\", at = \"priorityId\" }\ncontact_id = { type = \"int\", at = \"customerId\" }",
    ),
    (
        "source = { type = \"text\", at = [\"source\", \"channel\"] }",
        "source = { type = \"text\", at = \"channelSource\" }",
    ),
    (
        "merged_into = { type = \"int\", at = [\"mergedTicketId\", \"mergedIntoId\"] }\ncustom = { type = \"json\", at = [\"customProperties\", \"customFields\"] }",
        "merged_into = { type = \"int\", at = [\"mergedTicketId\", \"mergedIntoId\"] }\ncustom = { type = \"json\", at = \"fields\" }",
    ),
    ("is_agent = { type = \"bool\", at = \"isAgent\" }", "is_agent = { type = \"bool\", at = \"fromAgent\" }"),
    ("at = [\"emailId\", \"email.id\"]", "at = \"EmailId\""),
    ("at = [\"createdDate\", \"date\"]", "at = \"createdAt\""),
    ("at = [\"createdDate\", \"openedDate\", \"startDate\"]", "at = \"createdAt\""),
    ("at = [\"createdDate\", \"date\", \"timestamp\"]", "at = \"createdAt\""),
    ("at = [\"date\", \"createdDate\", \"sentDate\"]", "at = \"date\""),
    ("sortCol = \"updatedDate\"", "sortCol = \"updatedAt\""),
    ("sortCol = \"createdDate\"", "sortCol = \"createdAt\""),
];

/// What becomes of an account, as texts that are the same for the same rows.
fn transformed(switches: Switches, overlay: Option<String>, more: &str) -> BTreeMap<String, Vec<String>> {
    let infoset = Infoset::start(switches);
    let migration = Migration::new(&settings(&infoset, &format!("{more}{NO_WORKSPACE}")));
    if let Some(overlay) = overlay {
        let folder = migration.path().join("sources");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("infoset.toml"), overlay).unwrap();
    }
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let tables = [
        (
            "conversations",
            "source_key, contact_key, title, created_at, state, assignee_key, team_key, company_key, tag_keys, participant_keys, custom_attributes",
        ),
        (
            "conversation_parts",
            "source_key, conversation_key, position, part_type, author_type, author_key, author_name, body, created_at",
        ),
        ("contacts", "*"),
        ("companies", "*"),
        ("custom_objects", "*"),
        ("articles", "source_key, parent_key, author_key, title, state, created_at"),
        ("attachments", "source_key, part_key, name, sha256"),
        ("inventory", "source_key, kind, name"),
    ];
    let ignored = infoset.stats().ignored;
    assert!(!ignored.keys().any(|name| name.starts_with("tickets?") && !name.ends_with("WithTotal")), "{ignored:?}");
    let rows = |(table, columns): (&str, &str)| {
        // Pictures of articles are known by their addresses, which are the stand-in's.
        let which =
            "source_key NOT LIKE 'infoset:inventory:article_image:%' AND source_key NOT LIKE 'infoset:picture:%'";
        let rows = migration.rows(&format!("SELECT {columns} FROM intercom.{table} WHERE {which}"));
        let mut texts: Vec<String> =
            rows.iter().map(|row| row.to_string().replace(&infoset.files_url, "http://files")).collect();
        texts.sort();
        (table.to_owned(), texts)
    };
    tables.into_iter().map(rows).collect()
}

#[test]
fn another_edition_becomes_the_same_by_an_overlay_of_the_spec_alone() {
    let mut spec = std::fs::read_to_string(repository("extract/sources/infoset.toml")).unwrap();
    for (here, there) in OTHERWISE {
        assert!(spec.contains(here), "{here} is not in the spec");
        spec = spec.replace(here, there);
    }
    // Its tickets have one owner; so have those it is compared with, but for one.
    let plain = transformed(Switches { tickets: 40, ..Switches::default() }, None, "");
    let variant = Switches { tickets: 40, ..Switches::variant() };
    let other = transformed(variant, Some(spec), "timezone = \"Europe/Istanbul\"\n");
    for (table, rows) in &plain {
        let differs: Vec<(&String, &String)> = rows.iter().zip(&other[table]).filter(|(one, two)| one != two).collect();
        assert_eq!(rows.len(), other[table].len(), "{table}");
        let allowed = |(one, two): &&(&String, &String)| {
            let owners = |text: &str| {
                text.replace(",\\\"Infoset owners\\\":\\\"Elif Şahin, Mehmet Kaya\\\"", "")
                    .replace("Mehmet Kaya, Elif Şahin", "Mehmet Kaya")
            };
            owners(one) == owners(two)
        };
        let differs: Vec<_> = differs.iter().filter(|pair| !allowed(pair)).collect();
        assert!(differs.is_empty(), "{table}: {} differ, such as {:#?}", differs.len(), differs.first());
    }
}
