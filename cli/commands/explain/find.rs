//! Which row a text means.

use std::collections::BTreeSet;

use anyhow::Result;
use deskferry_transform::{Inputs, Session, literal};
use serde_json::Value;

use super::Name;
use crate::args::Explain;
use crate::error::refused;
use crate::report::{Row, rows};

/// What a text means.
pub(super) enum Found {
    /// One row.
    One(Name),
    /// Any of these.
    Several(Vec<Name>),
}

/// The row that a text means: a source key or an id in Intercom, else a part of a source key, else a link to it in the help desk or
/// in Intercom, or the end of one, such as a tracking id.
pub(super) async fn find(session: &Session, inputs: &Inputs<'_>, args: &Explain) -> Result<Found> {
    let text = literal(&args.key);
    let tables = session.contract_tables(inputs)?;
    // Links are of rows that are in other tables.
    let each = |piece: &dyn Fn(&str) -> String| -> String {
        tables.iter().filter(|table| *table != "source_links").map(|table| piece(table)).collect::<Vec<_>>().join(" ")
    };
    let whole = format!(
        "SELECT table_name, source_key FROM (
             SELECT table_name, source_key FROM ledger.entries WHERE source_key = {text} OR intercom_id = {text}
             UNION SELECT table_name, source_key FROM intercom.rejects WHERE source_key = {text}
             {}) AS found",
        each(&|table| format!("UNION SELECT '{table}', source_key FROM intercom.{table} WHERE source_key = {text}")),
    );
    let mut names = named(session, &whole, args).await?;
    // A message is in the ledger of its thread too; the row itself is meant.
    names.retain(|name| !name.table.starts_with('_'));
    if names.is_empty() && !args.key.is_empty() {
        let like = each(&|table| {
            format!("UNION SELECT '{table}', source_key FROM intercom.{table} WHERE strpos(source_key, {text}) > 0")
        });
        let part = format!(
            "SELECT table_name, source_key FROM (
                 SELECT table_name, source_key FROM intercom.rejects WHERE strpos(source_key, {text}) > 0 {like}) AS found"
        );
        names = named(session, &part, args).await?;
        // `hesk:ticket:1` is meant before `hesk:ticket:12`.
        let ending: BTreeSet<Name> =
            names.iter().filter(|name| name.key.ends_with(&format!(":{}", args.key))).cloned().collect();
        names = if ending.is_empty() { names } else { ending };
    }
    if names.is_empty() && !args.key.is_empty() {
        let link = format!(
            "SELECT table_name, source_key FROM ledger.links
             WHERE table_name IN ('conversations', 'contacts', 'companies', 'articles')
                 AND ({text} IN (source_url, intercom_url) OR ends_with(source_url, '=' || {text}))"
        );
        names = named(session, &link, args).await?;
    }
    match names.len() {
        0 => Err(refused(
            format!("nothing has `{}` as its key or id", args.key),
            "give a source key (`hesk:ticket:12`), a part of one, an id of Intercom, or a link to it",
        )),
        1 => Ok(names.into_iter().next().map_or(Found::Several(Vec::new()), Found::One)),
        _ => Ok(Found::Several(names.into_iter().collect())),
    }
}

async fn named(session: &Session, query: &str, args: &Explain) -> Result<BTreeSet<Name>> {
    let rows = rows(&session.collect(query).await?)?;
    let text = |row: &Row, column: &str| row.get(column).and_then(Value::as_str).unwrap_or_default().to_owned();
    let names = rows.iter().map(|row| Name { table: text(row, "table_name"), key: text(row, "source_key") });
    Ok(names.filter(|name| args.table.as_ref().is_none_or(|table| *table == name.table)).collect())
}
