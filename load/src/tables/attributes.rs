//! One attribute of contacts, companies or conversations: what is there is used, what is missing is made, options are added.
//! Where threads become tickets, those of conversations are attributes of the ticket type.
//! Source: `POST /data_attributes`, `POST /conversations/attributes` of 2.16.

use deskferry_http::{Client, Method};
use serde_json::{Value, json};

use super::{ATTRIBUTES, ticket_types};
use crate::before::Before;
use crate::intercom::{id_of, list};
use crate::rows::Row;
use crate::step::{Call, Chain, Field, Find, PathId, Settled, Step};
use crate::{Error, Result};

/// Type of an attribute of conversations that refers to custom objects.
const RELATIONSHIP: &str = "relationship";

/// The attributes of a workspace.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attributes {
    contact: Vec<Value>,
    company: Vec<Value>,
    conversation: Vec<Value>,
    /// Those of conversations are a ticket type's.
    of_tickets: bool,
}

/// How a row stands to the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    Missing,
    /// It was there and is archived: its name cannot be given again, so it is brought back.
    Archived {
        id: String,
    },
    /// It is there; these options are not.
    There {
        id: String,
        missing_options: Vec<String>,
        all_options: Vec<String>,
    },
    /// It is there with another type.
    Conflict {
        found: String,
    },
}

impl Attributes {
    /// The calls of [`Attributes::read`] or [`Attributes::of_tickets`].
    pub(crate) fn reads(&self) -> &'static [&'static str] {
        const READS: [&str; 3] = ["GET /data_attributes", "GET /data_attributes", "GET /conversations/attributes"];
        if self.of_tickets { &READS[..2] } else { &READS }
    }

    /// Three reads.
    pub(crate) async fn read(client: &Client) -> Result<Self> {
        Ok(Self {
            contact: list(client, "/data_attributes?model=contact&include_archived=true", "data").await?,
            company: list(client, "/data_attributes?model=company&include_archived=true", "data").await?,
            conversation: list(client, "/conversations/attributes", "data").await?,
            of_tickets: false,
        })
    }

    /// Two reads; `kind`: the ticket type, if it is there.
    pub(crate) async fn of_tickets(client: &Client, kind: Option<&Value>) -> Result<Self> {
        Ok(Self {
            contact: list(client, "/data_attributes?model=contact&include_archived=true", "data").await?,
            company: list(client, "/data_attributes?model=company&include_archived=true", "data").await?,
            conversation: kind.map(ticket_types::attributes).unwrap_or_default(),
            of_tickets: true,
        })
    }

    /// The attribute of this name.
    pub(crate) fn find(&self, model: &str, name: &str) -> Option<&Value> {
        self.named(model, name).into_iter().find(|a| a["archived"] != true)
    }

    fn named(&self, model: &str, name: &str) -> Vec<&Value> {
        let list = match model {
            "contact" => &self.contact,
            "company" => &self.company,
            _ => &self.conversation,
        };
        list.iter().filter(|a| a["name"] == *name && a["custom"] != false).collect()
    }

    /// The attribute of contacts or companies of this id, archived or not.
    pub(crate) fn data_by_id(&self, id: &str) -> Option<&Value> {
        self.contact.iter().chain(&self.company).find(|a| id_of(&a["id"]).as_deref() == Some(id))
    }

    /// The conversation attribute of this id.
    pub(crate) fn conversation_by_id(&self, id: &str) -> Option<&Value> {
        self.conversation.iter().find(|a| id_of(&a["id"]).as_deref() == Some(id))
    }

    /// How a row stands to the workspace.
    pub(crate) fn standing(&self, row: &Row) -> Result<Standing> {
        let (model, name, declared) = (row.must("model")?, row.must("name")?, row.must("data_type")?);
        // An archived attribute of conversations stands in nobody's way, and cannot be brought back.
        let archived = || self.named(model, name).into_iter().find(|_| model != "conversation");
        let Some(found) = self.find(model, name).or_else(archived) else { return Ok(Standing::Missing) };
        let found_type = found["data_type"].as_str().unwrap_or_default();
        let fits = match declared {
            "string" => found_type == "string",
            "list" => matches!(found_type, "list" | "options" | "string"),
            "integer" => found_type == "integer",
            "decimal" => matches!(found_type, "decimal" | "float"),
            "datetime" => matches!(found_type, "datetime" | "date"),
            other => found_type == other,
        };
        let Some(id) = id_of(&found["id"]).filter(|_| fits) else {
            return Ok(Standing::Conflict { found: found_type.to_owned() });
        };
        if found["archived"] == true {
            return Ok(Standing::Archived { id });
        }
        let mut all_options = options_of(found);
        let mut missing_options = Vec::new();
        for option in row.keys("options")?.into_iter().filter(|_| declared == "list" && found_type != "string") {
            if !all_options.contains(&option) {
                missing_options.push(option.clone());
                all_options.push(option);
            }
        }
        Ok(Standing::There { id, missing_options, all_options })
    }
}

