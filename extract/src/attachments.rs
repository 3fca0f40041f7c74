//! The files that rows name, from the help desk's attachments folder into content-addressed files of the stage.
//!
//! A table whose spec says `file = "column"` names one file per row. The names are hostile: only a bare file name is accepted, and
//! only a regular file inside the folder. What cannot be staged is a defect, never a failure.
//!
//! Where rows are compared with their last state, a row that is as it was keeps the file that is staged for it, without looking
//! into the folder; one whose file was missing is looked for again.

mod source;
mod stored;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, LazyLock};

use arrow::array::{
    Array as _, ArrayRef, AsArray as _, Int64Array, Int64Builder, RecordBatch, StringArray, StringBuilder,
};
use arrow::datatypes::{DataType, Field, Int64Type, Schema, SchemaRef};
use deskferry_staging::{Context, Manifest, RunWriter};
use futures::{StreamExt as _, TryStreamExt as _};

use crate::defects::Defects;
use crate::last_state::{Known, with_deleted};
use crate::{Error, Result, Settings, Spec, spec::Table};
use source::Source;
use stored::{Stored, StoredFiles};

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

/// The columns of the staged table.
pub(crate) fn schema() -> SchemaRef {
    Arc::clone(&SCHEMA)
}

/// Its key.
pub(crate) fn key() -> Vec<String> {
    vec!["table_name".into(), "key".into()]
}

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
    /// What is staged for it, where the row is as it was.
    stored: Option<Stored>,
}

/// Tables by name that are compared with their last state.
type Compared = BTreeMap<String, Arc<Known>>;

/// Stages the files that the run's tables name, and keeps those of rows that are as they were. `None` where the run has no table
/// that names files.
pub(crate) async fn stage(
    context: &Context,
    spec: &Spec,
    settings: &Settings,
    run: &mut RunWriter,
    compared: &Compared,
) -> Result<Option<Staged>> {
    let tables: Vec<&Table> =
        spec.tables.iter().filter(|t| t.file.is_some() && run.manifest().tables.contains_key(&t.name)).collect();
    if tables.is_empty() {
        return Ok(None);
    }
    let known = compared.get(TABLE);
    let stored = match known {
        Some(known) => StoredFiles::read(context, known.runs()).await?,
        None => StoredFiles::default(),
    };
    let references = References { tables: &tables, manifest: run.manifest().clone(), compared, stored };
    let mut wanted = HashSet::new();
    if source::is_archive(settings) {
        // An archive is read once from end to end, so all names must be known before.
        references
            .each(context, async |references| {
                wanted.extend(references.into_iter().filter(|r| r.stored.is_none()).map(|r| r.saved_name));
                Ok(())
            })
            .await?;
    }
    let source = Source::open(context, settings, wanted).await?;
    let mut writer = run.table(TABLE, if known.is_some() { with_deleted(&SCHEMA) } else { Arc::clone(&SCHEMA) })?;
    let mut defects = Defects::default();
    let (mut done, mut missing) = (0_u64, 0_u64);
    references
        .each(context, async |references| {
            done += references.len() as u64;
            let (staged, not_staged) = copy(&source, references, &tables, &mut defects, context).await?;
            missing += not_staged;
            match known {
                Some(known) => writer.write(&known.differing(&staged)?).await?,
                None => writer.write(&staged).await?,
            }
            context.tick(TABLE, done, None);
            Ok(())
        })
        .await?;
    let changes = match known {
        Some(known) => Some(known.gone(context, &mut writer).await?),
        None => None,
    };
    let table = run.add(TABLE, vec![writer.close().await?]);
    (table.key, table.changes) = (key(), changes);
    let mut remarks = Vec::new();
    if missing > 0 && matches!(source, Source::None) {
        remarks.push(format!("[source] attachments is not set: none of the {missing} attached files was staged"));
    } else if missing > 0 {
        remarks.push(format!("{missing} of {done} attached files could not be staged; table _defects names them"));
    }
    Ok(Some(Staged { defects: defects.take()?, remarks }))
}

