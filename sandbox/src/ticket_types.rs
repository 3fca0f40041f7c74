//! Ticket types with their attributes and states. Two attributes come with every type; nothing can be deleted.

use crate::attributes::{DataType, check_value};
use crate::call::Call;
use crate::ids::uuid;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, get, post, put};
use crate::workspace::Workspace;
use crate::workspace_file::WorkspaceFile;
use serde_json::{Map, Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/ticket_states", list_states),
    get("/ticket_types", list),
    post("/ticket_types", create),
    get("/ticket_types/{ticket_type_id}", read),
    put("/ticket_types/{ticket_type_id}", update),
    post("/ticket_types/{ticket_type_id}/attributes", add_attribute),
    put("/ticket_types/{ticket_type_id}/attributes/{attribute_id}", update_attribute),
];

/// Where a ticket can stand.
#[derive(Debug)]
pub(crate) struct TicketState {
    pub(crate) id: u64,
    pub(crate) category: &'static str,
    pub(crate) label: &'static str,
}

/// A kind of tickets.
#[derive(Debug)]
pub(crate) struct TicketType {
    id: u64,
    name: String,
    description: String,
    pub(crate) category: String,
    icon: String,
    attributes: Vec<TicketAttribute>,
    archived: bool,
    created_at: i64,
    updated_at: i64,
}

/// An attribute of a ticket type.
#[derive(Debug)]
struct TicketAttribute {
    id: u64,
    name: String,
    description: String,
    data_type: String,
    /// Id and label: values of a list are ids.
    options: Vec<(String, String)>,
    multiline: bool,
    required: bool,
    required_for_contacts: bool,
    visible_on_create: bool,
    visible_to_contacts: bool,
    default: bool,
    archived: bool,
    created_at: i64,
    updated_at: i64,
}

pub(crate) fn states() -> Vec<TicketState> {
    let states = [
        ("submitted", "Submitted"),
        ("in_progress", "In progress"),
        ("waiting_on_customer", "Waiting on you"),
        ("resolved", "Resolved"),
    ];
    (1..).zip(states).map(|(id, (category, label))| TicketState { id, category, label }).collect()
}

pub(crate) fn state_json(state: &TicketState) -> Value {
    json!({
        "type": "ticket_state",
        "id": state.id.to_string(),
        "category": state.category,
        "internal_label": state.label,
        "external_label": state.label,
    })
}

pub(crate) fn json(ws: &Workspace, kind: &TicketType) -> Value {
    let attributes: Vec<Value> =
        (0..).zip(&kind.attributes).map(|(order, a)| attribute_json(ws, kind, a, order)).collect();
    let states: Vec<Value> = ws.ticket_states.iter().map(state_json).collect();
    json!({
        "type": "ticket_type",
        "id": kind.id.to_string(),
        "category": kind.category,
        "name": kind.name,
        "description": kind.description,
        "icon": kind.icon,
        "workspace_id": ws.app_id,
        "ticket_type_attributes": { "type": "list", "data": attributes, "ticket_type_attributes": attributes },
        "ticket_states": { "type": "list", "data": states },
        "archived": kind.archived,
        "created_at": kind.created_at,
        "updated_at": kind.updated_at,
    })
}

fn attribute_json(ws: &Workspace, kind: &TicketType, attribute: &TicketAttribute, order: usize) -> Value {
    let input_options = match attribute.data_type.as_str() {
        "string" => json!({ "multiline": attribute.multiline }),
        "list" => {
            let options = attribute.options.iter();
            json!({ "list_options": options.map(|(id, label)| json!({ "id": id, "label": label })).collect::<Vec<_>>() })
        }
        _ => json!({}),
    };
    json!({
        "type": "ticket_type_attribute",
        "id": attribute.id.to_string(),
        "workspace_id": ws.app_id,
        "name": attribute.name,
        "description": attribute.description,
        "data_type": attribute.data_type,
        "input_options": input_options,
        "order": order,
        "required_to_create": attribute.required,
        "required_to_create_for_contacts": attribute.required_for_contacts,
        "visible_on_create": attribute.visible_on_create,
        "visible_to_contacts": attribute.visible_to_contacts,
        "default": attribute.default,
        "ticket_type_id": kind.id,
        "archived": attribute.archived,
        "created_at": attribute.created_at,
        "updated_at": attribute.updated_at,
    })
}

fn new_attribute(id: u64, name: &str, data_type: &str, now: i64) -> TicketAttribute {
    TicketAttribute {
        id,
        name: name.to_owned(),
        description: String::new(),
        data_type: data_type.to_owned(),
        options: Vec::new(),
        multiline: name == "_default_description_",
        required: false,
        required_for_contacts: false,
        visible_on_create: true,
        visible_to_contacts: true,
        default: name.starts_with("_default_"),
        archived: false,
        created_at: now,
        updated_at: now,
    }
}

