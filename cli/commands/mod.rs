//! One file per command.

mod check;
mod demo;
mod diff;
mod distill;
mod explain;
mod extract;
mod init;
mod load;
mod plan;
mod probe;
mod read_back;
mod reconcile;
mod report;
mod rollback;
mod runs;
mod sandbox;
mod serve;
mod settle;
mod sql;
mod status;
mod sync;
mod transform;

use std::path::Path;
use std::process::ExitCode;

use anyhow::Result;
use deskferry_extract::Spec;
use deskferry_staging::{Context, Progress, Staging};

use crate::args::{Args, Command};
use crate::embedded::{self, Files};
use crate::error::refused;
use crate::progress::progress;
use crate::settings::Settings;
use crate::surroundings;

/// Runs the command that was asked for.
pub(crate) async fn run(args: Args) -> Result<ExitCode> {
    let directory = args.directory.as_path();
    match &args.command {
        Command::Init(init) => self::init::run(directory, init),
        Command::Sandbox(sandbox) => self::sandbox::run(sandbox, args.json).await,
        Command::Demo(demo) => self::demo::run(directory, demo).await,
        Command::Check => self::check::run(&Migration::open(directory)?, args.json).await,
        Command::Probe(probe) => self::probe::run(&Migration::open(directory)?, probe, args.json).await,
        Command::Extract(extract) => self::extract::run(&Migration::open(directory)?, extract, args.json).await,
        Command::Transform(transform) => self::transform::run(&Migration::open(directory)?, transform, args.json).await,
        Command::Plan(load) => self::plan::run(&Migration::open(directory)?, load, args.json).await,
        Command::Load(load) => self::load::run(&Migration::open(directory)?, load, args.json).await,
        Command::Sync(sync) => self::sync::run(&Migration::open(directory)?, sync, args.json).await,
        Command::Settle(settle) => self::settle::run(&Migration::open(directory)?, settle, args.json).await,
        Command::Rollback(rollback) => self::rollback::run(&Migration::open(directory)?, rollback, args.json).await,
        Command::Reconcile(reconcile) => self::reconcile::run(&Migration::open(directory)?, reconcile, args.json).await,
        Command::Explain(explain) => self::explain::run(&Migration::open(directory)?, explain, args.json).await,
        Command::Distill(distill) => self::distill::run(&Migration::open(directory)?, distill, args.json).await,
        Command::Diff(diff) => self::diff::run(&Migration::open(directory)?, diff, args.json).await,
        Command::Report(report) => self::report::run(&Migration::open(directory)?, report, args.json).await,
        Command::Serve(serve) => self::serve::run(Migration::open(directory)?, serve, args.json).await,
        Command::Status => self::status::run(&Migration::open(directory)?, args.json).await,
        Command::Sql(sql) => self::sql::run(&Migration::open_unwatched(directory)?, sql, args.json).await,
        Command::Runs(runs) => self::runs::run(&Migration::open(directory)?, runs, args.json).await,
    }
}

/// Gives the environment's variables.
type Variable = Box<dyn Fn(&str) -> Option<String> + Send + Sync>;

/// One migration: its settings, its texts, its stage.
pub(crate) struct Migration {
    /// Its folder.
    pub(crate) directory: std::path::PathBuf,
    /// `deskferry.toml`.
    pub(crate) settings: Settings,
    /// What is said of the source.
    pub(crate) spec: Spec,
    /// Specs, SQL and mappings, with the folder's own laid over them.
    pub(crate) files: Files,
    /// Surroundings for the stages.
    pub(crate) context: Context,
    variable: Variable,
}

impl Migration {
    fn open(directory: &Path) -> Result<Self> {
        let migration = Self::open_unwatched(directory)?;
        surroundings::stop_on_signal(&migration.context);
        Ok(migration)
    }

    /// As [`Migration::open`]; Ctrl-C is the command's own to handle.
    fn open_unwatched(directory: &Path) -> Result<Self> {
        Self::open_with(directory, surroundings::variable, progress())
    }

    fn open_with(
        directory: &Path,
        variable: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
        progress: Progress,
    ) -> Result<Self> {
        let mut files = embedded::files(directory)?;
        let spec = |kind: &str| embedded::parsed_spec(&files, kind);
        let settings = Settings::read(directory, &variable, spec)?;
        embedded::add_raw_tables(&mut files, &settings.source.kind)?;
        let spec = embedded::parsed_spec(&files, &settings.source.kind)?;
        let staging: Staging = surroundings::staging(&settings)?;
        let context = surroundings::context(staging, progress);
        Ok(Self { directory: directory.to_owned(), settings, spec, files, context, variable: Box::new(variable) })
    }

    /// The access tokens, each with where it comes from.
    pub(crate) fn tokens(&self) -> Result<Vec<(String, String)>> {
        self.settings.tokens(&self.variable)
    }

    /// What the wording is told.
    pub(crate) fn wording(&self) -> Result<deskferry_distill::Settings> {
        let (kind, model) = (&self.settings.source.kind, deskferry_distill::MODEL);
        if !self.files.contains_key(&format!("sql/{kind}/{model}.sql")) {
            return Err(refused(
                format!("the models of {kind} do not put together what is known about customers"),
                format!("that is for a copy of Intercom; a source whose sql/{kind}/ has {model}.sql can have it, too"),
            ));
        }
        self.settings.wording(self.spec.contract(), &self.variable)
    }

    /// What events are signed with, where there is a secret.
    pub(crate) fn webhook_secret(&self) -> Result<Option<deskferry_serve::Secret>> {
        self.settings.webhook_secret(&self.variable)
    }

    /// Whether there is a secret that events are signed with.
    pub(crate) fn has_webhook_secret(&self) -> bool {
        self.webhook_secret().is_ok_and(|secret| secret.is_some())
    }

    /// The database that a copy is brought to.
    pub(crate) fn target(&self) -> Result<Option<String>> {
        self.settings.target(&self.variable)
    }

    /// What clients of `sql --serve` log in with.
    pub(crate) fn sql_password(&self) -> Result<String> {
        self.settings.sql_password(&self.variable)
    }
}
