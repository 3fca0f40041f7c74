//! What a run keeps while its source is read for hours or days: a plan and logs, removed once the run is published.
//!
//! Invariants:
//! 1. a plan is created only if absent and never changed: a work goes on with what it was begun for, or not at all;
//! 2. logs follow [`Log`](crate::Log): of two readers that go on with one work, one gets `Exists` and stops;
//! 3. readers of the stage never see it: what is published is the run alone.

use std::collections::BTreeSet;

use bytes::Bytes;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions};

use crate::{Error, Log, Result, RunId, Staging, layout};

/// What one run that is being read keeps.
#[derive(Debug, Clone)]
pub struct Work {
    staging: Staging,
    schema: String,
    run: RunId,
}

impl Staging {
    /// The runs of a schema that were begun and neither published nor given up, oldest first.
    ///
    /// # Errors
    /// `Name` where `schema` cannot be a schema's name; `Store`.
    pub async fn works(&self, schema: &str) -> Result<Vec<Work>> {
        layout::check_name("schema name", schema)?;
        let folder = layout::works(schema);
        let found = self.store().list_with_delimiter(Some(&folder)).await.map_err(Error::store("list", &folder))?;
        let runs: BTreeSet<RunId> =
            found.common_prefixes.iter().filter_map(|path| path.filename()?.parse().ok()).collect();
        Ok(runs.into_iter().map(|run| self.at_work(schema, run)).collect())
    }

    /// Begins a work with its plan.
    ///
    /// # Errors
    /// `Name` where `schema` cannot be a schema's name; `Exists` where the run has one; `Store`.
    pub async fn begin_work(&self, schema: &str, run: RunId, plan: Bytes) -> Result<Work> {
        layout::check_name("schema name", schema)?;
        let path = layout::plan(schema, &run);
        let options = PutOptions::from(PutMode::Create);
        self.store().put_opts(&path, plan.into(), options).await.map_err(Error::store("create", &path))?;
        Ok(self.at_work(schema, run))
    }

    fn at_work(&self, schema: &str, run: RunId) -> Work {
        Work { staging: self.clone(), schema: schema.to_owned(), run }
    }
}

impl Work {
    /// The run that it is for.
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// The plan; `None` where it was not stored before the process ended.
    ///
    /// # Errors
    /// `Store`.
    pub async fn plan(&self) -> Result<Option<Bytes>> {
        let path = layout::plan(&self.schema, &self.run);
        match self.staging.store().get(&path).await {
            Ok(found) => Ok(Some(found.bytes().await.map_err(Error::store("read", &path))?)),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(Error::store("read", &path)(error)),
        }
    }

    /// A log of it: `table` and which of the table's logs.
    ///
    /// # Errors
    /// `Name` where one of them cannot be a name.
    pub fn log(&self, table: &str, log: &str) -> Result<Log> {
        layout::check_name("table name", table)?;
        layout::check_name("log name", log)?;
        let folder = layout::work(&self.schema, &self.run).join(table).join(log);
        Ok(Log::in_folder(self.staging.clone(), folder))
    }

    /// Whether it has nothing but its plan.
    ///
    /// # Errors
    /// `Store`.
    pub async fn is_empty(&self) -> Result<bool> {
        let (folder, plan) = (layout::work(&self.schema, &self.run), layout::plan(&self.schema, &self.run));
        let store = self.staging.store();
        let mut all = store.list(Some(&folder));
        while let Some(found) = all.try_next().await.map_err(Error::store("list", &folder))? {
            if found.location != plan {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Removes all of it; the plan last, so that what is left of a removal that broke off is still found.
    ///
    /// # Errors
    /// `Store`.
    pub async fn remove(&self) -> Result<()> {
        let (folder, plan) = (layout::work(&self.schema, &self.run), layout::plan(&self.schema, &self.run));
        let store = self.staging.store();
        let all = store.list(Some(&folder)).map_ok(|meta| meta.location);
        let kept = plan.clone();
        let logs = all.try_filter(move |path| futures::future::ready(*path != kept)).boxed();
        let removed: Result<Vec<_>, _> = store.delete_stream(logs).try_collect().await;
        removed.map_err(Error::store("remove", &folder))?;
        match store.delete(&plan).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(Error::store("remove", &plan)(error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_work_is_found_until_it_is_removed_and_its_plan_never_changes() {
        let staging = Staging::in_memory();
        let run = RunId::new(chrono::DateTime::from_timestamp(1_700_000_000, 0).unwrap(), 7);
        let work = staging.begin_work("acme", run.clone(), Bytes::from_static(b"{}")).await.unwrap();
        assert!(matches!(staging.begin_work("acme", run.clone(), Bytes::new()).await, Err(Error::Exists { .. })));
        let found = staging.works("acme").await.unwrap();
        assert_eq!(found.iter().map(Work::run).collect::<Vec<_>>(), [&run]);
        assert_eq!(found[0].plan().await.unwrap().as_deref(), Some(&b"{}"[..]));
        assert!(work.log("../x", "rows").is_err());
        assert!(work.is_empty().await.unwrap());
        assert!(staging.runs().await.unwrap().is_empty());
        work.remove().await.unwrap();
        assert!(staging.works("acme").await.unwrap().is_empty());
    }
}
