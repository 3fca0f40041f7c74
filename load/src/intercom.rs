//! Intercom as the load sees it: who we are, lists, pages, ids.

use deskferry_http::{Client, Request};
use serde_json::{Value, json};

use crate::{Error, Result};

/// The workspace and what has to be known of it before anything is sent.
#[derive(Debug, Clone, Default)]
pub(crate) struct Workspace {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) timezone: String,
    /// The teammate whose token it is.
    pub(crate) admin_id: String,
    pub(crate) admins: Vec<Value>,
    pub(crate) teams: Vec<Value>,
}

impl Workspace {
    /// The calls of [`Workspace::read`].
    pub(crate) const READS: [&'static str; 3] = ["GET /me", "GET /admins", "GET /teams"];

    /// Three reads: the token's own, teammates, teams; and every further token's own.
    ///
    /// # Errors
    /// `Tokens` where a token is not of the workspace of the first.
    pub(crate) async fn read(client: &Client) -> Result<Self> {
        let mut tokens = client.by_token();
        let main = tokens.next();
        let me = main.as_ref().map_or(client, |(_, main)| main).send(&Request::get("/me")).await?.json;
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let lacks = |field| Error::Reply { call: "GET /me".to_owned(), field };
        let app = &me["app"];
        let id = id_of(&app["id_code"]).ok_or(lacks("app.id_code"))?;
        for (token, client) in tokens {
            let me = client.send(&Request::get("/me")).await?.json;
            let other = id_of(&me["app"]["id_code"]).ok_or(lacks("app.id_code"))?;
            if other != id {
                let main = main.map(|(main, _)| main.from.clone()).unwrap_or_default();
                return Err(Error::Tokens { main, workspace: id, token: token.from.clone(), other });
            }
        }
        Ok(Self {
            id,
            name: text(&app["name"]),
            region: text(&app["region"]),
            timezone: text(&app["timezone"]),
            admin_id: id_of(&me["id"]).ok_or(lacks("id"))?,
            admins: list(client, "/admins", "admins").await?,
            teams: list(client, "/teams", "teams").await?,
        })
    }
}

/// An id, which Intercom gives as text or as a number.
pub(crate) fn id_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// A list that comes whole.
pub(crate) async fn list(client: &Client, path: &str, field: &'static str) -> Result<Vec<Value>> {
    let reply = client.send(&Request::get(path)).await?;
    items(reply.json, path, field)
}

fn items(mut json: Value, path: &str, field: &'static str) -> Result<Vec<Value>> {
    match json[field].take() {
        Value::Array(list) => Ok(list),
        _ => Err(Error::Reply { call: format!("GET {path}"), field }),
    }
}

/// What follows a page.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    After(String),
    Number,
    End,
}

/// Cursors come as an object, page numbers as a URL, and snippets count their pages without telling of the next.
fn next(json: &Value, page: u32) -> Next {
    let pages = &json["pages"];
    match &pages["next"] {
        Value::Object(next) => next
            .get("starting_after")
            .and_then(Value::as_str)
            .map_or(Next::Number, |after| Next::After(after.to_owned())),
        Value::String(_) => Next::Number,
        _ if pages.is_null() && json["total_pages"].as_u64().is_some_and(|total| u64::from(page) < total) => {
            Next::Number
        }
        _ => Next::End,
    }
}

/// A list that comes in pages: by cursor where the reply gives one, else by page number.
pub(crate) async fn pages(client: &Client, path: &str, per_page: u32) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let (mut page, mut after) = (1_u32, None::<String>);
    loop {
        let mut request = Request::get(path).with("per_page", per_page);
        match &after {
            Some(after) => request = request.with("starting_after", after),
            None if page > 1 => request = request.with("page", page),
            None => {}
        }
        let json = client.send(&request).await?.json;
        let next = next(&json, page);
        all.extend(items(json, path, "data")?);
        after = match next {
            Next::After(cursor) => Some(cursor),
            Next::Number => None,
            Next::End => return Ok(all),
        };
        page += 1;
    }
}

/// Conversations of a contact that were created at a time.
pub(crate) async fn search_conversations(client: &Client, contact: &str, created_at: i64) -> Result<Vec<Value>> {
    search(client, "/conversations/search", "conversations", contact, created_at).await
}

/// Threads of a contact that were created at a time; they are in `field` of the reply.
pub(crate) async fn search(
    client: &Client,
    path: &str,
    field: &'static str,
    contact: &str,
    created_at: i64,
) -> Result<Vec<Value>> {
    let mut all = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let mut pagination = json!({ "per_page": 150 });
        if let Some(after) = &after {
            pagination["starting_after"] = json!(after);
        }
        let query = json!({ "operator": "AND", "value": [
            { "field": "contact_ids", "operator": "=", "value": contact },
            { "field": "created_at", "operator": "=", "value": created_at },
        ]});
        let body = json!({ "query": query, "pagination": pagination });
        let json = client.send(&Request::search(path, body)).await?.json;
        let next = json["pages"]["next"]["starting_after"].as_str().map(ToOwned::to_owned);
        all.extend(items(json, path, field)?);
        after = next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_paging_is_followed() {
        let cases = [
            (json!({ "pages": { "next": { "page": 2, "starting_after": "x" } } }), Next::After("x".to_owned())),
            (json!({ "pages": { "next": "https://api.example/articles?page=2" } }), Next::Number),
            (json!({ "pages": { "next": null }, "total_pages": 9 }), Next::End),
            (json!({ "total_pages": 2 }), Next::Number),
            (json!({ "total_pages": 1 }), Next::End),
            (json!({}), Next::End),
        ];
        for (json, wanted) in cases {
            assert_eq!(next(&json, 1), wanted, "{json}");
        }
    }
}
