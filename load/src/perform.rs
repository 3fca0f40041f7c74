//! Does one step: finds out first whether it has been done where that is needed, sends, finds out again where no reply tells.

use std::time::Duration;

use deskferry_http::Request;
use serde_json::Value;
use tokio::time::Instant;

use crate::compose::Unready;
use crate::contact_conflict;
use crate::ledger::{PARENT_REJECTED, State};
use crate::load::{Halt, Load};
use crate::outcome::Outcome;
use crate::removals::Unwanted;
use crate::resolve::{self, Found};
use crate::sent_part::sent_part;
use crate::step::{Call, Chain, Find, PathId, Step};
use crate::todo::Todo;

/// Most tries of one step, each after it has been made sure that the one before was not executed.
const ATTEMPTS: u32 = 8;

impl Load {
    /// Does one step: finds out first where that is needed, sends, finds out again where the outcome is not known.
    pub(crate) async fn perform(&self, chain: &Chain, step: &Step, todo: Todo) -> Result<Outcome, Halt> {
        let (is_update, is_off) = (todo == Todo::Update, step.unwanted == Some(Unwanted::TakenOff));
        let call = if is_update { step.update.as_ref().unwrap_or(&step.call) } else { &step.call };
        let plain = match self.composer().request(call, false).await {
            Ok(request) => request,
            Err(unready) => return unready_outcome(unready),
        };
        if let Some(rehearsal) = &self.rehearsal {
            return Ok(rehearsal.perform(self, chain, step, &plain, todo));
        }
        let repeats = step.find == Find::Repeat || (is_update && !step.find.in_thread());
        // What a dead or cut off loader has sent went out before its lease had run down to the half.
        let mut since = self.started + self.settings.lease / 2;
        let mut doubt: Option<deskferry_http::Error> = None;
        let mut look = matches!(todo, Todo::Resolve { .. }) && !repeats;
        for attempt in 1..=ATTEMPTS {
            if look && let Some(outcome) = self.look(chain, step, &plain, todo, since).await? {
                return Ok(outcome);
            }
            if step.unwanted == Some(Unwanted::FoundOut) {
                return Ok(Outcome { how: Some("absent"), ..Outcome::new(State::Undone) });
            }
            let error = match self.send(step, call, &plain).await? {
                Sent::Done(outcome) if is_off => return Ok(Outcome { state: State::Undone, ..outcome }),
                Sent::Done(outcome) => return Ok(outcome),
                Sent::Failed(error) => error,
            };
            since = Instant::now();
            match &error {
                deskferry_http::Error::Unknown { .. } => look = !repeats,
                deskferry_http::Error::Refused { status: 409, .. } if step.find == Find::Contact && !is_update => {
                    return contact_conflict::adopt(self, step, &plain, &error, look).await;
                }
                // A contact may not be known yet to the part of Intercom that makes conversations.
                deskferry_http::Error::Refused { status: 404, .. } if step.find.is_thread() && attempt < ATTEMPTS => {
                    look = false;
                }
                // What is to be taken off is off already, or gone.
                deskferry_http::Error::Refused { status: 404, .. } if is_off => {
                    return Ok(Outcome { state: State::Undone, code: None, ..Outcome::refused(&error, call) });
                }
                deskferry_http::Error::Refused { .. } => return Ok(Outcome::refused(&error, call)),
                _ => return Err(error.into()),
            }
            self.pause(backoff(attempt)).await?;
            doubt = Some(error);
        }
        if look && let Some(outcome) = self.look(chain, step, &plain, todo, since).await? {
            return Ok(outcome);
        }
        let mut outcome = doubt.map_or_else(|| Outcome::new(State::Unknown), |error| Outcome::refused(&error, call));
        outcome.code.get_or_insert_with(|| "no_success".to_owned());
        // What is done by repeating it may be done by now; anything else has been found not to be there.
        outcome.state = if repeats { State::Unknown } else { State::Rejected };
        Ok(outcome)
    }

