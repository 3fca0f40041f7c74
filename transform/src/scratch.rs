//! Candidates: what models give for contract tables, kept on the local disk until checks have said which rows go out.

use arrow::datatypes::SchemaRef;
use datafusion::execution::object_store::ObjectStoreUrl;
use deskferry_staging::{Context, Manifest, RunId, RunWriter, Stage, Staging, TableWriter};

use crate::engine::Engine;
use crate::table::StageTable;
use crate::{Error, Result};

/// A schema name of its own keeps its paths apart from those of the stage.
const SCHEMA: &str = "scratch";

/// A temporary stage; its folder goes with it.
pub(crate) struct Scratch {
    staging: Staging,
    url: ObjectStoreUrl,
    context: Context,
    number: u32,
    _folder: tempfile::TempDir,
}

/// A candidate while it is written.
pub(crate) struct Draft {
    run: RunWriter,
    table: String,
    pub(crate) writer: TableWriter,
}

/// A written candidate.
#[derive(Debug)]
pub(crate) struct Candidate {
    manifest: Manifest,
    table: String,
    pub(crate) schema: SchemaRef,
}

impl Scratch {
    pub(crate) fn new(context: &Context, engine: &Engine) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("deskferry-").tempdir().map_err(Error::Scratch)?;
        let path = folder.path().to_str().ok_or_else(|| Error::Scratch(std::io::ErrorKind::InvalidFilename.into()))?;
        let staging = Staging::open(path, Vec::<(String, String)>::new())?;
        let url = ObjectStoreUrl::parse("stage://scratch").map_err(Error::internal("naming the scratch folder"))?;
        engine.register_store(&url, staging.store());
        Ok(Self { staging, url, context: context.clone(), number: 0, _folder: folder })
    }

    /// Opens a candidate for writing.
    pub(crate) fn draft(&mut self, table: &str, schema: SchemaRef) -> Result<Draft> {
        // Each candidate is a run of its own, so that one that is written again never mixes with the first.
        self.number += 1;
        let run = self.staging.begin(
            RunId::new(self.context.now(), self.number),
            Stage::Transform,
            SCHEMA,
            self.context.now(),
        )?;
        let writer = run.table(table, schema)?;
        Ok(Draft { run, table: table.to_owned(), writer })
    }

    /// Ends the writing of a candidate.
    pub(crate) async fn close(&self, mut draft: Draft) -> Result<Candidate> {
        let schema = draft.writer.schema().clone();
        let written = draft.writer.close().await?;
        draft.run.add(&draft.table, vec![written]);
        let manifest = draft.run.publish(self.context.now()).await?;
        Ok(Candidate { manifest, table: draft.table, schema })
    }

    /// A candidate as DataFusion reads it.
    pub(crate) fn table(&self, candidate: &Candidate) -> StageTable {
        let parts = candidate.manifest.tables.get(&candidate.table).map(|t| t.parts.as_slice()).unwrap_or_default();
        StageTable::new(self.url.clone(), &candidate.schema).with_parts(None, parts, true)
    }

    /// A candidate's rows in the order they were written.
    pub(crate) fn read(
        &self,
        candidate: &Candidate,
    ) -> Result<futures::stream::BoxStream<'static, deskferry_staging::Result<arrow::array::RecordBatch>>> {
        Ok(self.staging.read(&candidate.manifest, &candidate.table)?)
    }
}
