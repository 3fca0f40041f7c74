//! A contact that is there already: 409 names it in its message, and that is the only way to learn of an archived one.
//!
//! It is brought up to date and used. Where it belongs to another row already (two people of the source with one e-mail
//! address), both rows share it and it stays as the first row has made it.

use std::sync::LazyLock;

use deskferry_http::{Method, Request};
use regex::Regex;

use crate::ledger::State;
use crate::load::{Halt, Load};
use crate::outcome::Outcome;
use crate::step::{Call, Step};
use crate::tables::CONTACTS;

static ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new("id=([0-9a-f]{24})").ok());

/// Id in the message, and whether the contact is archived.
fn existing(message: &str) -> Option<(String, bool)> {
    let id = ID.as_ref()?.captures(message)?.get(1)?.as_str().to_owned();
    Some((id, message.to_lowercase().contains("archived contact")))
}

/// Takes over the contact that a 409 names.
pub(crate) async fn adopt(
    load: &Load,
    step: &Step,
    request: &Request,
    error: &deskferry_http::Error,
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
    let found = Outcome { id: Some(id), how: Some("existed"), ..Outcome::new(State::Done) };
    match &step.update {
        Some(update) => load.change(step, update, found).await,
        None => Ok(found),
    }
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
