//! People and company attributes (`/data_attributes`) and the check of values against them.
//!
//! Stricter than Intercom may be: a name that is not declared, or a value that is not among the declared options, is
//! refused with 400, because whether Intercom creates it or refuses it depends on the workspace.

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, get, post, put};
use crate::workspace::Workspace;
use serde_json::{Map, Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/data_attributes", list),
    post("/data_attributes", create),
    put("/data_attributes/{data_attribute_id}", update),
];

/// Attributes in use that one workspace can have.
const ATTRIBUTES_MAX: usize = 250;

/// Whose attribute it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Model {
    Contact,
    Company,
}

impl Model {
    fn name(self) -> &'static str {
        match self {
            Self::Contact => "contact",
            Self::Company => "company",
        }
    }

    fn data_of(self) -> &'static str {
        match self {
            Self::Contact => "people data",
            Self::Company => "company data",
        }
    }
}

/// What values an attribute takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DataType {
    Text,
    Integer,
    Decimal,
    Boolean,
    Time,
}

/// An attribute of contacts or companies.
#[derive(Debug)]
pub(crate) struct Attribute {
    id: u64,
    model: Model,
    name: String,
    description: String,
    data_type: DataType,
    options: Vec<String>,
    messenger_writable: bool,
    archived: bool,
    created_at: i64,
    updated_at: i64,
}

fn json(ws: &Workspace, attribute: &Attribute) -> Value {
    let data_type = match attribute.data_type {
        DataType::Text => "string",
        DataType::Integer => "integer",
        DataType::Decimal => "float",
        DataType::Boolean => "boolean",
        DataType::Time => "date",
    };
    let mut out = json!({
        "type": "data_attribute",
        "id": attribute.id,
        "model": attribute.model.name(),
        "name": attribute.name,
        "full_name": format!("custom_attributes.{}", attribute.name),
        "label": attribute.name,
        "description": attribute.description,
        "data_type": data_type,
        "api_writable": true,
        "messenger_writable": attribute.messenger_writable,
        "ui_writable": true,
        "custom": true,
        "archived": attribute.archived,
        "created_at": attribute.created_at,
        "updated_at": attribute.updated_at,
        "admin_id": ws.own_admin().to_string(),
    });
    if !attribute.options.is_empty() {
        out["options"] = json!(attribute.options);
    }
    out
}

fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let model = match call.query("model") {
        None => None,
        Some("contact") => Some(Model::Contact),
        Some("company") => Some(Model::Company),
        Some("conversation") => {
            let text = "model=conversation is no longer supported. Use GET /conversations/attributes instead";
            return Err(Refusal::new(422, "parameter_invalid", text));
        }
        Some(other) => return Err(Refusal::invalid(format!("model '{other}' is unknown"))),
    };
    let archived = call.query("include_archived") == Some("true");
    let data: Vec<Value> = ws
        .attributes
        .values()
        .filter(|attribute| model.is_none_or(|model| model == attribute.model))
        .filter(|attribute| archived || !attribute.archived)
        .map(|attribute| json(ws, attribute))
        .collect();
    Ok(Reply::json(json!({ "type": "list", "data": data })))
}

/// `[{value}]` as plain texts; at least two.
fn options(call: &Call) -> Result<Vec<String>, Refusal> {
    let options = call.field("options").and_then(Value::as_array);
    let options = options.filter(|options| options.len() >= 2);
    let options = options.ok_or_else(|| Refusal::invalid("Options isn't an array"))?;
    let text = |option: &Value| option.get("value").and_then(Value::as_str).map(str::to_owned);
    options.iter().map(|option| text(option).ok_or_else(|| Refusal::invalid("every option needs a value"))).collect()
}

