//! The ticket type of a migration, which every ticket is of: one of the workspace with the name in the settings, or a new one.
//! Source: `POST /ticket_types`, `POST /ticket_types/{id}/attributes` of 2.16.
//!
//! Attributes of conversations become attributes of this type. Their values are told in the form that their type asks for: items
//! of a list by id, which is read from the workspace before the first ticket goes out. Items of a list are told to Intercom as
//! one text with commas between them, so a list with an item that has a comma becomes a text, as does one of fewer than two.

use async_trait::async_trait;
use deskferry_http::{Client, Method};
use serde_json::{Map, Value};

use super::{ATTRIBUTES, TICKET_TYPES};
use crate::Result;
use crate::chains::Chains;
use crate::intercom::{id_of, list};
use crate::rows::Row;
use crate::settings::Settings;
use crate::step::{Call, Chain, Field, Find, PathId, Reference, Settled, Status, Step};

/// Key of the one ticket type of a migration.
pub(crate) const KEY: &str = "ticket_type";
/// The call of [`all`].
pub(crate) const READS: [&str; 1] = ["GET /ticket_types"];

/// All ticket types of the workspace, with their attributes and states.
pub(crate) async fn all(client: &Client) -> Result<Vec<Value>> {
    list(client, "/ticket_types", "data").await
}

/// The type of this id; where none is known, or no longer there, the one of this name.
pub(crate) fn pick<'a>(types: &'a [Value], id: Option<&str>, name: &str) -> Option<&'a Value> {
    let by_id = types.iter().find(|t| id.is_some() && id_of(&t["id"]).as_deref() == id);
    let wanted = name.trim().to_lowercase();
    let has_name = |t: &&Value| t["name"].as_str().is_some_and(|n| n.trim().to_lowercase() == wanted);
    by_id.or_else(|| types.iter().find(|t| t["archived"] != true && has_name(t)))
}

/// The chain of the ticket type, as a table of one row.
pub(crate) struct One(pub(crate) Option<Chain>);

#[async_trait]
impl Chains for One {
    async fn next(&mut self) -> Result<Option<Chain>> {
        Ok(self.0.take())
    }
}

/// `existing`: the type of this name in the workspace. The name counts until the type is in the ledger.
pub(crate) fn chain(settings: &Settings, existing: Option<&Value>) -> Chain {
    let call = Call::post("/ticket_types")
        .with("name", Field::json(settings.ticket_type.as_str()))
        .with("description", Field::json("Tickets that were migrated"))
        .with("category", Field::json("Customer"));
    let mut chain = Chain::new(TICKET_TYPES, KEY, vec![Step::create(TICKET_TYPES, KEY, call, Find::TicketType)]);
    chain.settled = existing.and_then(|t| id_of(&t["id"])).map(|id| Settled::Existed { id });
    chain
}

/// Attributes of a type, which come as a list or as a list in a list.
pub(crate) fn attributes(kind: &Value) -> Vec<Value> {
    let list = &kind["ticket_type_attributes"];
    let list = [&list["data"], &list["ticket_type_attributes"], list].into_iter().find_map(Value::as_array);
    list.cloned().unwrap_or_default()
}

/// Makes the attribute of a row of `attributes`.
pub(crate) fn attribute(row: &Row) -> Result<Call> {
    let (name, options) = (row.must("name")?, row.keys("options")?);
    let data_type = match row.must("data_type")? {
        "list" if options.len() < 2 || options.iter().any(|o| o.contains(',')) => "string",
        other => other,
    };
    let description = row.some("description")?.unwrap_or_else(|| name.to_owned());
    let mut call = Call::at(Method::Post, "/ticket_types/{}/attributes", TICKET_TYPES, KEY)
        .with("name", Field::json(name))
        .with("description", Field::json(description))
        .with("data_type", Field::json(data_type))
        .with("required_to_create", Field::json(false))
        .with("required_to_create_for_contacts", Field::json(false))
        // What the source kept for its staff is not shown to customers.
        .with("visible_to_contacts", Field::json(false));
    match data_type {
        "string" => call = call.with("multiline", Field::json(row.boolean("multiline")?.unwrap_or_default())),
        "list" => call = call.with("list_items", Field::json(options.join(","))),
        _ => {}
    }
    Ok(call)
}

/// Adds items to a list by telling all of them; not where one has a comma.
pub(crate) fn list_items(key: &str, all: &[String]) -> Option<Step> {
    if all.iter().any(|item| item.contains(',')) {
        return None;
    }
    let ids = [(TICKET_TYPES, KEY), (ATTRIBUTES, key)].map(|(table, key)| PathId::Id(Reference::new(table, key)));
    let call = Call::new(Method::Put, "/ticket_types/{}/attributes/{}", ids.into())
        .with("list_items", Field::json(all.join(",")));
    Some(Step::new(ATTRIBUTES, key, "options", call, Find::Repeat).repeatable())
}

/// The ticket type as the workspace has it.
#[derive(Debug, Default)]
pub(crate) struct TicketType {
    attributes: Vec<Value>,
    states: Vec<Value>,
    /// It may still lack what a load would have made by now.
    rehearsed: bool,
}

impl TicketType {
    pub(crate) fn new(kind: Option<&Value>, rehearsed: bool) -> Self {
        let Some(kind) = kind else { return Self { rehearsed, ..Self::default() } };
        let states = kind["ticket_states"]["data"].as_array().cloned().unwrap_or_default();
        Self { attributes: attributes(kind), states, rehearsed }
    }

