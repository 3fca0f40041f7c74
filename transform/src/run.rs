//! One transform: models, contract, checks, publishing.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;

use arrow::array::{AsArray, BooleanArray, RecordBatch};
use arrow::datatypes::SchemaRef;
use datafusion::common::DataFusionError;
use deskferry_staging::{Build, Context, Manifest, RunWriter, Stage, TableWriter};
use futures::StreamExt as _;

use crate::catalog::Catalog;
use crate::checks::{self, Check};
use crate::contract::{self, Contract, KEY, REJECTS, WARNINGS};
use crate::engine::{Engine, Join};
use crate::fingerprint::{self, Surroundings};
use crate::inputs::{Inputs, sha256};
use crate::models::{self, Model};
use crate::nulls::split_nulls;
use crate::rejects::{Hash, Reason, Rejects, hash};
use crate::reuse::{Choice, Rebuild, Rows, Unchecked};
use crate::scratch::{Candidate, Scratch};
use crate::write::{stored, stored_schema};
use crate::{Error, Result, damage, views};

/// Why a row goes whose key an earlier one has.
pub(crate) const DUPLICATE: &str = "duplicate source_key";

/// What a transform has done.
#[derive(Debug)]
pub struct Summary {
    /// The published run.
    pub manifest: Manifest,
    /// Models in their order, with the rows that were written.
    pub models: Vec<(String, u64)>,
    /// Models that have run.
    pub built: Vec<String>,
    /// Models that have not run although they or what they read have changed: [`Rebuild::Only`] left them as they were.
    pub stale: Vec<String>,
    /// Rejected rows by reason.
    pub rejects: BTreeMap<String, u64>,
    /// Rows that checks warn of, by check.
    pub warnings: BTreeMap<String, u64>,
}

/// Runs the models of a source over its current staged tables and publishes what they give as one run of the schema of its contract. Models that need
/// not run are taken over from the last transform; with [`Rebuild::Changed`] the outcome is that of [`Rebuild::All`].
///
/// # Errors
/// `NoExtract`; `NoModel`; `File`, `Cycle`, `Sql`, `Contract` for SQL that is wrong; `Memory`; `Cancelled`; what the stage refuses.
/// After an error nothing is published.
pub async fn transform(context: &Context, inputs: &Inputs<'_>, rebuild: &Rebuild) -> Result<Summary> {
    let contract = Contract::of(inputs)?;
    let models = models::ordered(inputs.models(), inputs.contract)?;
    let checks = checks::all(inputs)?;
    if models.is_empty() {
        return Err(Error::NoModels { source_name: inputs.source.to_owned() });
    }
    let engine = Engine::new(inputs)?;
    let catalog = Catalog::new(&engine, &context.staging, inputs)?;
    let runs = context.staging.runs().await?;
    if !runs.iter().any(|run| run.schema == inputs.raw) {
        return Err(Error::NoExtract { source_name: inputs.source.to_owned() });
    }
    let surroundings =
        Surroundings { contract: &contract, inputs, runs: &runs, unstable: fingerprint::unstable(&engine) };
    let fingerprints = fingerprint::fingerprints(&models, &surroundings);
    let choice = Choice::new(&models, &fingerprints, &contract, &runs, rebuild)?;
    let schemas: BTreeSet<&str> =
        runs.iter().map(|run| run.schema.as_str()).filter(|schema| *schema != contract.schema).collect();
    views::empty_for_models(&engine, inputs).await?;
    let mut read = Vec::new();
    for schema in schemas {
        let current = catalog.register_runs(schema, &runs).await?;
        if schema == inputs.raw {
            read = current;
        }
    }
    catalog.register_logs(None).await?;
    catalog.register_inputs(inputs)?;

    let mut run = context.staging.begin(context.run_id(), Stage::Transform, &contract.schema, context.now())?;
    let manifest = run.manifest();
    manifest.inputs = read.into_iter().map(|run| run.run).collect();
    manifest.hashes = inputs.hashes();
    let all = contract.all();
    let (rejects, warnings) = (Arc::clone(&all[REJECTS]), Arc::clone(&all[WARNINGS]));
    let rejects = Rejects::new(run.table(REJECTS, Arc::clone(&rejects))?, rejects);
    let warnings = run.table(WARNINGS, warnings)?;
    let scratch = Scratch::new(context, &engine)?;
    let (candidates, builds) = (BTreeMap::new(), BTreeMap::new());
    let job = Transform {
        context,
        engine,
        catalog,
        contract,
        run,
        scratch,
        rejects,
        warnings,
        candidates,
        builds,
        fingerprints,
        choice,
    };
    match job.run(&models, &checks).await {
        Err(error) => Err(damage::told(&context.staging, &runs, "", inputs.contract, error).await),
        done => done,
    }
}