/// Copies the files of some rows; returns the rows of `files`, and how many could not be staged.
async fn copy(
    source: &Source,
    references: Vec<Reference>,
    tables: &[&Table],
    defects: &mut Defects,
    context: &Context,
) -> Result<(RecordBatch, u64)> {
    let found: Vec<(Reference, Result<Stored, String>)> = futures::stream::iter(references)
        .map(|mut reference| async move {
            if context.cancel.is_cancelled() {
                return Err(Error::Cancelled);
            }
            let found = match (reference.stored.take(), check_name(&reference.saved_name)) {
                (Some(stored), _) => Ok(stored),
                (None, Err(reason)) => Err(reason.to_owned()),
                (None, Ok(())) => source.fetch(context, &reference.saved_name).await?.map(|found| Stored {
                    content_type: content_type(found.type_by_bytes, &reference.real_name).into(),
                    size: i64::try_from(found.file.bytes).unwrap_or(i64::MAX),
                    sha256: found.file.sha256,
                }),
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
                if let Some(stated) = reference.size.filter(|s| *s != found.size) {
                    defect(&format!("size differs: {stated} bytes in the table, {} in the file", found.size));
                }
                staged.push((reference, found));
            }
        }
    }
    Ok((batch(&staged)?, missing))
}

fn batch(staged: &[(Reference, Stored)]) -> Result<RecordBatch> {
    let (mut tables, mut names, mut hashes, mut types) =
        (StringBuilder::new(), StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
    let (mut keys, mut sizes) = (Int64Builder::new(), Int64Builder::new());
    for (reference, found) in staged {
        tables.append_value(&reference.table);
        keys.append_option(reference.key);
        names.append_value(&reference.saved_name);
        hashes.append_value(&found.sha256);
        sizes.append_value(found.size);
        types.append_value(&found.content_type);
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

/// Stages a local file of this name: what is kept, and its type by its bytes or its name. The inner error is why it cannot be.
pub(crate) async fn stage_file(
    context: &Context,
    file: std::fs::File,
    name: &str,
) -> Result<Result<(deskferry_staging::File, &'static str), String>> {
    let found = source::put_local(context, file).await?;
    Ok(found.map(|found| (found.file, content_type(found.type_by_bytes, name))))
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

/// The rows that name files: those of the run, and those that it does not hold as they are as they were.
struct References<'a> {
    tables: &'a [&'a Table],
    manifest: Manifest,
    compared: &'a Compared,
    stored: StoredFiles,
}

impl References<'_> {
    /// Goes through them, a batch at a time.
    async fn each(&self, context: &Context, mut take: impl AsyncFnMut(Vec<Reference>) -> Result<()>) -> Result<()> {
        for table in self.tables {
            let mut batches = context.staging.read(&self.manifest, &table.name)?;
            while let Some(batch) = batches.try_next().await? {
                take(references(table, &batch)).await?;
            }
            let Some(known) = self.compared.get(&table.name) else { continue };
            known
                .each_unchanged(context, async |batch| {
                    let mut references = references(table, &batch);
                    for reference in &mut references {
                        reference.stored = self.stored.get(&reference.table, reference.key);
                    }
                    take(references).await
                })
                .await?;
        }
        Ok(())
    }
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
    let deleted = batch.column_by_name("_deleted").and_then(|column| column.as_boolean_opt());
    (0..batch.num_rows())
        .filter(|row| !deleted.is_some_and(|deleted| deleted.is_valid(*row) && deleted.value(*row)))
        .map(|row| Reference {
            table: table.name.clone(),
            key: at_number(keys, row),
            saved_name: at_text(names, row),
            real_name: at_text(real_names, row),
            size: at_number(sizes, row),
            stored: None,
        })
        .collect()
}
