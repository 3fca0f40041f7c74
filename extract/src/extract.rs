//! One extract from beginning to end: pick the reader, read, take the files along, publish.

use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{DataType, Field, Schema};
use deskferry_staging::{Context, Manifest, RunWriter, Stage};
use tokio_util::sync::CancellationToken;

use crate::defects;
use crate::export_zip::Export;
use crate::last_state::{self, LastState};
use crate::mysqldump::Dump;
use crate::quirks::hesk_settings::{self, Desk};
use crate::reader::{Reader, Sink, Survey};
use crate::sink::Finished;
use crate::spec::ReaderKind;
use crate::{Error, Request, Result, Settings, Spec, attachments, quirks};

/// What a source was found to have, without staging anything.
#[derive(Debug, Clone)]
pub struct Probe {
    /// How it is read.
    pub reader: ReaderKind,
    /// Version of the help desk as far as it can be told: `3.4`, `2.8.3 to 3.1`.
    pub version: Option<String>,
    /// The help desk's time zone: the user's setting, else what its settings file says.
    pub timezone: Option<String>,
    /// Each declared table that the source has, with the source's own count where it has one.
    pub tables: Vec<(String, Option<u64>)>,
    /// Tables that an extract cannot be without and that the source refuses, each with the reason.
    pub refused: Vec<(String, String)>,
    /// How many calls an extract takes and how long, where it takes calls.
    pub forecast: Option<String>,
    /// What the user should know, in plain sentences.
    pub remarks: Vec<String>,
}

impl Probe {
    /// Whether an extract can read all that it must.
    ///
    /// # Errors
    /// `NoAccess` of the first table that the source refuses.
    pub fn readable(&self) -> Result<()> {
        match self.refused.first() {
            Some((table, reason)) => Err(Error::NoAccess { table: table.clone(), reason: reason.clone() }),
            None => Ok(()),
        }
    }
}

/// Reads the declared tables of a source into one published run of the spec's schema.
///
/// Every declared table that `request` wants is in the run, those that the source has not with no rows; so are `_defects` (what
/// did not fit), `files` (attachments by hash) and `settings` (what is known about the help desk). With `since_last` a table that
/// can be compared with its last state has only [`Changes`](deskferry_staging::Changes); the runs of that state are the run's
/// inputs.
///
/// # Errors
/// `Overtaken`, `Cancelled` and every other error leave nothing published.
pub async fn extract(context: &Context, spec: &Spec, settings: &Settings, request: &Request) -> Result<Manifest> {
    check_tables(spec, request)?;
    if let Some(rest) = &spec.rest {
        check_comparable(ReaderKind::Rest, request)?;
        return crate::rest::extract(context, spec, rest, settings, request).await;
    }
    let desk = Desk::read(settings)?;
    let settings = &desk.complete(settings);
    let kind = reader_kind(spec, settings)?;
    let request = &with_all_files(spec, request);
    check_comparable(kind, request)?;
    let now = context.now();
    let run = context.staging.begin(context.run_id(), Stage::Extract, spec.schema(), now)?;
    let last = if request.since_last { LastState::read(context, spec, request).await? } else { LastState::default() };
    let sink = Sink::new(context, spec, settings, request, run, last)?;

    let mut reader = reader(kind, spec, settings, context.cancel.clone())?;
    let survey = reader.read(&sink).await?;
    drop(reader);
    let version = quirks::hesk_version::detect(&survey);
    let made = desk.stage_custom_fields(&sink, &survey).await?;
    let wall_time = sink.read_wall_time();
    let Finished { mut run, mut defects, mut last, mut compared } = sink.finish(&survey).await?;
    compared.extend(last.take(attachments::TABLE, &[]).map(|known| (attachments::TABLE.to_owned(), Arc::new(known))));

    source_rows(&mut run, &survey, made);
    if kind != ReaderKind::Mysql && request.sample.is_none() {
        check_counts(&mut run)?;
    }
    if let Some(files) = attachments::stage(context, spec, settings, &mut run, &compared).await? {
        defects.write(&files.defects).await?;
        run.manifest().remarks.extend(files.remarks);
    }
    run.add(defects::TABLE, vec![defects.close().await?]);
    stage_settings(&mut run, &desk.rows(settings, kind, version.as_deref())).await?;

    let remarks = remarks(spec, settings, request, &desk, &survey, version.as_deref(), wall_time, kind);
    let manifest = run.manifest();
    manifest.remarks.splice(0..0, remarks.into_iter().chain(std::mem::take(&mut last.remarks)));
    manifest.sample = request.sample;
    last_state::mark_delta(manifest, &compared);
    manifest.hashes.insert(format!("sources/{}.toml", spec.name), spec.sha256.clone());
    if context.cancel.is_cancelled() {
        return Err(Error::Cancelled);
    }
    if request.since_last {
        last.check_newest(context, spec).await?;
    }
    Ok(run.publish(context.now()).await?)
}

