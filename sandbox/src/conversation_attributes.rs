//! Conversation attributes (`/conversations/attributes`, 2.16 and later), their options, and the check of values.

use crate::attributes::{DataType, check_value, map_of};
use crate::call::Call;
use crate::ids::uuid;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post, put};
use crate::workspace::Workspace;
use serde_json::{Map, Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/conversations/attributes", list),
    post("/conversations/attributes", create),
    get("/conversations/attributes/{id}", read),
    put("/conversations/attributes/{id}", update),
    delete("/conversations/attributes/{id}", archive),
    post("/conversations/attributes/{id}/options", add_option),
    put("/conversations/attributes/{id}/options/{option_id}", rename_option),
    delete("/conversations/attributes/{id}/options/{option_id}", archive_option),
];

const TYPES: [&str; 8] = ["string", "integer", "list", "decimal", "boolean", "datetime", "relationship", "files"];

/// An attribute of conversations.
#[derive(Debug)]
pub(crate) struct ConversationAttribute {
    id: u64,
    pub(crate) name: String,
    description: String,
    pub(crate) data_type: String,
    required: bool,
    visible_to_team_ids: Value,
    multiline: bool,
    options: Vec<AttributeOption>,
    /// `one` or `many` objects of this type.
    pub(crate) reference: Option<(String, String)>,
    pub(crate) archived: bool,
    created_at: i64,
    updated_at: i64,
}

/// One entry of a list.
#[derive(Debug)]
struct AttributeOption {
    id: String,
    label: String,
    archived: bool,
}

fn unprocessable(text: impl Into<String>) -> Refusal {
    Refusal::new(422, "parameter_invalid", text)
}

fn missing(text: &str) -> Refusal {
    Refusal::new(404, "conversation_attribute_not_found", text)
}

fn json(ws: &Workspace, attribute: &ConversationAttribute) -> Value {
    let mut out = json!({
        "type": "conversation_attribute",
        "id": attribute.id,
        "name": attribute.name,
        "description": attribute.description,
        "data_type": attribute.data_type,
        "required": attribute.required,
        "visible_to_team_ids": attribute.visible_to_team_ids,
        "archived": attribute.archived,
        "created_at": attribute.created_at,
        "updated_at": attribute.updated_at,
        "admin_id": ws.own_admin().to_string(),
    });
    match attribute.data_type.as_str() {
        "string" => out["multiline"] = json!(attribute.multiline),
        "list" => {
            let options = attribute.options.iter();
            out["options"] = options
                .map(|option| json!({ "id": option.id, "label": option.label, "archived": option.archived }))
                .collect();
        }
        _ => {}
    }
    if let Some((kind, object_type)) = &attribute.reference {
        out["reference"] = json!({ "type": kind, "object_type_id": object_type });
    }
    out
}

fn list(ws: &mut Workspace, call: &Call) -> Answer {
    let archived = call.query("include_archived") == Some("true");
    let attributes = ws.conversation_attributes.values().filter(|attribute| archived || !attribute.archived);
    let data: Vec<Value> = attributes.map(|attribute| json(ws, attribute)).collect();
    Ok(Reply::json(json!({ "type": "list", "data": data })))
}

fn label(option: &Value) -> Result<String, Refusal> {
    match option.get("label") {
        None | Some(Value::Null) => Err(unprocessable("label is required")),
        Some(Value::String(label)) if label.trim().is_empty() => Err(unprocessable("label is required")),
        Some(Value::String(label)) => Ok(label.clone()),
        Some(_) => Err(unprocessable("label must be a string")),
    }
}

fn reference(ws: &Workspace, call: &Call) -> Result<Option<(String, String)>, Refusal> {
    let Some(reference) = call.field("reference") else { return Ok(None) };
    let text = |name| reference.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let (kind, object_type) = (text("type"), text("object_type_id"));
    if !matches!(kind.as_str(), "one" | "many") {
        return Err(unprocessable("reference.type must be one or many"));
    }
    if !ws.object_types.contains_key(&object_type) {
        return Err(unprocessable(format!("object type '{object_type}' does not exist")));
    }
    Ok(Some((kind, object_type)))
}