fn with_options(ws: &mut Workspace, labels: impl Iterator<Item = String>) -> Vec<(String, String)> {
    labels.map(|label| (uuid(ws.seed, ws.next.other()), label)).collect()
}

fn add_type(ws: &mut Workspace, name: &str, category: &str, now: i64) -> u64 {
    let defaults = ["_default_title_", "_default_description_"];
    let attributes = defaults.map(|name| new_attribute(ws.next.other(), name, "string", now)).into();
    let id = ws.next.other();
    let kind = TicketType {
        id,
        name: name.to_owned(),
        description: String::new(),
        category: category.to_owned(),
        icon: "🎟️".to_owned(),
        attributes,
        archived: false,
        created_at: now,
        updated_at: now,
    };
    ws.ticket_types.insert(id, kind);
    id
}

/// Types of the workspace file.
pub(crate) fn add_from_file(ws: &mut Workspace, file: &WorkspaceFile, now: i64) {
    for entry in &file.ticket_types {
        let id = add_type(ws, &entry.name, &entry.category, now);
        let mut attributes = Vec::new();
        for have in &entry.attributes {
            let mut attribute = new_attribute(ws.next.other(), &have.name, &have.data_type, now);
            attribute.options = with_options(ws, have.options.iter().cloned());
            attribute.required = have.required;
            attributes.push(attribute);
        }
        if let Some(kind) = ws.ticket_types.get_mut(&id) {
            kind.description.clone_from(&entry.description);
            kind.icon.clone_from(&entry.icon);
            kind.attributes.append(&mut attributes);
        }
    }
}

impl Workspace {
    pub(crate) fn ticket_type(&self, id: &str) -> Result<&TicketType, Refusal> {
        let missing = || Refusal::not_found("Ticket type not found");
        id.parse().ok().and_then(|id: u64| self.ticket_types.get(&id)).ok_or_else(missing)
    }

    fn ticket_type_mut(&mut self, id: &str) -> Result<&mut TicketType, Refusal> {
        let missing = || Refusal::not_found("Ticket type not found");
        id.parse().ok().and_then(|id: u64| self.ticket_types.get_mut(&id)).ok_or_else(missing)
    }
}

impl TicketType {
    pub(crate) fn id(&self) -> u64 {
        self.id
    }

    /// Checks the values of a ticket; on creation the required ones must be there.
    pub(crate) fn check(&self, values: &Map<String, Value>, creation: bool) -> Result<(), Refusal> {
        for (name, value) in values {
            let have = self.attributes.iter().find(|attribute| !attribute.archived && attribute.name == *name);
            let have = have.ok_or_else(|| Refusal::invalid(format!("Ticket attribute '{name}' does not exist")))?;
            match have.data_type.as_str() {
                "integer" => check_value(name, value, DataType::Integer)?,
                "decimal" => check_value(name, value, DataType::Decimal)?,
                "boolean" => check_value(name, value, DataType::Boolean)?,
                "datetime" => check_value(name, value, DataType::Time)?,
                "list" if !value.is_null() && !have.options.iter().any(|(id, _)| value.as_str() == Some(id)) => {
                    return Err(Refusal::invalid(format!("'{name}' takes the id of one of its list items")));
                }
                "list" | "files" => {}
                _ => check_value(name, value, DataType::Text)?,
            }
        }
        let lacks = |a: &&TicketAttribute| a.required && !a.archived && values.get(&a.name).is_none_or(Value::is_null);
        if creation && self.attributes.iter().any(|attribute| lacks(&attribute)) {
            return Err(Refusal::invalid("Missing required ticket attributes"));
        }
        Ok(())
    }
}

fn list_states(ws: &mut Workspace, _call: &Call) -> Answer {
    let types: Vec<Value> = ws.ticket_types.values().map(|kind| json(ws, kind)).collect();
    let states = ws.ticket_states.iter().map(|state| {
        let mut out = state_json(state);
        out["archived"] = json!(false);
        out["ticket_types"] = json!({ "type": "list", "data": types });
        out
    });
    Ok(Reply::json(json!({ "type": "list", "data": states.collect::<Vec<_>>() })))
}

fn list(ws: &mut Workspace, _call: &Call) -> Answer {
    let data: Vec<Value> = ws.ticket_types.values().map(|kind| json(ws, kind)).collect();
    Ok(Reply::json(json!({ "type": "list", "data": data })))
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    Ok(Reply::json(json(ws, ws.ticket_type(call.param(0))?)))
}

fn category(call: &Call) -> Result<Option<&str>, Refusal> {
    match call.text("category")? {
        Some(category) if !["Customer", "Back-office", "Tracker"].contains(&category) => {
            Err(Refusal::invalid("category must be Customer, Back-office or Tracker"))
        }
        other => Ok(other),
    }
}

