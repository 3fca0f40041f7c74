//! The calls of one row as they are, or would be, sent: for people who ask why a row looks as it does.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;
use deskferry_staging::{Context, Manifest};
use serde_json::Value;

use crate::chains::Chains;
use crate::intercom::Workspace;
use crate::ledger::{self, Ledger};
use crate::load::Load;
use crate::people::People;
use crate::phases::{self, Consumer};
use crate::settings::{Filter, Settings};
use crate::step::Chain;
use crate::{Result, tables};

/// One call of a row.
#[derive(Debug, Clone, PartialEq)]
pub struct Shown {
    /// Contract table of the step: a conversation has steps of its messages too.
    pub table: String,
    /// Source key of the step.
    pub key: String,
    /// Step.
    pub step: String,
    /// HTTP method.
    pub method: String,
    /// Path; rows that are not in Intercom yet stand in it and in the body as `<table key>`.
    pub path: String,
    /// Body; files have no bytes.
    pub body: Option<Value>,
}

/// The calls that make a row of a contract table, in their order. Reads the workspace, sends nothing.
///
/// # Errors
/// `Setting` where the table is not loaded; `Http` where the workspace does not answer; `Contract`, `Staging`.
pub async fn show(
    context: &Context,
    settings: &Settings,
    manifest: &Manifest,
    table: &str,
    key: &str,
) -> Result<Vec<Shown>> {
    let filter =
        Filter { only: vec![table.to_owned()], keys: Some(HashSet::from([key.to_owned()])), ..Filter::default() };
    phases::check(&filter)?;
    let client = settings.client(context)?;
    let workspace = Workspace::read(&client).await?;
    let people = People::matched(&context.staging, Some(manifest), &workspace, settings).await?;
    let ledger = Ledger::rehearsed(ledger::replay(context).await?);
    let load = Arc::new(Load::new(context, settings, client, ledger, people, false));
    let mut shower = Shower { load: Arc::clone(&load), shown: Vec::new() };
    phases::all(&load, manifest, &filter, &mut shower).await?;
    Ok(shower.shown)
}

struct Shower {
    load: Arc<Load>,
    shown: Vec<Shown>,
}

#[async_trait]
impl Consumer for Shower {
    async fn table(&mut self, _table: &'static str, _total: u64, _serial: bool, chains: &mut dyn Chains) -> Result<()> {
        while let Some(chain) = chains.next().await? {
            self.chain(&chain).await?;
        }
        Ok(())
    }
}

impl Shower {
    async fn chain(&mut self, chain: &Chain) -> Result<()> {
        let composer = self.load.composer().with_placeholders();
        for step in chain.steps.iter().filter(|step| !step.in_create && !step.is_default) {
            let Ok(request) = composer.request(&step.call, false).await else { continue };
            self.shown.push(Shown {
                table: step.table.to_owned(),
                key: step.key.clone(),
                step: step.name.clone(),
                method: step.call.method.as_str().to_owned(),
                path: request.path,
                body: request.body,
            });
        }
        Ok(())
    }
}

/// Whether rows of a contract table are sent to Intercom.
pub fn is_loaded(table: &str) -> bool {
    tables::ORDER.contains(&table)
}
