//! How a step ended, and its rows of the ledger.

use chrono::{DateTime, Utc};
use deskferry_http::{Reply, Request};
use serde_json::{Map, json};

use crate::ledger::{Entry, State};
use crate::step::{Call, Step};

/// How a step ended.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    pub(crate) state: State,
    pub(crate) id: Option<String>,
    pub(crate) url: Option<String>,
    /// How it was learnt, where not by the reply: `existed`, `resolved`, `shared`, `absent`.
    pub(crate) how: Option<&'static str>,
    pub(crate) method: Option<&'static str>,
    pub(crate) path: Option<String>,
    pub(crate) status: Option<u16>,
    pub(crate) code: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) request_id: Option<String>,
}

impl Outcome {
    pub(crate) fn new(state: State) -> Self {
        Self {
            state,
            id: None,
            url: None,
            how: None,
            method: None,
            path: None,
            status: None,
            code: None,
            message: None,
            request_id: None,
        }
    }

    pub(crate) fn rejected(code: &str, message: String) -> Self {
        Self { code: Some(code.to_owned()), message: Some(message), ..Self::new(State::Rejected) }
    }

    pub(crate) fn unknown(message: String) -> Self {
        Self { message: Some(message), ..Self::new(State::Unknown) }
    }

    /// Refused by Intercom.
    pub(crate) fn refused(error: &deskferry_http::Error, call: &Call) -> Self {
        let (status, code, message, request_id) = error.reply();
        Self {
            method: Some(call.method.as_str()),
            path: error.path().map(ToOwned::to_owned),
            status,
            code: code.map(ToOwned::to_owned),
            message,
            request_id: request_id.map(ToOwned::to_owned),
            ..Self::new(State::Rejected)
        }
    }

    #[must_use]
    pub(crate) fn replied(mut self, call: &Call, request: &Request, reply: &Reply) -> Self {
        self.method = Some(call.method.as_str());
        self.path = Some(request.path.clone());
        self.status = Some(reply.status);
        self.request_id.clone_from(&reply.request_id);
        self
    }

    /// Rows of the ledger: the step's, and where it is done those of the rows it carried.
    pub(crate) fn entries(&self, at: DateTime<Utc>, step: &Step, parent_id: Option<String>) -> Vec<Entry> {
        let mut detail = Map::new();
        if let Some(how) = self.how {
            detail.insert("how".to_owned(), json!(how));
        }
        if let Some(url) = &self.url {
            detail.insert("url".to_owned(), json!(url));
        }
        let own = Entry {
            payload: Some(step.payload.clone()),
            intercom_id: self.id.clone(),
            parent_id: parent_id.clone(),
            method: self.method.map(ToOwned::to_owned),
            path: self.path.clone(),
            status: self.status.map(i32::from),
            code: self.code.clone(),
            message: self.message.clone(),
            request_id: self.request_id.clone(),
            detail: (!detail.is_empty()).then(|| serde_json::Value::Object(detail).to_string()),
            ..Entry::new(at, step.table, &step.key, &step.name, self.state)
        };
        let mut entries = vec![own];
        if matches!(self.state, State::Done | State::Rejected) {
            let carried = |(table, key): &(&'static str, String)| Entry {
                parent_id: self.id.clone().or_else(|| parent_id.clone()),
                code: self.code.clone(),
                message: self.message.clone(),
                status: self.status.map(i32::from),
                request_id: self.request_id.clone(),
                ..Entry::new(at, table, key, "create", self.state)
            };
            entries.extend(step.carries.iter().map(carried));
        }
        if let (State::Done, None, Some((name, payload))) = (self.state, self.how, &step.also) {
            entries.push(Entry {
                payload: Some(payload.clone()),
                parent_id: self.id.clone().or(parent_id),
                ..Entry::new(at, step.table, &step.key, name, State::Done)
            });
        }
        entries
    }
}
