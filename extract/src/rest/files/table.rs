//! The staged table `files`: one row for each file of a row, also of those that could not be had.

use std::sync::{Arc, LazyLock};

use arrow::array::{ArrayRef, Int64Builder, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use deskferry_staging::RunWriter;
use futures::TryStreamExt as _;

use super::{Fetch, FileRow};
use crate::attachments::TABLE;
use crate::last_state::{Known, with_deleted};
use crate::rest::capture::Entry;
use crate::{Error, Result};

static SCHEMA: LazyLock<SchemaRef> = LazyLock::new(|| {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    let size = Field::new("size", DataType::Int64, true);
    let [table, key, place, name, hash] = ["table_name", "key", "place", "name", "sha256"].map(text);
    Arc::new(Schema::new(vec![table, key, place, name, hash, size, text("content_type")]))
});
/// Rows of a batch.
const BATCH_ROWS: usize = 4_096;

/// Its columns and its key.
pub(in crate::rest) fn shape() -> (SchemaRef, Vec<String>) {
    (Arc::clone(&SCHEMA), ["table_name", "key", "place"].map(str::to_owned).to_vec())
}

/// Writes the table; of a last state only what differs from it.
pub(in crate::rest) async fn stage(fetch: &Fetch<'_>, run: &mut RunWriter, known: Option<&Known>) -> Result<()> {
    let schema = if known.is_some() { with_deleted(&SCHEMA) } else { Arc::clone(&SCHEMA) };
    let mut writer = run.table(TABLE, schema)?;
    let differing = |batch: RecordBatch| known.map_or(Ok(batch.clone()), |known| known.differing(&batch));
    for table in fetch.spec.tables.iter().filter(|t| fetch.request.wants_files(t)) {
        let mut entries = fetch.capture.entries(&table.name, "files").await?;
        let mut rows = Vec::new();
        while let Some(entry) = entries.try_next().await? {
            if let Entry::File(file) = entry {
                rows.push(file);
            }
            if rows.len() >= BATCH_ROWS {
                writer.write(&differing(batch(&table.name, &std::mem::take(&mut rows))?)?).await?;
            }
        }
        writer.write(&differing(batch(&table.name, &rows)?)?).await?;
    }
    let changes = match known {
        Some(known) => Some(known.gone(&fetch.api.context, &mut writer).await?),
        None => None,
    };
    let table = run.add(TABLE, vec![writer.close().await?]);
    (table.key, table.changes) = (shape().1, changes);
    Ok(())
}

fn batch(table: &str, rows: &[FileRow]) -> Result<RecordBatch> {
    let mut texts: [StringBuilder; 6] = Default::default();
    let mut sizes = Int64Builder::new();
    for row in rows {
        let values = [
            Some(table),
            Some(&*row.key),
            Some(&*row.place),
            row.name.as_deref(),
            row.sha256.as_deref(),
            row.content_type.as_deref(),
        ];
        for (builder, value) in texts.iter_mut().zip(values) {
            builder.append_option(value);
        }
        sizes.append_option(row.size.and_then(|size| i64::try_from(size).ok()));
    }
    let [table, key, place, name, hash, content_type] = texts.each_mut().map(|b| Arc::new(b.finish()) as ArrayRef);
    let columns = vec![table, key, place, name, hash, Arc::new(sizes.finish()) as ArrayRef, content_type];
    RecordBatch::try_new(Arc::clone(&SCHEMA), columns).map_err(|e| Error::Internal(e.to_string()))
}
