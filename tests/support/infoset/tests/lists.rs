//! Paging, filters, envelopes.

use serde_json::{Value, json};

use super::super::Switches;
use super::super::desk::{people, staff, story};
use super::{ids, start};

#[test]
fn pages_are_cut_or_refused_and_totals_told_when_asked_for() {
    let (infoset, reader) = start(Switches::default());
    let (_, page) = reader.get("tickets?page=1&ITEMSPERPAGE=1000&returntotalitems=true");
    let tickets = infoset.desk().tickets().len();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["totalItems"]), (100, &json!(tickets)));
    assert_eq!(reader.rows("contacts").len(), 15);
    assert!(reader.get("contacts").1.get("totalItems").is_none());
    infoset.switch(|switches| switches.unasked_total_is_zero = true);
    assert_eq!(reader.get("contacts").1["totalItems"], 0);
    assert_eq!(reader.all("tickets").len(), tickets);
    infoset.switch(|switches| switches.oversize_is_refused = true);
    let (status, refusal) = reader.get("tickets?ItemsPerPage=101");
    assert!(status == 400 && refusal["message"].is_string(), "{refusal}");
    infoset.switch(|switches| switches.problem_details = true);
    let (status, refusal) = reader.get("tickets?Page=zero");
    assert_eq!((status, &refusal["status"], refusal["errors"]["page"].is_array()), (400, &json!(400), true));
}

#[test]
fn statuses_are_repeated_and_owners_have_commas_between_them() {
    let (infoset, reader) = start(Switches::default());
    let tickets = infoset.desk().tickets();
    let two = reader.all("tickets?Status=1&Status=2");
    assert_eq!(two.len(), tickets.iter().filter(|ticket| ticket.status <= 2).count());
    assert_eq!(reader.status("tickets?Status=1,2"), 400);
    let owned = reader.all(&format!("tickets?OwnerIds={},{}", staff::ELIF, staff::GONE));
    let by = |id: i64| tickets.iter().filter(|ticket| ticket.owners.contains(&id)).count();
    assert_eq!(owned.len(), by(staff::ELIF) + by(staff::GONE));
    assert!(!reader.rows("contacts?Search=ay%C5%9Fe").is_empty());
    assert_eq!(ids(&reader.rows("deals?Name=0815")).len(), 1);
    assert_eq!(reader.rows("deals?kaynak%5Bop%5D=1&kaynak%5Bval%5D=yok").len(), 0);
}

#[test]
fn a_window_begins_at_its_bound_or_after_it() {
    let (infoset, reader) = start(Switches::default());
    let ticket = infoset.desk().ticket(story::NO_OPENING).unwrap();
    let from = ticket.updated.format("%Y-%m-%dT%H:%M:%S%.3fZ");
    let path = format!("tickets?FromUpdatedDate={from}&sortCol=updatedDate&sortDir=asc&ItemsPerPage=100");
    assert_eq!(ids(&reader.rows(&path))[0], story::NO_OPENING);
    infoset.switch(|switches| switches.from_is_exclusive = true);
    assert_ne!(ids(&reader.rows(&path))[0], story::NO_OPENING);
    let all = reader.all("tickets?sortCol=updatedDate&sortDir=asc");
    let updated = |row: &Value| infoset.desk().ticket(row["id"].as_i64().unwrap()).unwrap().updated;
    assert!(all.is_sorted_by_key(updated));
    assert_eq!(reader.status("tickets?FromUpdatedDate=yesterday"), 400);
    assert_eq!(reader.status("tickets?sortCol=color"), 400);
    let created = format!("tickets?FromCreatedDate={0}&ToCreatedDate={0}", ticket.created.format("%Y-%m-%dT%H:%M:%SZ"));
    assert_eq!(ids(&reader.rows(&created)), [story::NO_OPENING]);
}

#[test]
fn what_nobody_listens_to_filters_nothing_and_is_counted() {
    let (infoset, reader) = start(Switches::default());
    assert!(!reader.rows("contacts?FromUpdatedDate=2099-01-01").is_empty());
    assert_eq!(infoset.stats().ignored, [("contacts?fromupdateddate".to_owned(), 1)].into());
}

#[test]
fn lists_have_less_than_details_and_details_no_envelope() {
    let (_infoset, reader) = start(Switches::default());
    let listed = &reader.rows(&format!("tickets?Search={}", story::OMNI))[0];
    let (_, detail) = reader.get(&format!("tickets/{}", story::OMNI));
    assert!(listed.get("companyId").is_none() && detail["companyId"] == people::ORNEK, "{listed}");
    assert_eq!(listed["updatedDate"], detail["updatedDate"]);
    assert_eq!(reader.get(&format!("contacts/{}", people::AYSE)).1["fullName"], "Ayşe Yılmaz");
    for gone in ["tickets/1", "contacts/1", "companies/1", "email/1", "rooms/1/messages", "chats", "chat/rooms"] {
        assert_eq!(reader.status(gone), 404, "{gone}");
    }
    assert_eq!((reader.status("tickets/logs"), reader.status("tickets/abc")), (400, 400));
    assert_eq!(reader.rows("tickets/logs?TicketId=1").len(), 0);
}

#[test]
fn every_route_lists_something() {
    let (_infoset, reader) = start(Switches::default());
    let routes = "tickets contacts companies users teams rooms calls deals deals/logs pipelines properties tags slas \
                  helpcenter/languages helpcenter/categories helpcenter/articles email/accounts automations chatbots \
                  chat/widgets reports/csat";
    for route in routes.split_whitespace() {
        assert!(!reader.rows(route).is_empty(), "{route}");
    }
    let breaches = reader.rows(&format!("slas/breaches?LinkedType=ticket&LinkedId={}", story::BREACHED));
    assert_eq!(breaches.len(), 2);
    assert_eq!(reader.rows("helpcenter/articles?Language=de").len(), 1);
    assert_eq!(reader.rows("pipelines?type=deal").len(), 1);
}