fn create(ws: &mut Workspace, call: &Call) -> Answer {
    let name = call.text("name")?.filter(|name| !name.trim().is_empty());
    let name = name.ok_or_else(|| unprocessable("name is required"))?.to_owned();
    let data_type = call.text("data_type")?.unwrap_or_default().to_owned();
    if !TYPES.contains(&data_type.as_str()) {
        let text = format!("data_type '{data_type}' is not valid. Allowed types: {}", TYPES.join(", "));
        return Err(unprocessable(text));
    }
    let labels = match call.field("options").and_then(Value::as_array) {
        Some(options) if data_type == "list" => options.iter().map(label).collect::<Result<Vec<_>, _>>()?,
        _ => Vec::new(),
    };
    if data_type == "list" && labels.len() < 2 {
        return Err(unprocessable("A list attribute must have at least 2 active options"));
    }
    let reference = reference(ws, call)?;
    if data_type == "relationship" && reference.is_none() {
        return Err(unprocessable("reference is required"));
    }
    let multiline = match call.field("multiline") {
        Some(Value::String(text)) => text == "true",
        _ => call.bool("multiline")?.unwrap_or(false),
    };
    let options = labels.into_iter().map(|label| new_option(ws, label)).collect();
    let attribute = ConversationAttribute {
        id: ws.next.other(),
        name,
        description: call.text("description")?.unwrap_or_default().to_owned(),
        data_type,
        required: call.bool("required")?.unwrap_or(false),
        visible_to_team_ids: call.field("visible_to_team_ids").cloned().unwrap_or_else(|| json!([])),
        multiline,
        options,
        reference,
        archived: false,
        created_at: call.now(),
        updated_at: call.now(),
    };
    let out = json(ws, &attribute);
    ws.conversation_attributes.insert(attribute.id, attribute);
    Ok(Reply::json(out))
}

fn new_option(ws: &mut Workspace, label: String) -> AttributeOption {
    AttributeOption { id: uuid(ws.seed, ws.next.other()), label, archived: false }
}

/// Changes one attribute and shows it.
fn change(
    ws: &mut Workspace,
    call: &Call,
    edit: impl FnOnce(&mut ConversationAttribute) -> Result<(), Refusal>,
) -> Answer {
    let gone = || missing("Conversation attribute not found");
    let id = call.number(0).map_err(|_| gone())?;
    let attribute = ws.conversation_attributes.get_mut(&id).ok_or_else(gone)?;
    edit(attribute)?;
    attribute.updated_at = call.now();
    ws.conversation_attributes.get(&id).map(|attribute| Reply::json(json(ws, attribute))).ok_or_else(gone)
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    let found = call.number(0).ok().and_then(|id| ws.conversation_attributes.get(&id));
    let attribute = found.ok_or_else(|| missing("Conversation attribute not found"))?;
    Ok(Reply::json(json(ws, attribute)))
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let reference = reference(ws, call)?;
    let (name, description) = (call.text("name")?, call.text("description")?);
    let (required, multiline) = (call.bool("required")?, call.bool("multiline")?);
    change(ws, call, |attribute| {
        attribute.name = name.map_or_else(|| attribute.name.clone(), str::to_owned);
        attribute.description = description.map_or_else(|| attribute.description.clone(), str::to_owned);
        attribute.required = required.unwrap_or(attribute.required);
        attribute.multiline = multiline.unwrap_or(attribute.multiline);
        if let Some(teams) = call.field("visible_to_team_ids") {
            attribute.visible_to_team_ids = teams.clone();
        }
        if reference.is_some() {
            attribute.reference = reference;
        }
        Ok(())
    })
}

fn archive(ws: &mut Workspace, call: &Call) -> Answer {
    change(ws, call, |attribute| {
        attribute.archived = true;
        Ok(())
    })
}

fn list_only(attribute: &ConversationAttribute) -> Result<(), Refusal> {
    if attribute.data_type == "list" {
        Ok(())
    } else {
        Err(unprocessable("Options can only be managed on list attributes"))
    }
}

fn add_option(ws: &mut Workspace, call: &Call) -> Answer {
    let label = label(&call.body)?;
    let option = new_option(ws, label);
    change(ws, call, |attribute| {
        list_only(attribute)?;
        attribute.options.push(option);
        Ok(())
    })
}

fn rename_option(ws: &mut Workspace, call: &Call) -> Answer {
    let label = label(&call.body)?;
    change(ws, call, |attribute| {
        list_only(attribute)?;
        let option = attribute.options.iter_mut().find(|option| option.id == call.param(1));
        option.ok_or_else(|| missing("List option not found"))?.label = label;
        Ok(())
    })
}

fn archive_option(ws: &mut Workspace, call: &Call) -> Answer {
    change(ws, call, |attribute| {
        list_only(attribute)?;
        let active = attribute.options.iter().filter(|option| !option.archived).count();
        let option = attribute.options.iter_mut().find(|option| option.id == call.param(1));
        let option = option.ok_or_else(|| missing("List option not found"))?;
        if !option.archived && active <= 2 {
            return Err(unprocessable("A list attribute must have at least 2 active options"));
        }
        option.archived = true;
        Ok(())
    })
}