    /// Values in the form that their attributes ask for. What has no attribute stays as it is, for Intercom to refuse.
    ///
    /// # Errors
    /// The value that is no item of its list.
    pub(crate) fn values(&self, values: &Map<String, Value>) -> Result<Map<String, Value>, String> {
        let value = |(name, value): (&String, &Value)| {
            let attribute = self.attributes.iter().find(|a| a["name"] == **name && a["archived"] != true);
            let value = match attribute {
                Some(attribute) => self.value(attribute, value)?,
                None => value.clone(),
            };
            Ok((name.clone(), value))
        };
        values.iter().map(value).collect()
    }

    fn value(&self, attribute: &Value, value: &Value) -> Result<Value, String> {
        let text = text_of(value);
        let parsed = match attribute["data_type"].as_str().unwrap_or_default() {
            "list" => return self.item(attribute, &text),
            "string" => Some(text.into()),
            _ if !value.is_string() => None,
            "integer" | "datetime" => text.parse::<i64>().ok().map(Value::from),
            "decimal" => text.parse::<f64>().ok().map(Value::from),
            "boolean" => text.parse::<bool>().ok().map(Value::from),
            _ => None,
        };
        Ok(parsed.unwrap_or_else(|| value.clone()))
    }

    fn item(&self, attribute: &Value, text: &str) -> Result<Value, String> {
        let text = text.trim();
        let items = attribute["input_options"]["list_options"].as_array().map(Vec::as_slice).unwrap_or_default();
        let is_it = |o: &&Value| o["archived"] != true && o["label"].as_str().map(str::trim) == Some(text);
        match items.iter().find(is_it).and_then(|o| id_of(&o["id"])) {
            Some(id) => Ok(id.into()),
            None if self.rehearsed => Ok(text.into()),
            None => Err(format!("`{text}` is no item of the list `{}`", text_of(&attribute["name"]))),
        }
    }

    /// The state of this label, if it is of one of these categories.
    pub(crate) fn labelled(&self, label: &str, categories: &[&str]) -> Option<String> {
        let label = label.trim();
        let is_it = |s: &&Value| {
            s["internal_label"].as_str().is_some_and(|l| l.trim() == label)
                && s["category"].as_str().is_some_and(|c| categories.contains(&c))
        };
        self.states.iter().find(is_it).map(|_| label.to_owned())
    }

    /// Id of a state.
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn state(&self, status: &Status) -> Result<String, String> {
        let label = status.label.as_deref();
        let of_label =
            self.states.iter().find(|s| label.is_some() && s["internal_label"].as_str().map(str::trim) == label);
        let of_category = || self.states.iter().find(|s| s["category"] == status.category);
        match of_label.or_else(of_category).and_then(|s| id_of(&s["id"])) {
            Some(id) => Ok(id),
            None if self.rehearsed => Ok(status.category.to_owned()),
            None => Err(format!("the ticket type has no state of category {}", status.category)),
        }
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn kind() -> Value {
        let of = |name: &str, data_type: &str| json!({ "name": name, "data_type": data_type, "input_options": null });
        let mut list = of("Priority", "list");
        list["input_options"] =
            json!({ "list_options": [{ "id": "g-1", "label": "low" }, { "id": "g-2", "label": "high" }] });
        let state =
            |id: &str, category: &str, label: &str| json!({ "id": id, "category": category, "internal_label": label });
        let attributes = [
            list,
            of("Number", "integer"),
            of("Price", "decimal"),
            of("VIP", "boolean"),
            of("Due", "datetime"),
            of("Text", "string"),
        ];
        let states =
            [state("1", "submitted", "New"), state("2", "in_progress", "Working"), state("3", "resolved", "Done")];
        json!({ "id": 7, "name": "Migrated ticket", "ticket_type_attributes": { "data": attributes }, "ticket_states": { "data": states } })
    }

    #[test]
    fn values_take_the_form_of_their_attribute() {
        let kind = TicketType::new(Some(&kind()), false);
        let values = json!({ "Priority": "high", "Number": "7", "Price": 2, "VIP": "true", "Due": 1_600_000_000, "Text": 5, "Other": "x" });
        let wanted = json!({ "Priority": "g-2", "Number": 7, "Price": 2, "VIP": true, "Due": 1_600_000_000, "Text": "5", "Other": "x" });
        assert_eq!(Value::Object(kind.values(values.as_object().unwrap()).unwrap()), wanted);
        let unknown = json!({ "Priority": "urgent" });
        assert_eq!(
            kind.values(unknown.as_object().unwrap()).unwrap_err(),
            "`urgent` is no item of the list `Priority`"
        );
    }

    #[test]
    fn states_are_found_by_label_within_their_categories_and_else_by_category() {
        let kind = TicketType::new(Some(&kind()), false);
        assert_eq!(kind.labelled("Working", &["submitted", "in_progress"]), Some("Working".to_owned()));
        assert_eq!(kind.labelled("Done", &["submitted", "in_progress"]), None);
        let id = |category, label: Option<&str>| kind.state(&Status { category, label: label.map(Into::into) });
        assert_eq!(id("in_progress", Some("Working")), Ok("2".to_owned()));
        assert_eq!(id("resolved", None), Ok("3".to_owned()));
        assert!(id("waiting_on_customer", None).is_err());
    }

    #[test]
    fn a_type_is_picked_by_id_then_by_name_unless_archived() {
        let types = [
            json!({ "id": "1", "name": "Bug" }),
            json!({ "id": "2", "name": "migrated Ticket " }),
            json!({ "id": "3", "name": "Old", "archived": true }),
        ];
        let id = |id: Option<&str>, name: &str| pick(&types, id, name).and_then(|t| id_of(&t["id"]));
        assert_eq!(id(Some("1"), "Migrated ticket").as_deref(), Some("1"));
        assert_eq!(id(None, "Migrated ticket").as_deref(), Some("2"));
        assert_eq!(id(None, "Old"), None);
    }
}
