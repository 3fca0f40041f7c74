//! A contact that is there already: 409 names it in its message, and that is the only way to learn of an archived one.
//!
//! What it was is kept in the ledger (`before.rs`), with all its tags and companies; then it is brought up to date and used. Where an
//! earlier call of ours may have made it, it is ours if it is not older than the first intent. Where it belongs to another row
//! already (two people of the source with one e-mail address), both rows share it and it stays as the first row has made it; rows of
//! one address go one after another in their order (`send.rs`).

use std::sync::LazyLock;

use deskferry_http::{Method, Request};
use regex::Regex;
use serde_json::{Value, json};

use crate::before::Former;
use crate::ledger::{Entry, State};
use crate::load::{Halt, Load};
use crate::outcome::Outcome;
use crate::step::{Call, Step};
use crate::tables::CONTACTS;
use crate::{before, resolve};

static ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("id=([0-9a-f]{24})").ok());

/// The read before a contact is changed that was there.
pub(crate) const READ: &str = "GET /contacts/{id}";

/// Id in the message, and whether the contact is archived.
fn existing(message: &str) -> Option<(String, bool)> {
    let id = ID.as_ref()?.captures(message)?.get(1)?.as_str().to_owned();
    Some((id, message.to_lowercase().contains("archived contact")))
}

/// Takes over the contact that a 409 names. `in_doubt`: an earlier call may have made it.
pub(crate) async fn adopt(
    load: &Load,
    step: &Step,
    request: &Request,
    error: &deskferry_http::Error,
    in_doubt: bool,
) -> Result<Outcome, Halt> {
    let (.., message, _) = error.reply();
    let Some((id, is_archived)) = message.as_deref().and_then(existing) else {
        return Ok(Outcome::refused(error, &step.call));
    };
    if !load.ledger.claim(CONTACTS, &id) {
        let how = Some("shared");
        let path = Some(request.path.clone());
        return Ok(Outcome { id: Some(id), how, path, method: Some("POST"), ..Outcome::new(State::Done) });
    }
    if is_archived {
        note(load, step, Former { id: Some(id.clone()), before: json!({ "archived": true }) }).await?;
        let path = "/contacts/{}/unarchive";
        let call = Call::at(Method::Post, path, CONTACTS, &step.key);
        let mut unarchive = Request::new(Method::Post, format!("/contacts/{id}/unarchive"));
        unarchive.idempotent = true;
        match load.call(&call, &unarchive).await? {
            Err(error @ deskferry_http::Error::Refused { .. }) => {
                return Ok(Outcome { id: Some(id), ..Outcome::refused(&error, &call) });
            }
            reply => drop(reply?),
        }
    }
    load.count_reads(&[READ]);
    let json = match load.client.send(&Request::get(format!("/contacts/{id}"))).await {
        Ok(reply) => reply.json,
        // Merged or deleted since: the row waits for the next load.
        Err(gone @ deskferry_http::Error::Refused { .. }) => return Ok(Outcome::refused(&gone, &step.call)),
        Err(error) => return Err(error.into()),
    };
    let body = request.body.as_ref().unwrap_or(&Value::Null);
    let is_ours = in_doubt && json["external_id"] == body["external_id"] && resolve::is_since_intent(load, step, &json);
    let how = if is_ours { "resolved" } else { "existed" };
    if let (false, Some(update)) = (is_ours, &step.update) {
        note(load, step, before::former_contact(load, update, &json).await?).await?;
    }
    let found = Outcome { id: Some(id), how: Some(how), ..Outcome::new(State::Done) };
    match &step.update {
        Some(update) => load.change(step, update, found).await,
        None => Ok(found),
    }
}

/// Keeps what the contact was, before it is changed.
async fn note(load: &Load, step: &Step, former: Former) -> Result<(), Halt> {
    let entry = Entry::new(load.context.now(), step.table, &step.key, &step.name, State::Intended);
    let entry = Entry { payload: Some(step.payload.clone()), ..entry.with_former(Some(&former)) };
    Ok(load.ledger.note(vec![entry]).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_is_read_from_both_messages() {
        let id = "536e564f316c83104c000020";
        let live = format!("A contact matching those details already exists with id={id}");
        let archived = format!("An archived contact matching those details already exists with id={id}");
        assert_eq!(existing(&live), Some((id.to_owned(), false)));
        assert_eq!(existing(&archived), Some((id.to_owned(), true)));
        assert_eq!(existing("A contact matching those details already exists"), None);
    }
}
