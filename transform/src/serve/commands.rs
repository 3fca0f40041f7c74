//! What psql asks for `\d+`, `\du`, `\dn+` and `\dT`, in words that DataFusion has. What it cannot plan there has no rows: a stage has
//! neither roles nor privileges, its tables no options and its types no columns. Everything else goes on as it is asked.

use std::borrow::Cow;
use std::fmt::Debug;
use std::sync::Arc;

use async_trait::async_trait;
use datafusion_postgres::DfSessionService;
use datafusion_postgres::pgwire::api::query::SimpleQueryHandler;
use datafusion_postgres::pgwire::api::results::Response;
use datafusion_postgres::pgwire::api::store::PortalStore;
use datafusion_postgres::pgwire::api::{ClientInfo, ClientPortalStore};
use datafusion_postgres::pgwire::error::{PgWireError, PgWireResult};
use datafusion_postgres::pgwire::messages::PgWireBackendMessage;
use futures::Sink;

/// Pieces of the queries of psql 12 and later, as `psql -E` shows them, and what stands for them.
const PIECES: [(&str, &str); 4] = [
    ("c.reloptions || array(select 'toast.' || x from pg_catalog.unnest(tc.reloptions) x)", "ARRAY[]::text[]"),
    (
        "ARRAY(SELECT b.rolname
        FROM pg_catalog.pg_auth_members m
        JOIN pg_catalog.pg_roles b ON (m.roleid = b.oid)
        WHERE m.member = r.oid)",
        "ARRAY[]::text[]",
    ),
    (r"pg_catalog.array_to_string(n.nspacl, E'\n')", "NULL"),
    ("(SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid)", "false"),
];

/// The service, for queries in text.
pub(super) struct Commands(pub(super) Arc<DfSessionService>);

#[async_trait]
impl SimpleQueryHandler for Commands {
    async fn do_query<C>(&self, client: &mut C, query: &str) -> PgWireResult<Vec<Response>>
    where
        C: ClientInfo + ClientPortalStore + Sink<PgWireBackendMessage> + Unpin + Send + Sync,
        C::PortalStore: PortalStore,
        C::Error: Debug,
        PgWireError: From<<C as Sink<PgWireBackendMessage>>::Error>,
    {
        SimpleQueryHandler::do_query(self.0.as_ref(), client, &in_other_words(query)).await
    }
}

fn in_other_words(query: &str) -> Cow<'_, str> {
    match PIECES.iter().find(|(piece, _)| query.contains(piece)) {
        Some((piece, other)) => Cow::Owned(query.replace(piece, other)),
        None => Cow::Borrowed(query),
    }
}