/// Looks at a source without staging anything: a database is asked for counts, a dump is read through, an API is asked for the
/// first page of each list.
///
/// # Errors
/// As [`extract`], but for the stage's own.
pub async fn probe(context: &Context, spec: &Spec, settings: &Settings) -> Result<Probe> {
    if let Some(rest) = &spec.rest {
        return crate::rest::probe(context, spec, rest, settings).await;
    }
    let desk = Desk::read(settings)?;
    let settings = &desk.complete(settings);
    let kind = reader_kind(spec, settings)?;
    let survey = reader(kind, spec, settings, CancellationToken::new())?.survey().await?;
    let version = quirks::hesk_version::detect(&survey);
    let tables =
        spec.tables.iter().filter_map(|t| survey.table(&t.name).map(|found| (t.name.clone(), found.rows))).collect();
    let request = Request::default();
    let remarks = remarks(spec, settings, &request, &desk, &survey, version.as_deref(), false, kind);
    let (refused, forecast) = (Vec::new(), None);
    Ok(Probe { reader: kind, version, timezone: settings.timezone.clone(), tables, refused, forecast, remarks })
}

pub(crate) fn check_tables(spec: &Spec, request: &Request) -> Result<()> {
    match request.tables.iter().find(|t| spec.table(t).is_none()) {
        None => Ok(()),
        Some(table) => Err(Error::NoTable {
            table: table.clone(),
            spec: spec.name.clone(),
            known: spec.tables.iter().map(|t| t.name.as_str()).collect::<Vec<_>>().join(", "),
        }),
    }
}

/// `files` is one table of the files of all tables that name some: where one of them is read, all are.
fn with_all_files(spec: &Spec, request: &Request) -> Request {
    let mut request = request.clone();
    let with_files: Vec<&String> = spec.tables.iter().filter(|t| t.file.is_some()).map(|t| &t.name).collect();
    if request.tables.iter().any(|table| with_files.contains(&table)) {
        request.tables.extend(with_files.into_iter().filter(|name| !request.wants(name)).cloned().collect::<Vec<_>>());
    }
    request
}

/// Refuses to compare what does not have the rows of the last state under the same keys.
fn check_comparable(kind: ReaderKind, request: &Request) -> Result<()> {
    if request.since_last && request.sample.is_some() {
        return Err(Error::Setting {
            key: "--sample",
            reason: "a sample has not the rows of the last state".into(),
            hint: "give either --sample or --since-last".into(),
        });
    }
    if request.since_last && kind == ReaderKind::ExportZip {
        return Err(Error::Setting {
            key: "--since-last",
            reason: "an export holds only the tickets of the chosen dates and numbers names anew, so nothing tells which rows are new".into(),
            hint: "run `deskferry extract` without --since-last, or give a dump or the live database as [source] url".into(),
        });
    }
    Ok(())
}

/// The reader by the form of the url, or by the first bytes of the file.
fn reader_kind(spec: &Spec, settings: &Settings) -> Result<ReaderKind> {
    let url = settings.url.as_str();
    let kind = if url.starts_with("mysql://") || url.starts_with("mariadb://") {
        ReaderKind::Mysql
    } else if url.contains("://") {
        return Err(Error::Setting {
            key: "[source] url",
            reason: format!("`{}` is no kind of source", url.split("://").next().unwrap_or_default()),
            hint:
                "use mysql://user:password@host/database, or the path of a dump (.sql, .sql.gz) or of an export (.zip)"
                    .into(),
        });
    } else {
        let path = Path::new(url);
        let mut magic = Vec::new();
        let file = std::fs::File::open(path).map_err(Error::read(path))?;
        file.take(4).read_to_end(&mut magic).map_err(Error::read(path))?;
        if magic == *b"PK\x03\x04" || magic == *b"PK\x05\x06" { ReaderKind::ExportZip } else { ReaderKind::Mysqldump }
    };
    if spec.readers.contains(&kind) {
        return Ok(kind);
    }
    Err(Error::Setting {
        key: "[source] url",
        reason: format!("it needs the reader `{kind}`, which spec `{}` does not list", spec.name),
        hint: format!(
            "the spec's readers are: {}",
            spec.readers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
        ),
    })
}

