//! One load while it runs: what all chains share.

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use deskferry_http::{Client, Request};
use deskferry_staging::{Context, Files};
use serde_json::Value;
use tokio::sync::{MutexGuard as TwinGuard, Semaphore, SemaphorePermit};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::Error;
use crate::compose::Composer;
use crate::intercom::Workspace;
use crate::ledger::Ledger;
use crate::people::People;
use crate::rehearsal::Rehearsal;
use crate::settings::Settings;
use crate::step::{Call, Find, Step};
use crate::tables::TICKET_TYPES;
use crate::tables::ticket_types::{self, TicketType};

/// Locks that keep rows apart that look alike in Intercom.
const TWIN_LOCKS: usize = 1024;

/// Why a chain ends before its end.
#[derive(Debug)]
pub(crate) enum Halt {
    /// The user has asked to stop, or another chain has failed.
    Stopped,
    /// The load cannot go on.
    Fatal(Error),
}

impl From<Error> for Halt {
    fn from(error: Error) -> Self {
        Self::Fatal(error)
    }
}

impl From<deskferry_http::Error> for Halt {
    fn from(error: deskferry_http::Error) -> Self {
        Self::Fatal(error.into())
    }
}

pub(crate) struct Load {
    pub(crate) context: Context,
    pub(crate) settings: Settings,
    pub(crate) client: Client,
    pub(crate) ledger: Ledger,
    pub(crate) people: People,
    pub(crate) files: Files,
    /// Ends all chains after the call in hand.
    pub(crate) stop: CancellationToken,
    pub(crate) retry: bool,
    /// Answers in place of Intercom, where this is a plan.
    pub(crate) rehearsal: Option<Rehearsal>,
    /// The type of tickets as it was before the first of them, where threads become tickets.
    pub(crate) ticket_type: OnceLock<TicketType>,
    pub(crate) started: Instant,
    twins: Vec<tokio::sync::Mutex<()>>,
    file_bytes: Semaphore,
    calls: Mutex<BTreeMap<String, u64>>,
}

impl Load {
    pub(crate) fn new(
        context: &Context,
        settings: &Settings,
        client: Client,
        ledger: Ledger,
        people: People,
        retry: bool,
    ) -> Self {
        let load = Self {
            context: context.clone(),
            settings: settings.clone(),
            client,
            ledger,
            people,
            files: context.staging.files(),
            stop: context.cancel.child_token(),
            retry,
            rehearsal: None,
            ticket_type: OnceLock::new(),
            started: Instant::now(),
            twins: (0..TWIN_LOCKS).map(|_| tokio::sync::Mutex::new(())).collect(),
            file_bytes: Semaphore::new(settings.file_bytes_max as usize),
            calls: Mutex::default(),
        };
        // Who are we, and who is there: that was read before.
        load.count_reads(&Workspace::READS);
        settings.tokens.iter().skip(1).for_each(|_| load.count_reads(&["GET /me"]));
        load
    }

    /// The same load, with nobody at the other end.
    pub(crate) fn rehearsed(self, rehearsal: Rehearsal) -> Self {
        Self { rehearsal: Some(rehearsal), ..self }
    }

    pub(crate) fn composer(&self) -> Composer<'_> {
        let ticket_type = self.ticket_type.get();
        Composer { ledger: &self.ledger, people: &self.people, files: &self.files, ticket_type, placeholders: false }
    }

    /// The ticket type of the settings, as the workspace has it now.
    pub(crate) async fn read_ticket_type(&self) -> crate::Result<Option<Value>> {
        let types = ticket_types::all(&self.client).await?;
        self.count_reads(&ticket_types::READS);
        let id = self.ledger.id(TICKET_TYPES, ticket_types::KEY);
        Ok(ticket_types::pick(&types, id.as_deref(), &self.settings.ticket_type).cloned())
    }

    /// Writes sent and lists read so far, by method and endpoint.
    pub(crate) fn calls(&self) -> BTreeMap<String, u64> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Waits a while if what went out at `since` need not be visible yet; whether it is worth looking again.
    pub(crate) async fn not_settled(&self, since: Instant) -> Result<bool, Halt> {
        let settled = since + self.settings.settle;
        let now = Instant::now();
        if now >= settled {
            return Ok(false);
        }
        self.pause((settled - now).min(Duration::from_secs(2))).await?;
        Ok(true)
    }

    pub(crate) async fn pause(&self, wait: Duration) -> Result<(), Halt> {
        tokio::select! {
            () = tokio::time::sleep(wait) => Ok(()),
            () = self.stop.cancelled() => Err(Halt::Stopped),
        }
    }

    /// Waits until the files of a call have room in memory, which they have until the guard is dropped. A call with more than may
    /// be out at all goes when no other has any.
    pub(crate) async fn file_room(&self, call: &Call) -> Option<SemaphorePermit<'_>> {
        let bytes = call.file_bytes().min(self.settings.file_bytes_max.into()) as u32;
        if bytes == 0 {
            return None;
        }
        self.file_bytes.acquire_many(bytes).await.ok()
    }

    /// Sends one write and counts it.
    pub(crate) async fn call(
        &self,
        call: &Call,
        request: &Request,
    ) -> Result<deskferry_http::Result<deskferry_http::Reply>, Halt> {
        self.ledger.fence().await?;
        self.count(call);
        Ok(self.client.send(request).await)
    }

    /// Counts a call.
    pub(crate) fn count(&self, call: &Call) {
        self.count_as(format!("{} {}", call.method, call.path.replace("{}", "{id}")));
    }

    fn count_as(&self, name: String) {
        *self.calls.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
    }

    /// Counts reads of lists, each named by method and endpoint.
    pub(crate) fn count_reads(&self, names: &[&str]) {
        names.iter().for_each(|name| self.count_as((*name).to_owned()));
    }

    /// Keeps rows that look alike in Intercom apart: while one of them is sent or looked for, no other is, so that none takes for
    /// its own what another has just made.
    pub(crate) async fn twin(&self, step: &Step, request: &Request) -> Option<TwinGuard<'_, ()>> {
        use std::hash::{DefaultHasher, Hash as _, Hasher as _};
        let body = request.body.as_ref()?;
        let alike = match step.find {
            Find::Conversation => format!("{} {}", body["from"]["id"], body["created_at"]),
            Find::Ticket => format!("{} {}", body["contacts"][0]["id"], body["created_at"]),
            Find::Contact => body["email"].as_str()?.to_lowercase(),
            Find::Note => request.path.clone(),
            Find::Article | Find::InternalArticle | Find::Snippet => body["title"].to_string(),
            _ => return None,
        };
        let mut hasher = DefaultHasher::new();
        (step.table, alike).hash(&mut hasher);
        let lock = self.twins.get(hasher.finish() as usize % TWIN_LOCKS)?;
        Some(lock.lock().await)
    }
}
