//! Deals, calls and their recordings, figures.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{NO_WORKSPACE, at, attributes, contact_of, desk, keys, listed, millis, moved, row, settings, table, text};
use crate::support::Migration;
use crate::support::infoset::desk::call;
use crate::support::infoset::desk::deal;
use crate::support::infoset::desk::file::Kind;
use crate::support::infoset::desk::property::PROPERTIES;
use crate::support::infoset::desk::staff::{stage_of, user_of};
use crate::support::infoset::{Infoset, Switches};

#[test]
fn where_threads_are_tickets_an_attribute_names_their_deals_and_nothing_refers_to_them() {
    let infoset = Infoset::start(Switches { tickets: 5, ..Switches::default() });
    let as_tickets = format!("[load]\ntickets_as = \"ticket\"\n{NO_WORKSPACE}");
    let migration = Migration::new(&settings(&infoset, &as_tickets));
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    let references = "SELECT count(*) FROM intercom.attributes WHERE data_type = 'relationship'";
    assert_eq!(migration.count(references), 0);
    assert_eq!(listed("SELECT name FROM intercom.attributes WHERE data_type = 'relationship'"), ["Deal"]);
    let rich = desk().deals.all().into_iter().find(|found| found.id == deal::RICH).unwrap();
    let named = migration.rows(
        "SELECT custom_attributes FROM intercom.conversations WHERE custom_attributes LIKE '%\"Infoset deals\"%'",
    );
    assert_eq!(named.len(), 1, "{named:?}");
    assert_eq!(attributes(&named[0])["Infoset deals"], rich.name);
}

#[test]
fn every_deal_is_an_object_with_its_contacts_and_tickets() {
    let found = table("custom_objects");
    assert_eq!(found.len(), desk().deals.all().len());
    for deal in desk().deals.all() {
        let row = &found[&format!("infoset:deal:{}", deal.id)];
        let held = attributes(row);
        let (pipeline, stage) = stage_of(deal::PIPELINE, deal.stage);
        let stage = if stage.is_empty() { format!("Stage {}", deal.stage) } else { stage.into() };
        let owners: Vec<String> = deal
            .owners
            .iter()
            .map(|id| user_of(*id).map_or_else(|| format!("Agent {id}"), |user| user.name()))
            .collect();
        let company = deal.company.and_then(|id| desk().company(id)).map(|company| company.name);
        for (name, wanted) in [
            ("Name", json!(deal.name)),
            ("Value", json!(deal.amount)),
            ("Currency", json!(deal.currency)),
            ("Close date", deal.close.map_or(Value::Null, |close| json!(close.format("%Y-%m-%d").to_string()))),
            ("Stage", json!(stage)),
            ("Pipeline", json!(pipeline)),
            ("Status", json!(deal.status.to_string())),
            ("Owner", if owners.is_empty() { Value::Null } else { json!(owners.join(", ")) }),
            ("Company", json!(company)),
            ("Infoset deal ID", json!(deal.id.to_string())),
        ] {
            let same = held[name] == wanted || held[name].as_f64().is_some_and(|found| Some(found) == wanted.as_f64());
            assert!(same, "{name}: {wanted} in {row}");
        }
        let contacts: Vec<String> =
            deal.contacts.iter().filter_map(|id| desk().contact(*id)).map(|contact| contact_of(&contact)).collect();
        assert_eq!(keys(row, "contact_keys"), contacts, "{row}");
        let tickets: Vec<String> = deal.tickets.iter().map(|id| format!("infoset:ticket:{id}")).collect();
        assert_eq!(keys(row, "conversation_keys"), tickets, "{row}");
        for value in &deal.properties {
            let property = PROPERTIES.iter().find(|known| known.key == value.key && known.object == "deal");
            let found = &held[property.map_or(value.key, |property| property.label)];
            assert!(*found == value.value || found.as_f64() == value.value.as_f64(), "{} in {row}", value.key);
        }
        assert_eq!(millis(row, "external_created_at"), at(deal.created), "{row}");
        for note in &deal.notes {
            let found = self::row("notes", &format!("infoset:deal_log:{}", note.id));
            assert!(text(&found, "body").contains(&note.body.marker), "{found}");
            assert_eq!((text(&found, "parent_key"), millis(&found, "created_at")), (contacts[0].as_str(), at(note.at)));
        }
    }
    let entry = row("inventory", "infoset:inventory:object_type:Deal");
    for object in found.values() {
        for name in attributes(object).as_object().unwrap().keys() {
            assert!(text(&entry, "details").contains(&format!("{name} (")), "{name} is not in {entry}");
        }
    }
}

#[test]
fn every_call_is_told_once_and_one_without_a_ticket_is_a_conversation() {
    let parts = table("conversation_parts");
    for call in desk().calls.all() {
        let detail = format!("<li>Duration: {} s</li>", call.duration);
        let has = |part: &&Value| text(part, "body").contains("<p>Call, ") && text(part, "body").contains(&detail);
        let told = listed(&format!(
            "SELECT target_key FROM intercom.dispositions WHERE source_table = 'calls' AND source_id = '{}'",
            call.id
        ));
        let part = &parts[&told[0]];
        assert!(has(&part), "{call:?} {part}");
        for detail in [call.queue, call.disposition, &call.from, &call.to] {
            assert!(text(part, "body").contains(detail), "{detail} in {part}");
        }
        assert!(call.notes.marker.is_empty() || text(part, "body").contains(&call.notes.marker), "{part}");
        if call.ticket.is_none_or(|id| desk().ticket(id).is_none()) {
            let own = row("conversations", &format!("infoset:call:{}", call.id));
            assert_eq!(attributes(&own)["channel_source"], "call");
            assert_eq!(millis(&own, "created_at"), at(call.start));
        }
    }
    let stranger = row("conversations", &format!("infoset:call:{}", call::OF_STRANGER));
    assert_eq!(stranger["contact_key"], "infoset:phone:+902129998877");
    assert_eq!(row("contacts", "infoset:phone:+902129998877")["phone"], "+902129998877");
}