fn create(ws: &mut Workspace, call: &Call) -> Answer {
    let name = call.text_needed("name")?.to_owned();
    let model = match call.text_needed("model")? {
        "contact" => Model::Contact,
        "company" => Model::Company,
        other => return Err(Refusal::invalid(format!("model '{other}' is unknown; use contact or company"))),
    };
    let (data_type, options) = match call.text_needed("data_type")? {
        "string" => (DataType::Text, Vec::new()),
        "integer" => (DataType::Integer, Vec::new()),
        "float" => (DataType::Decimal, Vec::new()),
        "boolean" => (DataType::Boolean, Vec::new()),
        "datetime" | "date" => (DataType::Time, Vec::new()),
        "options" => (DataType::Text, options(call)?),
        other => return Err(Refusal::invalid(format!("data_type '{other}' is not valid"))),
    };
    let allowed = |c: char| c.is_alphanumeric() || " _-$£€¥₺₽₹¢".contains(c);
    if !name.chars().all(allowed) {
        let text =
            "Your name for this attribute must only contain alphanumeric characters, currency symbols, and hyphens";
        return Err(Refusal::invalid(text));
    }
    if let Some(have) = ws.attributes.values().find(|have| have.name == name) {
        return Err(Refusal::invalid(format!(
            "You already have '{name}' in your {}. To save this as new {}, use a different name.",
            have.model.data_of(),
            model.data_of(),
        )));
    }
    if ws.attributes.values().filter(|attribute| !attribute.archived).count() >= ATTRIBUTES_MAX {
        return Err(Refusal::invalid(format!("You have reached the limit of {ATTRIBUTES_MAX} attributes")));
    }
    let attribute = Attribute {
        id: ws.next.other(),
        model,
        name,
        description: call.text("description")?.unwrap_or_default().to_owned(),
        data_type,
        options,
        messenger_writable: call.bool("messenger_writable")?.unwrap_or(false),
        archived: false,
        created_at: call.now(),
        updated_at: call.now(),
    };
    let out = json(ws, &attribute);
    ws.attributes.insert(attribute.id, attribute);
    Ok(Reply::json(out))
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let missing = || Refusal::new(404, "field_not_found", "We couldn't find that data attribute to update");
    let id = call.number(0).map_err(|_| missing())?;
    let new_options = call.field("options").map(|_| options(call)).transpose()?;
    let (archived, writable) = (call.bool("archived")?, call.bool("messenger_writable")?);
    let description = call.text("description")?.map(str::to_owned);
    let attribute = ws.attributes.get_mut(&id).ok_or_else(missing)?;
    if let Some(options) = new_options {
        attribute.options = options;
    }
    attribute.archived = archived.unwrap_or(attribute.archived);
    attribute.messenger_writable = writable.unwrap_or(attribute.messenger_writable);
    if let Some(description) = description {
        attribute.description = description;
    }
    attribute.updated_at = call.now();
    ws.attributes.get(&id).map(|attribute| Reply::json(json(ws, attribute))).ok_or_else(missing)
}

/// Checks `custom_attributes` of a contact or company; `None` when there are none.
pub(crate) fn checked(ws: &Workspace, model: Model, call: &Call) -> Result<Option<Map<String, Value>>, Refusal> {
    let Some(values) = map_of(call.field("custom_attributes"))? else { return Ok(None) };
    for (name, value) in values {
        if model == Model::Contact && ws.object_types.values().any(|kind| kind.contact_relation.as_ref() == Some(name))
        {
            continue;
        }
        let attribute = ws.attributes.values().find(|a| !a.archived && a.model == model && a.name == *name);
        let Some(attribute) = attribute else {
            return Err(Refusal::invalid(format!("Custom attribute '{name}' does not exist")));
        };
        check_value(name, value, attribute.data_type)?;
        check_option(name, value, &attribute.options)?;
    }
    Ok(Some(values.clone()))
}

/// An object of attributes; `null` is none.
pub(crate) fn map_of(values: Option<&Value>) -> Result<Option<&Map<String, Value>>, Refusal> {
    match values {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(values)) => Ok(Some(values)),
        Some(_) => Err(Refusal::invalid("custom_attributes must be an object")),
    }
}

