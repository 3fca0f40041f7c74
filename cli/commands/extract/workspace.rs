//! Which workspace a copy is of. One that another token shows is never added to what is staged: all of that would be taken to be gone,
//! and be deleted in the database.

use std::sync::Arc;

use anyhow::Result;
use deskferry_extract::{Request, Settings};
use deskferry_staging::{Manifest, Staging};
use futures::TryStreamExt as _;
use serde_json::Value;

use crate::commands::Migration;
use crate::error::refused;
use crate::report::json_rows;

/// The table with the one row that tells which workspace it is.
pub(crate) const TABLE: &str = "workspace";

/// What the API says of the workspace that the token is of.
pub(crate) async fn of_token(migration: &Migration, from: &Settings) -> Result<Value> {
    let mut context = migration.context.clone();
    context.staging = Staging::in_memory();
    context.progress = Arc::new(|_| {});
    let request = Request { tables: vec![TABLE.to_owned()], ..Request::default() };
    let run = deskferry_extract::extract(&context, &migration.spec, from, &request).await?;
    row(&context.staging, &run).await
}

/// # Errors
/// Where the token is of another workspace than what is staged.
pub(super) async fn check(migration: &Migration, from: &Settings) -> Result<()> {
    let staging = &migration.context.staging;
    if !migration.spec.is_copied() || migration.spec.table(TABLE).is_none() {
        return Ok(());
    }
    let staged = staging.current(migration.spec.schema()).await?.remove(TABLE).unwrap_or_default();
    // A run that changed nothing of it has no row.
    let mut known = Value::Null;
    for run in &staged {
        known = Some(row(staging, run).await?).filter(|row| row["id"].is_string()).unwrap_or(known);
    }
    if known.is_null() {
        return Ok(());
    }
    let found = of_token(migration, from).await?;
    if found["id"] == known["id"] {
        return Ok(());
    }
    let named =
        |row: &Value| format!("{} ({})", row["name"].as_str().unwrap_or("?"), row["id"].as_str().unwrap_or("?"));
    Err(refused(
        format!(
            "[source] token is of the workspace {}, and what is staged is of {}: all of it would be taken to be gone",
            named(&found),
            named(&known)
        ),
        "give the token of the workspace that is staged; another one is copied into a folder of its own, with another stage and target",
    ))
}

/// The row of a run; NULL where it has none.
async fn row(staging: &Staging, run: &Manifest) -> Result<Value> {
    let batches: Vec<_> = staging.read(run, TABLE)?.try_collect().await?;
    Ok(json_rows(&batches)?.into_iter().next().unwrap_or_default())
}
