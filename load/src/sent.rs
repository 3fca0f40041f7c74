//! What loads have put into a workspace, by Intercom's ids: for whoever reads the workspace back. Lists show neither everything
//! nor show it at once; a row that is asked for by its id is there or is not.

use std::collections::BTreeSet;

use deskferry_staging::Context;

use crate::intercom::Workspace;
use crate::settings::{Settings, TicketsAs};
use crate::tables::{self, custom_objects};
use crate::{Result, ledger};

/// Ids of what is there by the ledger.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sent {
    /// Of contacts.
    pub contacts: BTreeSet<String>,
    /// Of companies.
    pub companies: BTreeSet<String>,
    /// Of conversations.
    pub conversations: BTreeSet<String>,
    /// Of tickets, where threads became tickets.
    pub tickets: BTreeSet<String>,
    /// Identifiers of the custom object types of the newest transform.
    pub object_types: BTreeSet<String>,
}

/// Reads the ledger and asks the workspace whether it is the one.
///
/// # Errors
/// `Http` where Intercom refuses the token or does not answer; `Staging`; `Workspace` where the ledger is another workspace's.
pub async fn sent(context: &Context, settings: &Settings) -> Result<Sent> {
    let workspace = Workspace::read(&settings.client(context)?).await?;
    let memory = ledger::replay(context).await?;
    memory.of_workspace(&workspace.id)?;
    let ids = |table: &str| memory.ids(table).map(ToOwned::to_owned).collect();
    let threads = ids(tables::CONVERSATIONS);
    let (conversations, tickets) = match memory.threads_as() {
        Some(TicketsAs::Ticket) => (BTreeSet::new(), threads),
        _ => (threads, BTreeSet::new()),
    };
    let object_types = match context.staging.latest("intercom").await? {
        Some(manifest) => custom_objects::types(&context.staging, &manifest).await?.into_iter().collect(),
        None => BTreeSet::new(),
    };
    Ok(Sent {
        contacts: ids(tables::CONTACTS),
        companies: ids(tables::COMPANIES),
        conversations,
        tickets,
        object_types,
    })
}
