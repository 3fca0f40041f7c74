//! The files that rows name, from the help desk's attachments folder into content-addressed files of the stage.
//!
//! A table whose spec says `file = "column"` names one file per row. The names are hostile: only a bare file name is accepted, and
//! only a regular file inside the folder. What cannot be staged is a defect, never a failure.

mod source;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, Int64Array, Int64Builder, RecordBatch, StringArray, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use deskferry_staging::{Context, RunWriter, TableWriter};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::defects::Defects;
use crate::{Error, Result, Settings, Spec, spec::Table};
use source::{Found, Source};

/// The staged table: one row per staged file and row that names it.
pub(crate) const TABLE: &str = "files";
/// Files copied at a time.
const FILES_AT_ONCE: usize = 4;

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let number = |name: &str| Field::new(name, DataType::Int64, true);
    Arc::new(Schema::new(vec![
        text("table_name"),
        number("key"),
        text("saved_name"),
        text("sha256"),
        number("size"),
        text("content_type"),
    ]))
});

/// What there is to say about the files beside table `files`.
pub(crate) struct Staged {
    pub(crate) defects: RecordBatch,
    pub(crate) remarks: Vec<String>,
}

/// One row that names a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Reference {
    table: String,
    key: Option<i64>,
    saved_name: String,
    real_name: String,
    size: Option<i64>,
}

/// Stages the files that the run's tables name. `None` where the run has no table that names files.
pub(crate) async fn stage(
    context: &Context,
    spec: &Spec,
    settings: &Settings,
    run: &mut RunWriter,
) -> Result<Option<Staged>> {
    let tables: Vec<&Table> =
        spec.tables.iter().filter(|t| t.file.is_some() && run.manifest().tables.contains_key(&t.name)).collect();
    if tables.is_empty() {
        return Ok(None);
    }
    let mut wanted = HashSet::new();
    if source::is_archive(settings) {
        // An archive is read once from end to end, so all names must be known before.
        each_reference(context, run, &tables, async |references| {
            wanted.extend(references.into_iter().map(|r| r.saved_name));
            Ok(())
        })
        .await?;
    }
    let source = Source::open(context, settings, wanted).await?;
    let mut writer = run.table(TABLE, Arc::clone(&SCHEMA))?;
    let mut defects = Defects::default();
    let (mut done, mut missing) = (0_u64, 0_u64);
    each_reference(context, run, &tables, async |references| {
        done += references.len() as u64;
        missing += copy(&source, references, &tables, &mut writer, &mut defects, context).await?;
        context.tick(TABLE, done, None);
        Ok(())
    })
    .await?;
    run.add(TABLE, vec![writer.close().await?]).key = vec!["table_name".into(), "key".into()];
    let mut remarks = Vec::new();
    if done > 0 && matches!(source, Source::None) {
        remarks.push(format!("[source] attachments is not set: none of the {done} attached files was staged"));
    } else if missing > 0 {
        remarks.push(format!("{missing} of {done} attached files could not be staged; table _defects names them"));
    }
    Ok(Some(Staged { defects: defects.take()?, remarks }))
}

/// Copies the files of some rows; returns how many could not be staged.
async fn copy(
    source: &Source,
    references: Vec<Reference>,
    tables: &[&Table],
    writer: &mut TableWriter,
    defects: &mut Defects,
    context: &Context,
) -> Result<u64> {
    let found: Vec<(Reference, Result<Found, String>)> = futures::stream::iter(references)
        .map(|reference| async move {
            if context.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let found = match check_name(&reference.saved_name) {
                Err(reason) => Err(reason.to_owned()),
                Ok(()) => source.fetch(context, &reference.saved_name).await?,
            };
            Ok((reference, found))
        })
        .buffered(FILES_AT_ONCE)
        .try_collect()
        .await?;
    let mut staged = Vec::new();
    let mut missing = 0;
    for (reference, found) in found {
        let column =
            tables.iter().find(|t| t.name == reference.table).and_then(|t| t.file.as_deref()).unwrap_or_default();
        let key = reference.key.map(|k| k.to_string()).unwrap_or_default();
        let mut defect =
            |reason: &str| defects.push(&reference.table, &key, column, reference.saved_name.as_bytes(), reason);
        match found {
            Err(reason) => {
                defect(&reason);
                missing += 1;
            }
            Ok(found) => {
                let size = i64::try_from(found.file.bytes).unwrap_or(i64::MAX);
                if let Some(stated) = reference.size.filter(|s| *s != size) {
                    defect(&format!("size differs: {stated} bytes in the table, {size} in the file"));
                }
                staged.push((reference, found));
            }
        }
    }
    writer.write(&batch(&staged)?).await?;
    Ok(missing)
}