/// Checks `custom_attributes` of a conversation; `None` when there are none.
pub(crate) fn checked(ws: &Workspace, call: &Call) -> Result<Option<Map<String, Value>>, Refusal> {
    let Some(values) = map_of(call.field("custom_attributes"))? else { return Ok(None) };
    for (name, value) in values {
        let mut named = ws.conversation_attributes.values().filter(|a| !a.archived && a.name == *name);
        let Some(attribute) = named.next() else {
            return Err(Refusal::invalid(format!("Conversation attribute '{name}' does not exist")));
        };
        if named.next().is_some() {
            return Err(Refusal::invalid(format!("There is more than one conversation attribute '{name}'")));
        }
        check(ws, attribute, value)?;
    }
    Ok(Some(values.clone()))
}

fn check(ws: &Workspace, attribute: &ConversationAttribute, value: &Value) -> Result<(), Refusal> {
    let name = &attribute.name;
    let wrong = |what: &str| Refusal::invalid(format!("Conversation attribute '{name}' {what}"));
    match attribute.data_type.as_str() {
        "integer" => check_value(name, value, DataType::Integer),
        "decimal" => check_value(name, value, DataType::Decimal),
        "boolean" => check_value(name, value, DataType::Boolean),
        "datetime" => check_value(name, value, DataType::Time),
        "list" if !value.is_null() => {
            let label = value.as_str().ok_or_else(|| wrong("takes one of its options"))?;
            let known = attribute.options.iter().any(|option| !option.archived && option.label == label);
            if known { Ok(()) } else { Err(wrong(&format!("has no option '{label}'"))) }
        }
        "relationship" if !value.is_null() => {
            let kind = attribute.reference.as_ref().and_then(|(_, kind)| ws.object_types.get(kind));
            let ids = value.as_array().ok_or_else(|| wrong("takes an array of object ids"))?;
            let known = |id: &Value| kind.is_some_and(|kind| kind.find_value(id).is_some());
            if ids.iter().all(known) { Ok(()) } else { Err(wrong("refers to an object that does not exist")) }
        }
        "list" | "relationship" | "files" => Ok(()),
        _ => check_value(name, value, DataType::Text),
    }
}

/// Attributes as the API shows them: links to custom objects are spelled out.
pub(crate) fn values_json(ws: &Workspace, values: &Map<String, Value>) -> Value {
    let mut out = values.clone();
    for attribute in ws.conversation_attributes.values() {
        let Some((_, kind)) = &attribute.reference else { continue };
        if let (Some(kind), Some(value)) = (ws.object_types.get(kind), out.get_mut(&attribute.name)) {
            *value = kind.linked_json(value);
        }
    }
    Value::Object(out)
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::json;

    #[test]
    fn undeclared_names_wrong_types_and_unknown_options_are_refused() {
        let mut h = Harness::new();
        let id = h.conversation();
        let path = format!("/conversations/{id}");
        let (status, body) = h.call("PUT", &path, json!({ "custom_attributes": { "Due": 1 } }));
        let error = &body["errors"][0];
        assert_eq!((status, &error["code"]), (400, &json!("parameter_invalid")));
        assert_eq!(error["message"], "Conversation attribute 'Due' does not exist");
        h.ok("POST", "/conversations/attributes", json!({ "name": "Due", "data_type": "datetime" }));
        let options = json!([{ "label": "low" }, { "label": "high" }]);
        let list = json!({ "name": "Priority", "data_type": "list", "options": options });
        h.ok("POST", "/conversations/attributes", list);
        let cases = [
            (json!({ "Due": 1_600_000_000, "Priority": "low" }), 200),
            (json!({ "Due": "tomorrow" }), 400),
            (json!({ "Priority": "medium" }), 400),
            (json!({ "Priority": 1 }), 400),
        ];
        for (values, wanted) in cases {
            assert_eq!(h.call("PUT", &path, json!({ "custom_attributes": values })).0, wanted, "{values}");
        }
        assert_eq!(h.get(&path)["custom_attributes"]["Priority"], "low");
    }

    #[test]
    fn two_options_must_stay_and_two_attributes_of_one_name_cannot_be_written() {
        let mut h = Harness::new();
        let list = json!({ "name": "P", "data_type": "list", "options": [{ "label": "a" }, { "label": "b" }] });
        let made = h.ok("POST", "/conversations/attributes", list.clone());
        let path = format!("/conversations/attributes/{}", made["id"]);
        let option = format!("{path}/options/{}", made["options"][0]["id"].as_str().unwrap());
        assert_eq!(h.call("DELETE", &option, json!(null)).0, 422);
        h.ok("POST", &format!("{path}/options"), json!({ "label": "c" }));
        assert_eq!(h.ok("DELETE", &option, json!(null))["options"][0]["archived"], true);
        let id = h.conversation();
        h.ok("POST", "/conversations/attributes", list);
        let (status, _) = h.call("PUT", &format!("/conversations/{id}"), json!({ "custom_attributes": { "P": "b" } }));
        assert_eq!(status, 400);
    }
}