fn reader(kind: ReaderKind, spec: &Spec, settings: &Settings, cancel: CancellationToken) -> Result<Box<dyn Reader>> {
    let path = Path::new(&settings.url);
    Ok(match kind {
        ReaderKind::Mysql => Box::new(crate::mysql::MySql::new(spec, settings)?),
        ReaderKind::Mysqldump => Box::new(Dump::new(path, spec, settings, cancel)),
        ReaderKind::ExportZip => Box::new(Export::new(path, spec, settings, cancel)),
        ReaderKind::Rest => return Err(Error::Internal("a REST source has a reader of its own".into())),
    })
}

/// The source's own counts. A table that we have made up ourselves has none.
fn source_rows(run: &mut RunWriter, survey: &Survey, made: Option<&str>) {
    for (name, table) in &mut run.manifest().tables {
        if made != Some(name.as_str()) {
            table.source_rows = survey.table(name).map_or(Some(0), |t| t.rows);
        }
    }
}

/// A file is read twice: what was counted the first time must have been staged the second time. A live database accounts for
/// rows that come and go itself.
fn check_counts(run: &mut RunWriter) -> Result<()> {
    let differs = |(name, table): (&String, &deskferry_staging::Table)| {
        let counted = table.source_rows.filter(|counted| *counted != table.rows_now())?;
        Some(Error::Count { table: name.clone(), counted, read: table.rows_now() })
    };
    run.manifest().tables.iter().find_map(differs).map_or(Ok(()), Err)
}

/// `settings(key, value)`.
pub(crate) async fn stage_settings(run: &mut RunWriter, rows: &[(String, String)]) -> Result<()> {
    let fields = ["key", "value"].map(|name| Field::new(name, DataType::Utf8, true));
    let schema = Arc::new(Schema::new(fields.to_vec()));
    let column =
        |of: fn(&(String, String)) -> &String| Arc::new(StringArray::from_iter_values(rows.iter().map(of))) as ArrayRef;
    let batch = RecordBatch::try_new(Arc::clone(&schema), vec![column(|r| &r.0), column(|r| &r.1)]);
    let mut writer = run.table(hesk_settings::TABLE, schema)?;
    writer.write(&batch.map_err(|e| Error::Internal(e.to_string()))?).await?;
    run.add(hesk_settings::TABLE, vec![writer.close().await?]).key = vec!["key".into()];
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "all that is known about the run, told in one place")]
fn remarks(
    spec: &Spec,
    settings: &Settings,
    request: &Request,
    desk: &Desk,
    survey: &Survey,
    version: Option<&str>,
    wall_time: bool,
    kind: ReaderKind,
) -> Vec<String> {
    let mut remarks = Vec::new();
    match (version, desk.get("hesk_version")) {
        (_, Some(stated)) => remarks.push(format!("{} {stated} by its settings file", spec.title)),
        (Some(version), None) if kind == ReaderKind::ExportZip => {
            remarks.push(format!("{} {version} by the columns of its export", spec.title));
        }
        (Some(version), None) => remarks.push(format!("{} {version} by its tables", spec.title)),
        (None, None) => remarks.push(format!("the version of {} cannot be told from its tables", spec.title)),
    }
    if let Some(sample) = request.sample {
        remarks
            .push(format!("a sample: the newest {sample} tickets and what belongs to them, not the whole help desk"));
    }
    if wall_time && settings.database_timezone.is_none() {
        let zone = settings.timezone.as_deref().unwrap_or("UTC");
        remarks.push(format!(
            "columns that hold wall time were read as {zone}; where the database server keeps another zone, set [source] database_timezone"
        ));
    }
    if settings.timezone.is_none() {
        remarks.push(
            "the help desk's time zone is not known, so dates without a time are taken as UTC: set [source] timezone"
                .into(),
        );
    }
    let absent: Vec<&str> = spec.tables.iter().map(|t| t.name.as_str()).filter(|t| survey.table(t).is_none()).collect();
    if kind != ReaderKind::ExportZip && !absent.is_empty() {
        // An account that may not see a table does not see that it is there either.
        let names = absent.join(", ");
        remarks.push(format!("not in this desk, or not to be seen by this account: {names}"));
    }
    remarks.extend(desk.remarks().iter().cloned());
    remarks.extend(survey.remarks.iter().cloned());
    remarks
}