#[test]
fn recordings_are_staged_with_their_hashes() {
    let rows = moved().migration.rows("SELECT * FROM intercom.recordings");
    let recorded: Vec<_> = desk().calls.all().into_iter().filter(|call| call.recording.is_some()).collect();
    assert_eq!(rows.len(), recorded.len());
    for call in recorded {
        let row = rows.iter().find(|row| row["call_id"] == call.id).unwrap();
        let file = call.recording.unwrap();
        assert_eq!(row["sha256"].is_string(), file.kind != Kind::Gone, "{row}");
        if let Some(content) = file.content() {
            use sha2::{Digest as _, Sha256};
            assert_eq!(row["sha256"], hex::encode(Sha256::digest(&content)), "{row}");
            assert_eq!(row["size"], content.len(), "{row}");
        }
        assert!(table("conversations").contains_key(text(row, "conversation_key")), "{row}");
        assert_eq!(millis(row, "started_at"), at(call.start));
    }
}

#[test]
fn recordings_are_packed_with_a_list() {
    let folder = tempfile::tempdir().unwrap();
    moved().migration.done(&["report", "recordings", "--package", folder.path().to_str().unwrap()]);
    let mut list = csv::Reader::from_path(folder.path().join("10_recordings.csv")).unwrap();
    let headers = list.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let (call_id, file) = (column("call_id"), column("file"));
    let listed: BTreeMap<i64, String> = list
        .records()
        .map(|row| row.unwrap())
        .map(|row| (row[call_id].parse().unwrap(), row[file].to_owned()))
        .collect();
    let recorded = desk().calls.all().into_iter().filter_map(|call| Some((call.id, call.recording?)));
    let mut packed = 0;
    for (call, recording) in recorded {
        let name = &listed[&call];
        match recording.content() {
            Some(content) => assert_eq!(std::fs::read(folder.path().join("files").join(name)).unwrap(), content),
            None => assert_eq!(name, ""),
        }
        packed += usize::from(!name.is_empty());
    }
    assert!(listed.contains_key(&9_900_001) && listed[&9_900_001] == "9900001.mp3", "{listed:?}");
    assert_eq!(std::fs::read_dir(folder.path().join("files")).unwrap().count(), packed);
    // Figures are packed likewise: one CSV for each.
    moved().migration.done(&["report", "figures", "--package", folder.path().to_str().unwrap()]);
    let volumes = std::fs::read_to_string(folder.path().join("10_volumes.csv")).unwrap();
    assert!(volumes.starts_with("month,total,email,form,chat,social,call,other,closed\n"), "{volumes}");
}

#[test]
fn figures_are_those_of_the_account() {
    let figure = |name: &str| -> Vec<Value> {
        let file = format!("sql/infoset/report/figures/{name}.sql");
        serde_json::from_str(&moved().migration.done(&["--json", "sql", "--file", &file])).unwrap()
    };
    let sum = |rows: &[Value], column: &str| rows.iter().map(|row| row[column].as_i64().unwrap()).sum::<i64>();
    let volumes = figure("10_volumes");
    assert_eq!(sum(&volumes, "total"), i64::try_from(table("conversations").len()).unwrap());
    let tickets = figure("20_stages");
    let conversations = table("conversations").keys().filter(|key| key.starts_with("infoset:ticket:")).count();
    assert_eq!(sum(&tickets, "tickets"), i64::try_from(conversations).unwrap());
    let satisfaction = figure("30_satisfaction");
    let ratings = desk().ratings();
    assert_eq!(sum(&satisfaction, "ratings"), i64::try_from(ratings.len()).unwrap());
    let fives = ratings.iter().filter(|rating| rating.score == 5).count();
    assert_eq!(sum(&satisfaction, "5"), i64::try_from(fives).unwrap());
    let agents = figure("40_agents");
    let elif = agents.iter().find(|row| row["agent"] == "Elif Şahin").unwrap();
    let calls = desk().calls.all().iter().filter(|call| call.user == Some(5013)).count();
    assert_eq!(elif["calls"], calls, "{elif}");
    let times = figure("50_response_times");
    assert!(times.iter().all(|row| row["answered"].as_i64() <= row["threads"].as_i64()), "{times:?}");
    assert!(times.iter().any(|row| row["median minutes to the first reply"].as_f64().is_some_and(|m| m > 0.0)));
    let breaches: usize = desk().tickets().iter().map(|ticket| desk().breaches(ticket).len()).sum();
    assert_eq!(sum(&figure("60_service_levels"), "missed"), i64::try_from(breaches).unwrap());
    let csv =
        moved().migration.done(&["sql", "--file", "sql/infoset/report/figures/10_volumes.sql", "--format", "csv"]);
    assert!(csv.starts_with("month,total,email,form,chat,social,call,other,closed\n"), "{csv}");
    let document = moved().migration.done(&["report", "figures"]);
    assert!(document.contains("## Satisfaction by month"), "{document}");
}
