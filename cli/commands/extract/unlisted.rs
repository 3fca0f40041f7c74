//! Rows that other rows name and that no list of the source has: they are asked for by their keys, as a delta of what was just read,
//! and so are rows that lists have no more. Each is asked for once, until all of the table is read again.
//! `sql/<source>/unlisted/<table>.sql` gives the keys of a table that are named and not there, in a column `key`.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use deskferry_extract::{Request, Unfinished, Unlisted};
use deskferry_staging::Manifest;

use crate::commands::{Migration, transform};
use crate::report::{json_rows, number, say};

/// Asks for what is named, or was there, and that the run that was just published does not have.
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
        let mut wanted: BTreeSet<String> = named.collect();
        let Unlisted { asked, gone } = Unlisted::read(&migration.context, &migration.spec, &table).await?;
        wanted.extend(gone);
        wanted.retain(|key| !asked.contains(key));
        if !wanted.is_empty() && is_whole(&table) {
            say(format!("{} {table} are in no list: asked for one by one", number(wanted.len() as u64)));
            keys.insert(table, wanted);
        }
    }
    if keys.is_empty() {
        return Ok(());
    }
    let of_rows = Request::of_rows(&migration.spec, keys);
    let request = Request { unlisted: true, unfinished: Unfinished::Discard, ..of_rows };
    deskferry_extract::extract(&migration.context, &migration.spec, settings, &request).await?;
    Ok(())
}