/// A value fits as itself or as text that says it (the description types company and conversation values as text).
pub(crate) fn check_value(name: &str, value: &Value, data_type: DataType) -> Result<(), Refusal> {
    let text = value.as_str();
    let fits = match data_type {
        _ if value.is_null() => true,
        DataType::Text => text.is_some(),
        DataType::Integer => value.is_i64() || text.is_some_and(|text| text.parse::<i64>().is_ok()),
        DataType::Decimal => {
            value.is_number() || text.is_some_and(|text| text.parse::<f64>().is_ok_and(f64::is_finite))
        }
        DataType::Boolean => value.is_boolean() || matches!(text, Some("true" | "false")),
        DataType::Time => value.is_i64() || text.is_some_and(is_time),
    };
    let kind = match data_type {
        DataType::Text => "string",
        DataType::Integer => "integer",
        DataType::Decimal => "decimal",
        DataType::Boolean => "boolean",
        DataType::Time => "datetime",
    };
    if fits { Ok(()) } else { Err(Refusal::invalid(format!("Custom attribute '{name}' must be of type {kind}"))) }
}

/// A value of a list must be one of its options.
pub(crate) fn check_option(name: &str, value: &Value, options: &[String]) -> Result<(), Refusal> {
    match value.as_str() {
        Some(text) if !options.is_empty() && !options.iter().any(|option| option == text) => {
            Err(Refusal::invalid(format!("Custom attribute '{name}' has no option '{text}'")))
        }
        _ => Ok(()),
    }
}

fn is_time(text: &str) -> bool {
    text.parse::<i64>().is_ok()
        || chrono::DateTime::parse_from_rfc3339(text).is_ok()
        || text.parse::<chrono::NaiveDate>().is_ok()
}

/// Puts new values over old ones; `null` removes.
pub(crate) fn merge(have: &mut Map<String, Value>, new: Map<String, Value>) {
    for (name, value) in new {
        if value.is_null() {
            have.shift_remove(&name);
        } else {
            have.insert(name, value);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn a_name_is_unique_across_contacts_and_companies() {
        let mut h = Harness::new();
        let body = |model| json!({ "name": "Plan", "model": model, "data_type": "string" });
        h.ok("POST", "/data_attributes", body("company"));
        for model in ["contact", "company"] {
            let (status, refused) = h.call("POST", "/data_attributes", body(model));
            assert_eq!((status, &refused["errors"][0]["code"]), (400, &json!("parameter_invalid")));
            let message = refused["errors"][0]["message"].as_str().unwrap();
            assert!(message.starts_with("You already have 'Plan' in your company data"), "{message}");
        }
        let bad = json!({ "name": "a.b", "model": "contact", "data_type": "string" });
        assert_eq!(h.call("POST", "/data_attributes", bad).0, 400);
        assert_eq!(h.call("GET", "/data_attributes?model=conversation", json!(null)).0, 422);
    }

    #[test]
    fn values_are_checked_against_declarations() {
        let mut h = Harness::new();
        for (name, data_type) in [("seats", "integer"), ("since", "datetime"), ("vip", "boolean")] {
            h.ok("POST", "/data_attributes", json!({ "name": name, "model": "contact", "data_type": data_type }));
        }
        let options = json!([{ "value": "gold" }, { "value": "iron" }]);
        h.ok(
            "POST",
            "/data_attributes",
            json!({ "name": "tier", "model": "contact", "data_type": "options", "options": options }),
        );
        let id = h.contact("a@x.test");
        let path = format!("/contacts/{id}");
        let cases = [
            (json!({ "seats": 5, "since": 1_600_000_000, "vip": true, "tier": "gold" }), 200),
            (json!({ "seats": "many" }), 400),
            (json!({ "vip": "yes" }), 400),
            (json!({ "tier": "wood" }), 400),
            (json!({ "colour": "red" }), 400),
            (json!({ "seats": null }), 200),
        ];
        for (values, wanted) in cases {
            let (status, body) = h.call("PUT", &path, json!({ "custom_attributes": values }));
            assert_eq!(status, wanted, "{values} {body}");
        }
        let have = h.get(&path)["custom_attributes"].clone();
        assert_eq!(have, json!({ "since": 1_600_000_000, "vip": true, "tier": "gold" }));
    }
}
