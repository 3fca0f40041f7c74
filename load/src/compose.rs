//! Fills in the blanks of a call: source keys become Intercom ids, file hashes become bytes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deskferry_http::{Request, path_piece};
use deskferry_staging::Files;
use serde_json::{Map, Value, json};

use crate::ledger::Ledger;
use crate::people::People;
use crate::step::{Call, Field, FileRef, PathId, Reference};
use crate::tables::ticket_types::TicketType;
use crate::text::escape;
use crate::{Error, Result};

/// Why a call cannot be made.
pub(crate) enum Unready {
    /// A row it refers to is not in Intercom.
    Orphan(Reference),
    /// The bytes of a file are not in the stage, or not what they were.
    File(String),
    /// A value does not fit what the workspace has.
    Value(String),
    /// Anything else ends the load.
    Error(Error),
}

pub(crate) struct Composer<'a> {
    pub(crate) ledger: &'a Ledger,
    pub(crate) people: &'a People,
    pub(crate) files: &'a Files,
    /// The type of tickets, where threads become tickets.
    pub(crate) ticket_type: Option<&'a TicketType>,
    /// Rows that are not in Intercom have a name in place of an id: nothing of it is sent.
    pub(crate) placeholders: bool,
}

impl Composer<'_> {
    /// For people to read.
    pub(crate) fn with_placeholders(self) -> Self {
        Self { placeholders: true, ..self }
    }

    /// The request of a call. Without `bytes` files have a name only, which is enough to find the message again.
    pub(crate) async fn request(&self, call: &Call, bytes: bool) -> Result<Request, Unready> {
        let mut body = Map::new();
        for (name, field) in &call.body {
            if let Some(value) = self.value(field, bytes).await? {
                body.insert((*name).to_owned(), value);
            }
        }
        let mut request = Request::new(call.method, self.path(call)?);
        request.body = (!body.is_empty()).then_some(Value::Object(body));
        Ok(request)
    }

    fn path(&self, call: &Call) -> Result<String, Unready> {
        let mut pieces = call.path.split("{}");
        let mut path = pieces.next().unwrap_or_default().to_owned();
        for (id, piece) in call.ids.iter().zip(pieces) {
            let text = match id {
                PathId::Id(reference) => self.id(reference)?,
                PathId::Text(text) => text.clone(),
            };
            let text = if self.placeholders { text } else { path_piece(&text) };
            path.push_str(&text);
            path.push_str(piece);
        }
        Ok(path)
    }

    fn id(&self, reference: &Reference) -> Result<String, Unready> {
        match self.ledger.id(reference.table, &reference.key) {
            Some(id) => Ok(id),
            None if self.placeholders => Ok(format!("<{} {}>", reference.table, reference.key)),
            None => Err(Unready::Orphan(reference.clone())),
        }
    }

    async fn value(&self, field: &Field, bytes: bool) -> Result<Option<Value>, Unready> {
        Ok(Some(match field {
            Field::Json(value) => value.clone(),
            Field::Id(reference) => json!(self.id(reference)?),
            Field::Number(reference) => number(&self.id(reference)?),
            Field::Admin(key) => json!(self.people.stand_in(key.as_deref())),
            Field::AdminNumber(key) => number(self.people.stand_in(key.as_deref())),
            Field::Owner(key) => match self.people.admin(key) {
                Some(id) => json!(id),
                None => return Ok(None),
            },
            Field::Assignee(key) => match self.people.assignee(key) {
                Some(id) => json!(id),
                None => return Ok(None),
            },
            Field::Team(key) => match self.people.team(key) {
                Some(id) => json!(id),
                None => return Ok(None),
            },
            Field::Actor(keys) => json!(self.people.actor(keys)),
            Field::Signed { author, html } => match self.people.name_in_words(author) {
                Some(name) => json!(format!("<p><em>{} wrote:</em></p>{html}", escape(name))),
                None => json!(html),
            },
            Field::TicketAttributes(values) => match self.ticket_type {
                Some(kind) => Value::Object(kind.values(values).map_err(Unready::Value)?),
                None => json!(values),
            },
            Field::TicketState(status) => {
                let kind = self.ticket_type.ok_or_else(|| Unready::Value("there is no ticket type".to_owned()))?;
                json!(kind.state(status).map_err(Unready::Value)?)
            }
            Field::Files(files) => self.files(files, bytes).await?,
            Field::List(fields) => {
                let mut list = Vec::new();
                for field in fields {
                    list.extend(Box::pin(self.value(field, bytes)).await?);
                }
                Value::Array(list)
            }
            Field::Object(fields) => {
                let mut map = Map::new();
                for (name, field) in fields {
                    if let Some(value) = Box::pin(self.value(field, bytes)).await? {
                        map.insert((*name).to_owned(), value);
                    }
                }
                Value::Object(map)
            }
        }))
    }

    async fn files(&self, files: &[FileRef], bytes: bool) -> Result<Value, Unready> {
        let mut list = Vec::with_capacity(files.len());
        for file in files {
            let data = Value::String(if bytes {
                let bytes = self.files.get(&file.sha256).await.map_err(|error| match error {
                    deskferry_staging::Error::Missing { .. } | deskferry_staging::Error::Damaged { .. } => {
                        Unready::File(format!("file `{}`: {error}", file.name))
                    }
                    other => Unready::Error(other.into()),
                })?;
                STANDARD.encode(bytes)
            } else {
                String::new()
            });
            // Moved, not copied: it is large.
            let mut entry = json!({ "content_type": file.content_type, "data": null, "name": file.name });
            entry["data"] = data;
            list.push(entry);
        }
        Ok(Value::Array(list))
    }
}

fn number(id: &str) -> Value {
    id.parse::<i64>().map_or_else(|_| json!(id), |n| json!(n))
}