/// A transform under way.
pub(crate) struct Transform<'a> {
    pub(crate) context: &'a Context,
    pub(crate) engine: Engine,
    pub(crate) catalog: Catalog,
    pub(crate) contract: Contract,
    pub(crate) run: RunWriter,
    pub(crate) scratch: Scratch,
    pub(crate) rejects: Rejects,
    pub(crate) warnings: TableWriter,
    /// Contract tables before checks.
    pub(crate) candidates: BTreeMap<String, Unchecked>,
    /// How the models that have run made their tables.
    pub(crate) builds: BTreeMap<String, Build>,
    fingerprints: BTreeMap<String, Option<String>>,
    pub(crate) choice: Choice,
}

impl Transform<'_> {
    async fn run(mut self, models: &[Model], checks: &[Check]) -> Result<Summary> {
        for model in models {
            if self.choice.run.contains(&model.name) || !self.take_over(model).await? {
                self.choice.run.insert(model.name.clone());
                self.run_model(model).await?;
            }
        }
        for (table, schema) in self.contract.tables.clone() {
            if !self.candidates.contains_key(&table) {
                let draft = self.scratch.draft(&table, schema)?;
                let candidate = self.scratch.close(draft).await?;
                self.add_drafted(&table, candidate)?;
            }
        }
        self.stop(checks).await?;
        self.reject(checks).await?;
        let warnings = self.warn(checks).await?;
        self.publish(models, warnings).await
    }

    async fn run_model(&mut self, model: &Model) -> Result<()> {
        let started_at = self.context.now();
        match self.contract.tables.get(&model.name).cloned() {
            Some(schema) => self.contract_model(model, &schema).await?,
            None => self.intermediate(model).await?,
        }
        let build = Build {
            model: model.path.clone(),
            sha256: sha256(&model.sql),
            reads: model.tables.iter().cloned().collect(),
            fingerprint: self.fingerprints.get(&model.name).cloned().flatten(),
            milliseconds: (self.context.now() - started_at).num_milliseconds().unsigned_abs(),
            reused_from: None,
        };
        if let Some(written) = self.run.manifest().tables.get_mut(&model.name) {
            written.build = Some(build.clone());
        }
        self.builds.insert(model.name.clone(), build);
        Ok(())
    }

    /// Writes an intermediate model into the run, once, and makes it known to later ones.
    async fn intermediate(&mut self, model: &Model) -> Result<()> {
        for join in [Join::Hash, Join::SortMerge] {
            match self.write_intermediate(model, join).await {
                Err(Error::Memory { .. }) if join == Join::Hash => {}
                done => return done,
            }
        }
        Ok(())
    }

    async fn write_intermediate(&mut self, model: &Model, join: Join) -> Result<()> {
        let frame = self.engine.plan(&model.path, &model.sql, join).await?;
        let schema = stored_schema(frame.schema().as_arrow());
        let mut writer = self.run.table(&model.name, Arc::clone(&schema))?;
        let mut stream = self.engine.stream(&model.path, frame).await?;
        let mut rows = 0;
        while let Some(batch) = stream.next().await {
            let batch = batch.map_err(self.engine.failed(&model.path))?;
            for piece in stored(&batch, &schema).map_err(arrow_error(&model.path))? {
                writer.write(&piece).await?;
            }
            rows += batch.num_rows() as u64;
            self.report(&model.name, rows)?;
        }
        let written = self.run.add(&model.name, vec![writer.close().await?]).clone();
        let table = self.catalog.written(&schema, &written);
        self.catalog.register(&self.contract.schema, &model.name, Arc::new(table))
    }

    /// Writes a contract model's candidate: columns as the contract wants, without rows that break NOT NULL or repeat a key.
    async fn contract_model(&mut self, model: &Model, schema: &SchemaRef) -> Result<()> {
        let mut written = Err(Error::Cancelled);
        for join in [Join::Hash, Join::SortMerge] {
            written = self.write_candidate(model, schema, join).await;
            if !matches!(written, Err(Error::Memory { .. })) {
                break;
            }
        }
        let (candidate, refused) = written?;
        let mut refused = self.scratch.read(&refused)?;
        while let Some(batch) = refused.next().await {
            if let (_, Some((rows, reasons))) = split_nulls(&batch?, schema)? {
                self.rejects.write(&model.name, &rows, &reasons).await?;
                self.list(&model.name, &rows, &reasons)?;
            }
        }
        self.add_drafted(&model.name, candidate)?;
        let repeated = self.repeated_keys(&model.name).await?;
        if !repeated.is_empty() {
            let candidate = self.without_repeated(&model.name, schema, repeated).await?;
            self.add_drafted(&model.name, candidate)?;
        }
        Ok(())
    }

    /// The candidate, and beside it the rows that break NOT NULL: on disk as well, for they can be all rows there are.
    async fn write_candidate(
        &mut self,
        model: &Model,
        schema: &SchemaRef,
        join: Join,
    ) -> Result<(Candidate, Candidate)> {
        let frame = self.engine.plan(&model.path, &model.sql, join).await?;
        let frame = contract::conform(frame, &self.contract, &model.name, &model.path)?;
        let nullable = stored_schema(schema);
        let mut draft = self.scratch.draft(&model.name, Arc::clone(schema))?;
        let mut refused = self.scratch.draft(&format!("{}_refused", model.name), Arc::clone(&nullable))?;
        let mut stream = self.engine.stream(&model.path, frame).await?;
        let mut rows = 0;
        while let Some(batch) = stream.next().await {
            let batch = batch.map_err(self.engine.failed(&model.path))?;
            for piece in stored(&batch, &nullable).map_err(arrow_error(&model.path))? {
                let (good, bad) = split_nulls(&piece, schema)?;
                draft.writer.write(&good).await?;
                if let Some((bad, _)) = bad {
                    refused.writer.write(&bad).await?;
                }
            }
            rows += batch.num_rows() as u64;
            self.report(&model.name, rows)?;
        }
        Ok((self.scratch.close(draft).await?, self.scratch.close(refused).await?))
    }

    fn add_drafted(&mut self, table: &str, candidate: Candidate) -> Result<()> {
        let (schema, provider) = (Arc::clone(&candidate.schema), Arc::new(self.scratch.table(&candidate)));
        self.add_candidate(table, Unchecked { schema, provider, rows: Rows::Drafted(Box::new(candidate)) })
    }

    pub(crate) fn add_candidate(&mut self, table: &str, unchecked: Unchecked) -> Result<()> {
        self.catalog.register(&self.contract.schema, table, Arc::clone(&unchecked.provider))?;
        self.candidates.insert(table.to_owned(), unchecked);
        Ok(())
    }

    async fn repeated_keys(&self, table: &str) -> Result<HashSet<Hash>> {
        let sql = format!("SELECT {KEY} FROM \"{table}\" GROUP BY {KEY} HAVING count(*) > 1");
        let mut keys = HashSet::new();
        for batch in self.engine.collect(&format!("keys of {table}"), &sql).await? {
            keys.extend(batch.column(0).as_string::<i32>().iter().flatten().map(hash));
        }
        Ok(keys)
    }

    /// The candidate again with only the first row of each key.
    async fn without_repeated(
        &mut self,
        table: &str,
        schema: &SchemaRef,
        repeated: HashSet<Hash>,
    ) -> Result<Candidate> {
        let mut draft = self.scratch.draft(table, Arc::clone(schema))?;
        let mut seen = HashSet::new();
        let mut rows = self.in_order(table, &self.candidates[table]).await?;
        while let Some(batch) = rows.next().await {
            let batch = batch?;
            let keys = batch.column_by_name(KEY).map(|keys| keys.as_string::<i32>().clone());
            let stays: BooleanArray = keys
                .iter()
                .flatten()
                .map(|key| {
                    let hash = hash(key.unwrap_or_default());
                    Some(!repeated.contains(&hash) || seen.insert(hash))
                })
                .collect();
            let reasons = vec![(None, DUPLICATE.to_owned()); stays.false_count()];
            draft.writer.write(&self.rejects.split(table, &batch, &stays, &reasons).await?).await?;
        }
        self.scratch.close(draft).await
    }

    /// Writes the contract tables without their rejected rows and publishes the run.
    async fn publish(mut self, models: &[Model], warnings: BTreeMap<String, u64>) -> Result<Summary> {
        for (table, unchecked) in std::mem::take(&mut self.candidates) {
            if self.published_before(&table, &unchecked).await? {
                continue;
            }
            let mut writer = self.run.table(&table, Arc::clone(&unchecked.schema))?;
            let mut rows = self.in_order(&table, &unchecked).await?;
            let mut done = 0;
            while let Some(batch) = rows.next().await {
                let kept = self.rejects.keep(&table, batch?).await?;
                done += kept.num_rows() as u64;
                writer.write(&kept).await?;
                self.report(&table, done)?;
            }
            let build = self.build(&table);
            let written = self.run.add(&table, vec![writer.close().await?]);
            (written.key, written.build) = (vec![KEY.to_owned()], build);
            for column in &mut written.columns {
                column.json = self.contract.is_json(&table, &column.name);
            }
        }
        let (writer, rejects) = self.rejects.finish();
        self.run.add(REJECTS, vec![writer.close().await?]);
        self.run.add(WARNINGS, vec![self.warnings.close().await?]);
        self.run.manifest().rejects = rejects.clone();
        if self.context.cancel.is_cancelled() {
            return Err(Error::Cancelled);
        }
        let manifest = self.run.publish(self.context.now()).await?;
        let built = models.iter().map(|model| &model.name).filter(|name| self.choice.run.contains(*name)).cloned();
        let built = built.collect();
        let models = models.iter().map(|model| (model.name.clone(), manifest.rows(&model.name))).collect();
        Ok(Summary { manifest, models, built, stale: self.choice.stale, rejects, warnings })
    }

    fn list(&mut self, table: &str, rows: &RecordBatch, reasons: &[Reason]) -> Result<()> {
        let Some(keys) = rows.column_by_name(KEY) else { return Ok(()) };
        let listed: Vec<_> = keys
            .as_string::<i32>()
            .iter()
            .zip(reasons)
            .filter_map(|(key, (_, reason))| Some((table.to_owned(), key?.to_owned(), reason.clone())))
            .collect();
        self.rejects.list(&listed)
    }

    fn report(&self, table: &str, rows: u64) -> Result<()> {
        self.context.tick(table, rows, None);
        self.stop_if_asked()
    }

    pub(crate) fn stop_if_asked(&self) -> Result<()> {
        if self.context.cancel.is_cancelled() { Err(Error::Cancelled) } else { Ok(()) }
    }
}

fn arrow_error(file: &str) -> impl Fn(arrow::error::ArrowError) -> Error + use<> {
    let file = file.to_owned();
    move |e| Error::sql(&file)(DataFusionError::from(e))
}