fn create(ws: &mut Workspace, call: &Call) -> Answer {
    let name = call.text_needed("name")?;
    let category = category(call)?.unwrap_or("Customer");
    check_type_fields(call)?;
    let id = add_type(ws, name, category, call.now()).to_string();
    edit(ws, call, &id)
}

/// Checked first, so that a refused call leaves no half-made type.
fn check_type_fields(call: &Call) -> Result<(), Refusal> {
    for name in ["name", "description", "icon"] {
        call.text(name)?;
    }
    call.bool("archived").map(drop)
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    category(call)?;
    check_type_fields(call)?;
    edit(ws, call, call.param(0))
}

fn edit(ws: &mut Workspace, call: &Call, id: &str) -> Answer {
    let kind = ws.ticket_type_mut(id)?;
    let texts = [
        ("name", &mut kind.name),
        ("description", &mut kind.description),
        ("category", &mut kind.category),
        ("icon", &mut kind.icon),
    ];
    for (name, slot) in texts {
        if let Some(text) = call.text(name)? {
            *slot = text.to_owned();
        }
    }
    kind.archived = call.bool("archived")?.unwrap_or(kind.archived);
    kind.updated_at = call.now();
    Ok(Reply::json(json(ws, ws.ticket_type(id)?)))
}

fn add_attribute(ws: &mut Workspace, call: &Call) -> Answer {
    let name = call.text_needed("name")?;
    call.text_needed("description")?;
    let data_type = call.text_needed("data_type")?;
    let types = ["string", "list", "integer", "decimal", "boolean", "datetime", "files"];
    if !types.contains(&data_type) {
        return Err(Refusal::invalid(format!("data_type must be one of {}", types.join(", "))));
    }
    let kind = ws.ticket_type(call.param(0))?;
    if kind.attributes.iter().any(|have| have.name == name) {
        return Err(Refusal::invalid(format!("Ticket attribute '{name}' already exists")));
    }
    check_attribute_fields(call)?;
    let attribute = new_attribute(ws.next.other(), name, data_type, call.now());
    let id = attribute.id.to_string();
    ws.ticket_type_mut(call.param(0))?.attributes.push(attribute);
    edit_attribute(ws, call, &id)
}

const ATTRIBUTE_FLAGS: [&str; 6] = [
    "required_to_create",
    "required_to_create_for_contacts",
    "visible_on_create",
    "visible_to_contacts",
    "multiline",
    "archived",
];

fn check_attribute_fields(call: &Call) -> Result<(), Refusal> {
    for name in ["name", "description", "list_items"] {
        call.text(name)?;
    }
    ATTRIBUTE_FLAGS.iter().try_for_each(|name| call.bool(name).map(drop))
}

fn update_attribute(ws: &mut Workspace, call: &Call) -> Answer {
    check_attribute_fields(call)?;
    edit_attribute(ws, call, call.param(1))
}

fn edit_attribute(ws: &mut Workspace, call: &Call, id: &str) -> Answer {
    let items = call.text("list_items")?.map(|items| {
        let labels: Vec<String> = items.split(',').map(|label| label.trim().to_owned()).collect();
        labels
    });
    let options = items.map(|labels| with_options(ws, labels.into_iter()));
    let kind = ws.ticket_type_mut(call.param(0))?;
    let found = kind.attributes.iter_mut().find(|attribute| attribute.id.to_string() == id);
    let attribute = found.ok_or_else(|| Refusal::not_found("Ticket type attribute not found"))?;
    for (name, slot) in [("name", &mut attribute.name), ("description", &mut attribute.description)] {
        if let Some(text) = call.text(name)? {
            *slot = text.to_owned();
        }
    }
    let flags = [
        &mut attribute.required,
        &mut attribute.required_for_contacts,
        &mut attribute.visible_on_create,
        &mut attribute.visible_to_contacts,
        &mut attribute.multiline,
        &mut attribute.archived,
    ];
    for (name, slot) in ATTRIBUTE_FLAGS.iter().zip(flags) {
        *slot = call.bool(name)?.unwrap_or(*slot);
    }
    if let Some(mut options) = options {
        // An item that stays keeps its id, or tickets would lose their values.
        for (id, label) in &mut options {
            if let Some((known, _)) = attribute.options.iter().find(|(_, known)| known == label) {
                id.clone_from(known);
            }
        }
        attribute.options = options;
    }
    attribute.updated_at = call.now();
    let kind = ws.ticket_type(call.param(0))?;
    let shown = (0..).zip(&kind.attributes).find(|(_, attribute)| attribute.id.to_string() == id);
    shown.map(|(order, a)| Reply::json(attribute_json(ws, kind, a, order))).ok_or_else(Refusal::no_resource)
}
