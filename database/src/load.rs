//! One load: tables fitted, compared and written in the contract's order, indexes, notes, the run that tells of it.

use std::collections::BTreeMap;
use std::time::Duration;

use deskferry_staging::{Context, Manifest, RunId, Stage};

use crate::bookkeeping::Whole;
use crate::merge::{Merge, Surroundings};
use crate::report::Report;
use crate::session::Session;
use crate::table::Table;
use crate::{Error, Result, Settings, bookkeeping, keep, schema, table};

/// The schema of what a load says of rows.
const LOAD: &str = "load";

/// What became of the rows of one table.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Staged rows that were looked at.
    pub rows: u64,
    /// New in the database.
    pub created: u64,
    /// Changed in the database.
    pub updated: u64,
    /// As they were.
    pub same: u64,
    /// Gone from the database, as from the source.
    pub deleted: u64,
    /// In the database, but not as the stage has them: added by somebody else, refused, or perhaps not gone from the source.
    pub kept: u64,
    /// Refused: `load.rejects` says why.
    pub rejected: u64,
    /// Values written in another form, as PostgreSQL does not store all characters: `load.defects`.
    pub defects: u64,
    /// The staged rows are those of the last load, so that they were not read.
    pub is_skipped: bool,
}

/// What a load has done.
#[derive(Debug, Clone, PartialEq)]
pub struct Summary {
    /// The run that has `load.rejects` and `load.defects`.
    pub run: RunId,
    /// The schema in the database.
    pub schema: String,
    /// Per table, in the order of loading.
    pub tables: Vec<(String, Counts)>,
    /// Tables whose rows were not deleted, each with the reason.
    pub kept: BTreeMap<String, String>,
    /// What else the user should know, in plain sentences.
    pub remarks: Vec<String>,
    /// Whether the user stopped it: the same command goes on.
    pub interrupted: bool,
    /// How long it took.
    pub duration: Duration,
}

/// Brings the tables of a database to what a run says: rows that are new or have changed are written, rows that are gone are deleted.
///
/// # Errors
/// `Connect`, `Busy`, `Schema`, `Table`, `Newer`, `Run` before a row is written. `Database`, `Rejects` and `Staging` also later; what was
/// written until then stays, and the next load goes on from there.
pub async fn load(context: &Context, settings: &Settings, manifest: &Manifest) -> Result<Summary> {
    let started_at = context.now();
    let tables = table::all(manifest, settings)?;
    let kept = keep::reasons(&context.staging, manifest).await?;
    let mut session = Session::open(&settings.target, settings.schema.as_deref()).await?;
    session.lock(&settings.target).await?;
    bookkeeping::open(&session).await?;
    for table in &tables {
        schema::fit(&mut session, table).await?;
    }
    let mut run = context.staging.begin(context.run_id(), Stage::Load, LOAD, started_at)?;
    let (rejects, defects) = (Report::rejects(&run)?, Report::defects(&run)?);
    let reject_rate_max = settings.reject_rate_max;
    let mut around = Surroundings { context, manifest, session: &session, rejects, defects, reject_rate_max };
    let mut counted = Vec::new();
    let (mut remarks, mut interrupted) = (Vec::new(), false);
    for table in &tables {
        if context.cancel.is_cancelled() {
            interrupted = true;
            break;
        }
        let (counts, is_whole) = one(&mut around, table, kept.contains_key(&table.name), settings.verify).await?;
        counted.push((table.name.clone(), counts));
        interrupted = !is_whole;
        if interrupted {
            break;
        }
        remarks.extend(schema::index(&session, table).await?);
        context.tick(&table.name, table.rows, Some(table.rows));
    }
    let Surroundings { rejects, defects, .. } = around;
    rejects.close(&mut run).await?;
    defects.close(&mut run).await?;
    let told = run.manifest();
    told.inputs.push(manifest.run.clone());
    told.rejects = counted.iter().filter(|(_, c)| c.rejected > 0).map(|(t, c)| (t.clone(), c.rejected)).collect();
    let kept: BTreeMap<String, String> =
        kept.into_iter().filter(|(name, _)| counted.iter().any(|(t, c)| t == name && c.kept > 0)).collect();
    told.remarks.extend(kept.iter().map(|(table, why)| format!("nothing was deleted from {table}: {why}")));
    told.remarks.extend(remarks.iter().cloned());
    if interrupted {
        told.remarks.push("the load was stopped; the same command goes on".to_owned());
    }
    let published = run.publish(context.now()).await?;
    let duration = (context.now() - started_at).to_std().unwrap_or_default();
    let schema = session.schema.clone();
    Ok(Summary { run: published.run, schema, tables: counted, kept, remarks, interrupted, duration })
}

/// Brings one table to what is staged, or finds that it is.
async fn one(around: &mut Surroundings<'_>, table: &Table, keeps: bool, verify: bool) -> Result<(Counts, bool)> {
    let session = around.session;
    let noted = bookkeeping::read(session, table).await?;
    if !verify && noted.fingerprint.as_ref() == Some(&table.fingerprint) && count(session, table).await? == noted.rows {
        let counts = Counts { rows: table.rows, same: table.rows, is_skipped: true, ..Counts::default() };
        return Ok((counts, true));
    }
    let (counts, is_whole) = Merge::new(around, table, keeps).run(noted.generation).await?;
    let fits = counts.rejected == 0 && !(keeps && counts.kept > 0);
    let fingerprint = fits.then_some(table.fingerprint.as_str());
    let rows = count(session, table).await?;
    // What is noted already is not noted again: a load that finds nothing to do writes nothing.
    if is_whole && (noted.fingerprint.as_deref() != fingerprint || fingerprint.is_none() || noted.rows != rows) {
        let whole = Whole {
            run: around.manifest.run.as_str(),
            fingerprint,
            rows,
            rejected: i64::try_from(counts.rejected).unwrap_or(i64::MAX),
            defects: i64::try_from(counts.defects).unwrap_or(i64::MAX),
            loaded_at: around.context.now(),
        };
        bookkeeping::end(session, table, &whole).await?;
    }
    Ok((counts, is_whole))
}

/// Rows of a table in the database, whoever has written them.
pub(crate) async fn count(session: &Session, table: &Table) -> Result<i64> {
    let path = table.path(&session.schema);
    let counted = session.client.query_one(&format!("SELECT count(*) FROM {path}"), &[]).await;
    counted.map(|row| row.get(0)).map_err(Error::database(format!("count the rows of {path}")))
}
