//! That the truth is what is served, for a reader who knows how to read it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::super::desk::CANARY;
use super::super::desk::agreement::Kept;
use super::super::desk::shown::{Author, Part};
use super::super::desk::tenant::{KINDS, STATES, TIMERS};
use super::super::desk::{people, story};
use super::super::{Itsm365, Switches};
use super::{Reader, start};

/// Attributes of a ticket as it is served.
fn ticket(reader: &Reader, id: i64) -> Value {
    reader.get(&format!("get/serviceCall${id}"), &[]).1
}

#[test]
fn the_desk_holds_all_there_is_to_go_wrong() {
    let (itsm365, reader) = start(Switches::default());
    let facts = itsm365.facts();
    assert!(facts.tickets.len() >= 200);
    for ticket in facts.tickets.values() {
        assert_eq!(ticket.solved.is_some(), ticket.state.is_done(), "{}", ticket.id);
    }
    let states: BTreeSet<_> = facts.tickets.values().map(|ticket| (ticket.kind, ticket.state)).collect();
    assert_eq!(states.len(), KINDS.len() * STATES.len(), "every kind in every state");
    let timers: BTreeSet<_> = facts.tickets.values().filter_map(|ticket| Some(ticket.timer?.0)).collect();
    assert_eq!(timers.len(), TIMERS.len());
    let kept: BTreeSet<_> = facts.tickets.values().filter_map(|ticket| facts.kept(ticket)).collect();
    assert_eq!(kept, [Kept::Met, Kept::Breached, Kept::InProgress].into());
    // The whole of an object has secrets; what was asked for has not.
    let whole = reader.get("get/employee$2201", &[]).1.to_string();
    assert_eq!(whole.matches(CANARY).count(), 2);
    let dates = reader.rows("find/comment", &[("attrs", "creationDate")]);
    let with_fraction = dates.iter().filter(|row| row["creationDate"].as_str().unwrap().contains(":00.")).count();
    assert!(0 < with_fraction && with_fraction < dates.len());
}

#[test]
fn what_is_shown_of_the_stories() {
    let (itsm365, _) = start(Switches::default());
    let facts = itsm365.facts();
    let shown = |id: i64| facts.shown(facts.ticket(id));
    let thanked = shown(story::THANKED);
    assert_eq!(thanked.last().unwrap().part, Part::Resolution);
    assert_eq!(thanked[3].at, thanked[2].at, "solved before the thanks, shown after them");
    assert!(thanked.iter().all(|message| message.public));
    let every = shown(story::EVERY_COMMENT);
    assert_eq!((every.len(), every.iter().filter(|message| message.public).count()), (13, 11));
    assert_eq!(every.iter().filter(|message| message.author == Author::Nobody).count(), 2);
    assert!(every.windows(2).all(|pair| pair[0].at <= pair[1].at));
    let pictures = shown(story::PICTURES);
    let images: Vec<usize> = pictures.iter().map(|message| message.images.len()).collect();
    assert_eq!((images, pictures.iter().map(|message| message.files.len()).sum::<usize>()), (vec![2, 1, 1], 0));
    assert_eq!(shown(story::FILES_OF_COMMENTS).iter().map(|message| message.files.len()).sum::<usize>(), 5);
    assert_eq!(shown(story::EVERY_FIELD)[0].files.len(), 2, "one of them is in two places");
    assert!(shown(story::BROKEN_PICTURE)[0].images.is_empty());
    let told = |id: i64| facts.told(facts.ticket(id));
    let kept = [story::MET, story::MET_ON_TIME, story::BREACHED, story::IN_PROGRESS, story::OVERDUE];
    let kept = kept.map(|id| told(id).sla_status.unwrap().name());
    assert_eq!(kept, ["Met", "Met", "Breached", "In Progress", "Breached"]);
    assert_eq!(told(story::ASKED_TWICE).approval, Some("approved"));
    assert_eq!((told(story::OF_TWO_PROBLEMS).problems.len(), told(story::WITH_CIS).cis.len()), (2, 3));
    let in_cycle = facts.employee(people::IN_CYCLE);
    assert_eq!((facts.company_of(in_cycle), facts.department_of(in_cycle)), (None, Some("Отдел по кругу")));
    assert_eq!(facts.company_of(facts.employee(people::ORLOVA)), Some(people::ROMASHKA));
}

#[test]
fn markers_are_in_one_text_only_and_are_served() {
    let (itsm365, reader) = start(Switches::default());
    let facts = itsm365.facts();
    let comments: String = reader.rows("find/comment", &[("attrs", "text")]).iter().map(Value::to_string).collect();
    let texts = [("attrs", "description,descriptionRTF,resultDescr")];
    let tickets: String = reader.rows("find/serviceCall", &texts).iter().map(Value::to_string).collect();
    let mut seen = BTreeSet::new();
    for message in facts.tickets.values().flat_map(|ticket| facts.shown(ticket)) {
        if !message.marker.is_empty() {
            assert!(tickets.contains(&message.marker) || comments.contains(&message.marker), "{}", message.marker);
            assert!(seen.insert(message.marker.clone()), "{}", message.marker);
        }
    }
    assert!(seen.len() > 800, "{}", seen.len());
}

#[test]
fn another_tenant_is_the_same_desk_by_other_names() {
    let (usual, reader) = start(Switches::default());
    let (other, its_reader) = start(Switches::variant());
    let (row, its) = (ticket(&reader, story::EVERY_FIELD), ticket(&its_reader, story::EVERY_FIELD));
    assert_eq!(row["number"], its["number"]);
    let (fqn, state) = (json!("serviceCall$vnINC"), json!("zakryta"));
    assert_eq!((&its["metaClass"], &its["state"]), (&fqn, &state));
    assert_eq!(row["descriptionRTF"], its["descriptionInRTF"]);
    assert!(its.get("descriptionRTF").is_none() && its["creationDate"].as_str().unwrap().ends_with(".123"));
    assert_eq!((&its["priority"]["metaClass"], &its["NomerDogovoraSD"]), (&json!("prioritet"), &json!("Д-4711/08")));
    assert_eq!(its["timeAllowanceTimer"]["status"], "s");
    assert_eq!(its_reader.get("find/priority", &[]).0, 500);
    assert_eq!(its_reader.rows("find/prioritet", &[]).len(), reader.rows("find/priority", &[]).len());
    assert_eq!(its_reader.get("find/comment", &[]).0, 500);
    let shown = |tenant: &Itsm365| tenant.facts().shown(tenant.facts().ticket(story::EVERY_COMMENT));
    assert_eq!(shown(&usual), shown(&other));
}

#[test]
fn the_small_tier_has_none_of_the_large_ones() {
    let (itsm365, reader) = start(Switches { lite: true, ..Switches::default() });
    for class in "businessRules bpm action negotiation vote problem changeRequest cmdb".split(' ') {
        assert!(reader.rows(&format!("find/{class}"), &[("attrs", "UUID,title")]).is_empty(), "{class}");
    }
    assert!(!itsm365.facts().entries.is_empty() && !reader.rows("find/template", &[]).is_empty());
    assert_eq!(ticket(&reader, story::APPROVED)["negotiations"], json!([]));
}