/// Options, which come as texts, as `{value}` or as `{label}`.
pub(crate) fn options_of(attribute: &Value) -> Vec<String> {
    let one =
        |o: &Value| o.as_str().or_else(|| o["value"].as_str()).or_else(|| o["label"].as_str()).map(ToOwned::to_owned);
    let items = &attribute["input_options"]["list_options"];
    let options = if items.is_array() { items } else { &attribute["options"] };
    options
        .as_array()
        .map(|list| list.iter().filter(|o| o["archived"] != true).filter_map(one).collect())
        .unwrap_or_default()
}

/// `None` for what tickets cannot have.
pub(crate) fn chain(row: &Row, existing: &Attributes) -> Result<Option<Chain>> {
    let (key, model) = (row.must("source_key")?, row.must("model")?);
    if existing.of_tickets && model == "conversation" && row.must("data_type")? == RELATIONSHIP {
        return Ok(None);
    }
    let create = match model {
        "conversation" if existing.of_tickets => ticket_types::attribute(row)?,
        "conversation" => conversation_attribute(row)?,
        "contact" | "company" => data_attribute(row)?,
        other => {
            let reason = format!("model `{other}` of row `{key}` is none of contact, company, conversation");
            return Err(Error::Contract { table: ATTRIBUTES.to_owned(), reason });
        }
    };
    let mut create = Step::create(ATTRIBUTES, key, create, Find::Attribute);
    if model == "conversation" {
        // One that is in the ledger and not in the workspace is that of a load that made something else of threads.
        create = create.repeatable();
    }
    let mut chain = Chain::new(ATTRIBUTES, key, vec![create]);
    match existing.standing(row)? {
        Standing::Missing => {}
        Standing::Archived { id } => {
            let id = vec![PathId::Text(id)];
            let mut call = Call::new(Method::Put, "/data_attributes/{}", id).with("archived", Field::json(false));
            for step in &mut chain.steps {
                call.body.extend(step.call.body.iter().filter(|(name, _)| *name == "options").cloned());
                step.call = call.clone();
            }
        }
        Standing::Conflict { found } => {
            let message = format!(
                "the workspace has {model} attribute `{}` with type {found}, not {}",
                row.must("name")?,
                row.must("data_type")?
            );
            chain.settled = Some(Settled::Refused { code: "attribute_type", message });
        }
        Standing::There { id, missing_options, all_options } => {
            chain.settled = Some(Settled::Existed { id });
            let of_tickets = existing.of_tickets && model == "conversation";
            match of_tickets && !missing_options.is_empty() {
                true => chain.steps.extend(ticket_types::list_items(key, &all_options)),
                false => chain.steps.extend(option_steps(key, model, &missing_options, &all_options)),
            }
        }
    }
    Ok(Some(chain))
}

fn option_steps(key: &str, model: &str, missing: &[String], all: &[String]) -> Vec<Step> {
    if missing.is_empty() {
        return Vec::new();
    }
    if model == "conversation" {
        let step = |label: &String| {
            let call = Call::at(Method::Post, "/conversations/attributes/{}/options", ATTRIBUTES, key)
                .with("label", Field::json(label.as_str()));
            Step::new(ATTRIBUTES, key, format!("option:{label}"), call, Find::AttributeOption)
        };
        return missing.iter().map(step).collect();
    }
    let values = |list: &[String]| -> Value { list.iter().map(|o| json!({ "value": o })).collect() };
    let had: Vec<String> = all.iter().filter(|o| !missing.contains(o)).cloned().collect();
    let before = Before::Known(json!({ "fields": { "options": values(&had) } }));
    let call = Call::at(Method::Put, "/data_attributes/{}", ATTRIBUTES, key).with("options", Field::json(values(all)));
    vec![Step::new(ATTRIBUTES, key, "options", call, Find::Repeat).repeatable().after_reading(before)]
}

fn conversation_attribute(row: &Row) -> Result<Call> {
    let data_type = row.must("data_type")?;
    let mut call = Call::post("/conversations/attributes")
        .with("name", Field::json(row.must("name")?))
        .with("data_type", Field::json(data_type))
        .maybe("description", row.some("description")?);
    if data_type == "string" {
        call = call.with("multiline", Field::json(row.boolean("multiline")?.unwrap_or_default()));
    }
    if data_type == "list" {
        let options: Vec<Value> = row.keys("options")?.iter().map(|o| json!({ "label": o })).collect();
        call = call.with("options", Field::json(options));
    }
    if data_type == RELATIONSHIP {
        let object_type = row.keys("options")?.into_iter().next().unwrap_or_default();
        call = call.with("reference", Field::json(json!({ "type": "many", "object_type_id": object_type })));
    }
    Ok(call)
}

fn data_attribute(row: &Row) -> Result<Call> {
    let options = row.keys("options")?;
    // A list needs two options; with fewer it can only be text.
    let data_type = match row.must("data_type")? {
        "list" if options.len() >= 2 => "options",
        "list" => "string",
        "decimal" => "float",
        other => other,
    };
    let mut call = Call::post("/data_attributes")
        .with("name", Field::json(row.must("name")?))
        .with("model", Field::json(row.must("model")?))
        .with("data_type", Field::json(data_type))
        .maybe("description", row.some("description")?);
    if data_type == "options" {
        let options: Vec<Value> = options.iter().map(|o| json!({ "value": o })).collect();
        call = call.with("options", Field::json(options));
    }
    Ok(call)
}
