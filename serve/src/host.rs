//! What a server needs of who runs it: it keeps events, and others apply them.

use std::collections::{BTreeMap, BTreeSet};

use async_trait::async_trait;
use deskferry_staging::Kind;

use crate::status::{Status, Synced};

/// Why events could not be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What to do about it. After a `Conflict`, somebody else being at work, events are applied at the next turn, and nothing is told.
    pub kind: Kind,
    /// What is wrong; may name rows, so it is not on the page.
    pub text: String,
}

/// Who runs a server.
#[async_trait(?Send)]
pub trait Host: Send + Sync + 'static {
    /// Looks at these objects again, by table, and brings the copy up to date.
    async fn apply(&self, tables: BTreeMap<String, BTreeSet<String>>) -> Result<(), Failure>;

    /// What is copied; asked for now and then. `None` where it cannot be told now.
    async fn synced(&self) -> Option<Synced>;

    /// The status page.
    fn page(&self, status: &Status) -> String;
}