    /// Reads back until the answer is clear or `settle` has passed; the outcome where the step need not be sent again. A doubt
    /// lasts as long from the first look on, for what raises it may belong to a row that is looked for beside this one.
    async fn look(
        &self,
        chain: &Chain,
        step: &Step,
        request: &Request,
        todo: Todo,
        since: Instant,
    ) -> Result<Option<Outcome>, Halt> {
        let changed = matches!(todo, Todo::Resolve { changed: true });
        let first = Instant::now();
        loop {
            let found = match self.ledger.verdict(step.table, &step.key, &step.name) {
                Some(id) => Found::Yes { id: Some(id), url: None },
                None => {
                    let _twin = self.twin(step, request).await;
                    let found = resolve::find(self, chain, step, request, changed).await?;
                    if let (Found::Yes { id: Some(id), .. }, Some(_)) = (&found, step.id_field) {
                        self.ledger.claim(step.table, id);
                    }
                    found
                }
            };
            let (id, url) = match found {
                Found::Yes { id, url } => (id, url),
                Found::No if self.not_settled(since).await? => continue,
                Found::Doubtful(_) if self.not_settled(since.max(first)).await? => continue,
                Found::No => return Ok(None),
                Found::Doubtful(why) => return Ok(Some(Outcome::unknown(why))),
            };
            // By the path a rollback knows what it was.
            let (method, path) = (Some(request.method.as_str()), Some(request.path.clone()));
            let outcome = Outcome { id, url, how: Some("resolved"), method, path, ..Outcome::new(State::Done) };
            let changes = (changed && step.find != Find::Attribute) || step.find == Find::Contact;
            return match step.update.as_ref().filter(|_| changes) {
                Some(update) => self.change(step, update, outcome).await.map(Some),
                None => Ok(Some(outcome)),
            };
        }
    }

    /// Brings something that was found up to date. Its id is not in the ledger yet, so it is put into the path here.
    pub(crate) async fn change(&self, step: &Step, update: &Call, found: Outcome) -> Result<Outcome, Halt> {
        let Some(id) = &found.id else { return Ok(found) };
        let mut bare = update.clone();
        bare.ids = vec![PathId::Text(id.clone())];
        let request = match self.composer().request(&bare, true).await {
            Ok(request) => request,
            Err(unready) => return unready_outcome(unready),
        };
        for attempt in 1..=ATTEMPTS {
            match self.call(update, &request).await? {
                Ok(reply) => {
                    let url = reply.json["url"].as_str().map(ToOwned::to_owned).or(found.url);
                    return Ok(Outcome { url, ..found }.replied(update, &request, &reply));
                }
                Err(error @ deskferry_http::Error::Refused { .. }) => {
                    return Ok(Outcome { id: found.id, ..Outcome::refused(&error, update) });
                }
                Err(deskferry_http::Error::Unknown { .. }) => self.pause(backoff(attempt)).await?,
                Err(error) => return Err(error.into()),
            }
        }
        Ok(Outcome::unknown(format!("{} could not be updated", step.key)))
    }

    async fn send(&self, step: &Step, call: &Call, plain: &Request) -> Result<Sent, Halt> {
        let _twin = self.twin(step, plain).await;
        let _room = self.file_room(call).await;
        let mut request = match self.composer().request(call, true).await {
            Ok(request) => request,
            Err(unready) => return unready_outcome(unready).map(Sent::Done),
        };
        request.unparsed = step.id_field.is_none();
        let reply = match self.call(call, &request).await? {
            Ok(reply) => reply,
            Err(error) => return Ok(Sent::Failed(error)),
        };
        let mut outcome = Outcome::new(State::Done).replied(call, &request, &reply);
        outcome.id = match step.id_field {
            Some(field) => crate::intercom::id_of(&reply.json[field]),
            None if step.find == Find::Part => sent_part(&reply.body, request.body.as_ref().unwrap_or(&Value::Null)),
            None => None,
        };
        if step.id_field.is_some() && outcome.id.is_none() {
            outcome.id = self.ledger.id(step.table, &step.key);
        }
        if step.id_field.is_some() && outcome.id.is_none() {
            // It was executed, but as what? That is found out as if no reply had come.
            return Ok(Sent::Failed(deskferry_http::Error::Unknown {
                method: call.method.as_str(),
                path: request.path.clone(),
                status: Some(reply.status),
                reason: "the reply has no id".to_owned(),
                request_id: reply.request_id,
            }));
        }
        if let Some(id) = outcome.id.as_deref().filter(|_| step.id_field.is_some()) {
            self.ledger.claim(step.table, id);
        }
        outcome.url = reply.json["url"].as_str().filter(|_| step.id_field.is_some()).map(ToOwned::to_owned);
        Ok(Sent::Done(outcome))
    }
}

enum Sent {
    Done(Outcome),
    Failed(deskferry_http::Error),
}

fn backoff(attempt: u32) -> Duration {
    Duration::from_millis(200) * 2_u32.pow(attempt.min(5))
}

fn unready_outcome(unready: Unready) -> Result<Outcome, Halt> {
    let (code, message) = match unready {
        Unready::Orphan(parent) => (PARENT_REJECTED, format!("{} `{}` is not in Intercom", parent.table, parent.key)),
        Unready::File(message) => ("file_missing", message),
        Unready::Value(message) => ("value_unknown", message),
        Unready::Error(error) => return Err(error.into()),
    };
    Ok(Outcome::rejected(code, message))
}