fn batch(staged: &[(Reference, Found)]) -> Result<RecordBatch> {
    let (mut tables, mut names, mut hashes, mut types) =
        (StringBuilder::new(), StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
    let (mut keys, mut sizes) = (Int64Builder::new(), Int64Builder::new());
    for (reference, found) in staged {
        tables.append_value(&reference.table);
        keys.append_option(reference.key);
        names.append_value(&reference.saved_name);
        hashes.append_value(&found.file.sha256);
        sizes.append_option(i64::try_from(found.file.bytes).ok());
        types.append_value(content_type(found.type_by_bytes, &reference.real_name));
    }
    let columns: Vec<ArrayRef> = vec![
        Arc::new(tables.finish()),
        Arc::new(keys.finish()),
        Arc::new(names.finish()),
        Arc::new(hashes.finish()),
        Arc::new(sizes.finish()),
        Arc::new(types.finish()),
    ];
    RecordBatch::try_new(Arc::clone(&SCHEMA), columns).map_err(|e| Error::Internal(e.to_string()))
}

/// What the bytes are, else what the name says. Office documents are archives to the eye: there the name knows better.
fn content_type(by_bytes: Option<&'static str>, real_name: &str) -> &'static str {
    let by_name = || mime_guess::from_path(real_name).first_raw();
    match by_bytes {
        Some(container @ ("application/zip" | "application/x-ole-storage")) => by_name().unwrap_or(container),
        Some(kind) => kind,
        None => by_name().unwrap_or("application/octet-stream"),
    }
}

/// Accepts a bare file name only.
fn check_name(name: &str) -> Result<(), &'static str> {
    if name.is_empty() {
        return Err("file name is empty");
    }
    let unsafe_character = |c: char| matches!(c, '/' | '\\' | ':') || c.is_control();
    if matches!(name, "." | "..") || name.contains(unsafe_character) || name.len() > 255 {
        return Err("unsafe file name");
    }
    Ok(())
}

/// Goes through the rows of the run's own tables that name files, a batch at a time.
async fn each_reference(
    context: &Context,
    run: &mut RunWriter,
    tables: &[&Table],
    mut take: impl AsyncFnMut(Vec<Reference>) -> Result<()>,
) -> Result<()> {
    let manifest = run.manifest().clone();
    for table in tables {
        let mut batches = context.staging.read(&manifest, &table.name)?;
        while let Some(batch) = batches.try_next().await? {
            take(references(table, &batch)).await?;
        }
    }
    Ok(())
}

fn references(table: &Table, batch: &RecordBatch) -> Vec<Reference> {
    let number = |name: &str| -> Option<&Int64Array> { batch.column_by_name(name)?.as_primitive_opt::<Int64Type>() };
    let text = |name: &str| -> Option<&StringArray> { batch.column_by_name(name)?.as_string_opt::<i32>() };
    let keys = table.key.columns().first().and_then(|k| number(k));
    let names = table.file.as_deref().and_then(text);
    let (real_names, sizes) = (text("real_name"), number("size"));
    let at_text = |column: Option<&StringArray>, row: usize| {
        column.filter(|c| c.is_valid(row)).map(|c| c.value(row).to_owned()).unwrap_or_default()
    };
    let at_number = |column: Option<&Int64Array>, row: usize| column.filter(|c| c.is_valid(row)).map(|c| c.value(row));
    (0..batch.num_rows())
        .map(|row| Reference {
            table: table.name.clone(),
            key: at_number(keys, row),
            saved_name: at_text(names, row),
            real_name: at_text(real_names, row),
            size: at_number(sizes, row),
        })
        .collect()
}
