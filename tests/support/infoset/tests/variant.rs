//! The other edition.

use serde_json::json;

use super::super::Switches;
use super::super::desk::{room, story};
use super::start;

#[test]
fn routes_parameters_and_members_have_other_names() {
    let (infoset, reader) = start(Switches::variant());
    let (_, page) = reader.get("tickets?PageNumber=1&PageSize=100&WithTotal=true");
    assert_eq!((page["data"].as_array().unwrap().len(), &page["total"]), (25, &json!(infoset.desk().tickets().len())));
    let row = &page["data"][0];
    assert!(row["title"].is_string() && row["ownerId"].is_i64() && row.get("ownerIds").is_none(), "{row}");
    let updated = row["updatedAt"].as_str().unwrap();
    let ticket = infoset.desk().ticket(row["id"].as_i64().unwrap()).unwrap();
    assert_eq!(updated, (ticket.updated + chrono::Duration::hours(3)).format("%Y-%m-%dT%H:%M:%S%.f").to_string());
    let (_, log) = reader.get(&format!("tickets/{}/logs", story::OMNI));
    let email = log["data"][0]["EmailId"].as_i64().unwrap();
    assert!(reader.get(&format!("emails/{email}")).1["html"].is_string());
    let (_, messages) = reader.get(&format!("chat/rooms/{}/messages", room::OMNI_CHAT));
    assert!(messages["data"][0]["text"].is_string());
    for gone in ["tickets/logs?TicketId=8800001", "rooms", "users", "calls"] {
        assert!([400, 404].contains(&reader.status(gone)), "{gone}");
    }
    let from = format!("tickets?UpdatedAfter={updated}&sortCol=updatedAt&sortDir=asc");
    assert_eq!(
        reader.get(&from).1["data"][0]["id"],
        row["id"],
        "a time without an offset is Istanbul's there and back"
    );
}
