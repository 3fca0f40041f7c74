//! Rows that other rows name and that no list of the source has: they are asked for by their keys, as a delta of what was just read.
//! `sql/<source>/unlisted/<table>.sql` gives the keys of a table, in a column `key`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use deskferry_extract::{Request, Unfinished};
use deskferry_staging::Manifest;

use crate::commands::{Migration, transform};
use crate::report::{json_rows, number, say};

/// Asks for what the run that was just published names and does not have.
pub(super) async fn stage(
    migration: &Migration,
    published: &Manifest,
    settings: &deskferry_extract::Settings,
) -> Result<()> {
    let folder = format!("sql/{}/unlisted", migration.settings.source.kind);
    if published.sample.is_some() || !migration.files.keys().any(|path| path.starts_with(&format!("{folder}/"))) {
        return Ok(());
    }
    let inputs = transform::inputs(migration);
    let session = deskferry_transform::Session::open(&migration.context.staging, &inputs).await?;
    let is_whole = |table: &str| published.tables.get(table).is_some_and(|table| table.incomplete.is_none());
    let mut keys = BTreeMap::new();
    for (table, batches) in session.queries(&inputs, &folder).await? {
        let named = json_rows(&batches)?.into_iter().filter_map(|row| Some(row.get("key")?.as_str()?.to_owned()));
        let named: BTreeSet<String> = named.collect();
        if !named.is_empty() && is_whole(&table) {
            say(format!("{} {table} are named and not listed: asked for one by one", number(named.len() as u64)));
            keys.insert(table, named);
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    let request = Request { unfinished: Unfinished::Discard, ..Request::of_rows(&migration.spec, keys) };
    deskferry_extract::extract(&migration.context, &migration.spec, settings, &request).await?;
    Ok(())
}
