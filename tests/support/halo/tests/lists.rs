//! Order, ids only, spans of time, flags: what lists of tickets and actions listen to.

use serde_json::{Value, json};

use super::super::Switches;
use super::super::desk::story;
use super::start;

fn ids(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}

#[test]
fn lists_are_ordered_as_asked_and_else_the_newest_is_first() {
    let (_halo, reader) = start(Switches::default());
    let list = |query: &str| ids(&reader.rows(&format!("/Tickets?open_only=true&count=1000{query}"), "tickets"));
    let (up, down, bare) = (list("&order=id"), list("&order=id&orderdesc=true"), list(""));
    assert!(up.is_sorted() && up.iter().rev().eq(&down) && bare == down);
    let changed = reader.rows("/Tickets?open_only=true&count=1000&order=last_update", "tickets");
    assert_ne!(ids(&changed), up);
    let names = reader.rows("/Client?pageinate=true&page_size=100&order=name", "clients");
    assert!(names.iter().map(|row| row["name"].as_str()).is_sorted());
}

#[test]
fn ids_only_are_all_of_them() {
    let (halo, reader) = start(Switches::default());
    let users = reader.rows("/Users?idonly=true&includeinactive=true&pageinate=true&page_size=10", "users");
    assert_eq!(users.len(), halo.desk().users.len());
    assert_eq!(users[0].as_object().unwrap().len(), 1);
    let tickets = reader.rows("/Tickets?ticketidonly=true&open_only=true", "tickets");
    assert_eq!(tickets.len(), halo.desk().counts().open);
    assert!(tickets[0].get("summary").is_none() && tickets[0].get("client_name").is_some());
}

#[test]
fn names_and_fields_are_in_lists_when_they_are_asked_for() {
    let (_halo, reader) = start(Switches::default());
    let row =
        |query: &str| reader.rows(&format!("/Tickets?ticketids={}{query}", story::EVERY_FIELD), "tickets").remove(0);
    assert!(row("").get("status_name").is_none() && row("").get("customfields").is_none());
    assert_eq!(row("&includestatus=true")["status_name"], "In Progress");
    assert_eq!(row("&include_custom_fields=101,103")["customfields"].as_array().unwrap().len(), 3, "two of one select");
    let children = reader.rows(&format!("/Tickets?ticketids={}&includechildids=true", story::PARENT), "tickets");
    assert_eq!(children[0]["child_ticket_ids"], json!(story::CHILDREN));
}

#[test]
fn actions_of_a_day_and_not_of_more() {
    let (halo, reader) = start(Switches::default());
    let ticket = halo.desk().ticket(story::EVERY_ACTION).unwrap();
    let day = ticket.brief.opened.date();
    let span = |days: u64| {
        let to = day + chrono::Days::new(days);
        reader.get(&format!("/Actions?startdate={day}T00:00:00&enddate={to}T00:00:00Z&count=1000"))
    };
    let (_, body) = span(1);
    let own = body["actions"].as_array().unwrap().iter().filter(|row| row["ticket_id"] == json!(story::EVERY_ACTION));
    assert_eq!(own.count(), 14);
    assert_eq!(span(2).1, json!({"record_count": 0, "actions": []}));
    halo.switch(|switches| switches.long_span_is_refused = true);
    assert_eq!(span(2).0, 400);
}

#[test]
fn actions_can_be_left_out_and_cut() {
    let (halo, reader) = start(Switches::default());
    let count =
        |query: &str| reader.rows(&format!("/Actions?ticket_id={}{query}", story::EVERY_ACTION), "actions").len();
    assert_eq!((count(""), count("&excludesys=true"), count("&excludeprivate=true")), (14, 13, 11));
    halo.switch(|switches| switches.actions_max = 5);
    let (_, body) = reader.get(&format!("/Actions?ticket_id={}&count=10000", story::EVERY_ACTION));
    assert_eq!((body["actions"].as_array().unwrap().len(), &body["record_count"]), (5, &json!(14)));
    let (_, one) = reader.get(&format!("/Actions/9?ticket_id={}&includeemail=true", story::EVERY_ACTION));
    assert!(one["id"] == 9 && one["emailbody_html"].as_str().unwrap().contains("T1001A9z"));
    assert_eq!(reader.get("/Actions/9").1["resultCode"], 404, "a number means nothing without its ticket");
}

#[test]
fn every_id_can_be_a_double() {
    let (_halo, reader) = start(Switches { ids_as_doubles: true, ..Switches::default() });
    let row = reader.rows("/Tickets?ticketids=1001&closed_only=true", "tickets").remove(0);
    assert_eq!((row["id"].to_string(), row["client_id"].to_string()), ("1001.0".into(), "12.0".into()));
}
