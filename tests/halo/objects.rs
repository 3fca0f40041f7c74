//! Contracts, opportunities and assets as custom objects, and that they are told once.

use serde_json::{Value, json};

use super::{attributes, desk, keys, listed, row, table, text};
use crate::support::halo::desk::people::{ACME, SAM};
use crate::support::halo::desk::story;
use crate::support::halo::desk::ticket::Kind;

#[test]
fn every_contract_is_an_object_with_its_contacts_and_conversations() {
    let contracts: Vec<_> = table("custom_objects").into_values().filter(|o| o["object_type"] == "Contract").collect();
    assert_eq!(contracts.len(), desk().contracts.len());
    for contract in &desk().contracts {
        let found = row("custom_objects", &format!("halo:contract:{}", contract.id));
        let held = attributes(&found);
        let client = desk().client(contract.client).unwrap();
        let day = |at: Option<crate::support::halo::desk::moment::Moment>| {
            at.map_or(Value::Null, |at| json!(at.format("%Y-%m-%d").to_string()))
        };
        for (name, wanted) in [
            ("Halo contract ID", json!(contract.id.to_string())),
            ("Reference", json!(contract.reference)),
            ("Description", json!(contract.title)),
            ("Company", json!(client.name.trim())),
            ("Start date", day(Some(contract.starts))),
            ("End date", day(contract.ends)),
            ("Active", json!(contract.active)),
            ("Value", json!(contract.amount)),
            ("Note", if contract.note.is_empty() { Value::Null } else { json!(contract.note) }),
        ] {
            assert_eq!(held[name], wanted, "{name} of {found}");
        }
        let named: Vec<String> = keys(&found, "contact_keys");
        for user in desk().users.all().iter().filter(|user| user.client == contract.client && !user.service) {
            if let Some(contact) = super::contact_of(user) {
                assert!(named.contains(&contact), "{contact} is not in {found}");
            }
        }
        assert!(named.iter().all(|key| table("contacts").contains_key(key)), "{found}");
    }
    let gold = row("custom_objects", "halo:contract:301");
    assert_eq!(keys(&gold, "conversation_keys"), [format!("halo:ticket:{}", story::WITH_CONTRACT)]);
    assert!(keys(&gold, "contact_keys").contains(&format!("halo:user:{SAM}")));
    // A field of contracts is an attribute of the object.
    assert!(text(&attributes(&gold), "Reference (Contract)").starts_with("REF-"), "{gold}");
    assert_eq!(desk().contracts[0].client, ACME);
}

#[test]
fn opportunities_are_objects_and_no_conversations() {
    for id in story::OPPORTUNITIES {
        let found = row("custom_objects", &format!("halo:opportunity:{id}"));
        let deal = desk().ticket(id).unwrap().deal.unwrap();
        let held = attributes(&found);
        assert_eq!((held["Value"].as_f64(), &held["Stage"]), (Some(deal.value), &json!(deal.stage.1)), "{found}");
        assert_eq!(held["Probability"].as_f64(), Some(deal.probability));
        assert_eq!(held["Company"], deal.company);
        assert_eq!(held["Contact e-mail"], deal.email);
        assert!(!table("conversations").contains_key(&format!("halo:ticket:{id}")));
        let told = listed(&format!(
            "SELECT source_table || ' ' || target_key FROM intercom.dispositions \
             WHERE source_id = '{id}' AND source_table IN ('tickets', 'opportunities') ORDER BY 1"
        ));
        let object = format!("halo:opportunity:{id}");
        assert_eq!(told, [format!("opportunities {object}"), format!("tickets {object}")]);
    }
    assert_eq!(desk().count_of(Kind::Opportunity), story::OPPORTUNITIES.len());
}

#[test]
fn assets_are_objects_of_those_who_use_them() {
    for asset in &desk().assets {
        let held = attributes(&row("custom_objects", &format!("halo:asset:{}", asset.id)));
        assert_eq!(held["Inventory number"], asset.number);
        assert_eq!(held["Name"], asset.model);
        assert_eq!(held["Inactive"], asset.inactive);
        let ends = asset.warranty_ends.map_or(Value::Null, |at| json!(at.format("%Y-%m-%d").to_string()));
        assert_eq!(held["Warranty until"], ends, "{held}");
    }
}

#[test]
fn types_are_described_for_whoever_makes_them() {
    for (object_type, attribute) in [("Contract", "Value (decimal)"), ("Asset", "Warranty until (date)")] {
        let entry = row("inventory", &format!("halo:inventory:object_type:{object_type}"));
        assert!(text(&entry, "details").contains(attribute), "{entry}");
        for object in table("custom_objects").values().filter(|object| object["object_type"] == object_type) {
            for name in attributes(object).as_object().unwrap().keys() {
                assert!(text(&entry, "details").contains(&format!("{name} (")), "{name} is not in {entry}");
            }
        }
    }
}
