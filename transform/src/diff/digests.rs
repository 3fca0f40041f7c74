//! The digests of all rows of both sides, on the local disk until they are told apart bucket by bucket: memory does not grow with
//! the rows.

use std::fs::File;
use std::io::{BufWriter, Read as _, Seek as _, Write as _};
use std::sync::Arc;

use arrow::array::{ArrayRef, AsArray as _, BinaryArray, Int64Array, RecordBatch};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};

use crate::{Error, Result};

/// Files on disk; a row goes by the first byte of its key's digest.
const BUCKETS: usize = 256;
const BUFFER_BYTES: usize = 16 << 10;
const DIGEST_BYTES: usize = 16;
/// Both digests, and which side it is.
const RECORD_BYTES: usize = 2 * DIGEST_BYTES + 1;

/// Digest of a key, digest of a row.
type Row = ([u8; DIGEST_BYTES], [u8; DIGEST_BYTES]);

/// Digests by bucket.
pub(super) struct Digests {
    buckets: Vec<BufWriter<File>>,
}

impl Digests {
    pub(super) fn new() -> Result<Self> {
        let file = |_| Ok(BufWriter::with_capacity(BUFFER_BYTES, tempfile::tempfile()?));
        let buckets = (0..BUCKETS).map(file).collect::<std::io::Result<Vec<_>>>().map_err(Error::Scratch)?;
        Ok(Self { buckets })
    }

    /// Adds rows `key_digest, digest, is_after`.
    pub(super) fn add(&mut self, batch: &RecordBatch) -> Result<()> {
        let (keys, rows) = (batch.column(0).as_binary::<i32>(), batch.column(1).as_binary::<i32>());
        let sides = batch.column(2).as_boolean().iter();
        let mut record = Vec::with_capacity(RECORD_BYTES);
        for ((key, row), is_after) in
            keys.iter().zip(rows).zip(sides).filter_map(|((key, row), side)| key.zip(row).zip(side))
        {
            let Some(bucket) = key.first().and_then(|byte| self.buckets.get_mut(usize::from(*byte))) else { continue };
            record.clear();
            record.extend_from_slice(key);
            record.extend_from_slice(row);
            record.push(u8::from(is_after));
            bucket.write_all(&record).map_err(Error::Scratch)?;
        }
        Ok(())
    }

    /// What does not cancel out, bucket by bucket: `key_digest, digest, net`, where `net` is by how many rows more there are before
    /// than after.
    pub(super) fn left(self) -> impl Iterator<Item = Result<RecordBatch>> {
        self.buckets.into_iter().map(|bucket| left(bucket).map_err(Error::Scratch).and_then(|rows| batch(&rows)))
    }
}

fn left(bucket: BufWriter<File>) -> std::io::Result<Vec<(Row, i64)>> {
    let mut file = bucket.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.rewind()?;
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let mut rows: Vec<(Row, i64)> = bytes.chunks_exact(RECORD_BYTES).filter_map(row).collect();
    drop(bytes);
    rows.sort_unstable_by_key(|(row, _)| *row);
    // Equal rows of both sides cancel out.
    rows.dedup_by(|next, kept| {
        let is_same = next.0 == kept.0;
        kept.1 += if is_same { next.1 } else { 0 };
        is_same
    });
    rows.retain(|(_, net)| *net != 0);
    Ok(rows)
}

fn row(record: &[u8]) -> Option<(Row, i64)> {
    let (key, rest) = record.split_first_chunk()?;
    let (digest, which) = rest.split_first_chunk()?;
    Some(((*key, *digest), if which == [0] { 1 } else { -1 }))
}

pub(super) fn schema() -> SchemaRef {
    let digest = |name: &str| Field::new(name, DataType::Binary, true);
    Arc::new(Schema::new(vec![digest("key_digest"), digest("digest"), Field::new("net", DataType::Int64, true)]))
}

fn batch(rows: &[(Row, i64)]) -> Result<RecordBatch> {
    let columns: Vec<ArrayRef> = vec![
        Arc::new(BinaryArray::from_iter_values(rows.iter().map(|((key, _), _)| key))),
        Arc::new(BinaryArray::from_iter_values(rows.iter().map(|((_, digest), _)| digest))),
        Arc::new(rows.iter().map(|(_, net)| Some(*net)).collect::<Int64Array>()),
    ];
    RecordBatch::try_new(schema(), columns).map_err(|e| Error::internal("telling digests apart")(e.into()))
}

#[cfg(test)]
mod tests {
    use arrow::array::BooleanArray;

    use super::*;

    fn side(rows: &[(u8, u8)], is_after: bool) -> RecordBatch {
        let column = |of: fn(&(u8, u8)) -> u8| -> ArrayRef {
            Arc::new(BinaryArray::from_iter_values(rows.iter().map(|row| [of(row); DIGEST_BYTES])))
        };
        let sides: ArrayRef = Arc::new(BooleanArray::from(vec![is_after; rows.len()]));
        RecordBatch::try_from_iter([("key_digest", column(|r| r.0)), ("digest", column(|r| r.1)), ("is_after", sides)])
            .unwrap()
    }

    #[test]
    fn equal_rows_cancel_out_and_the_rest_is_counted() {
        let mut digests = Digests::new().unwrap();
        digests.add(&side(&[(1, 1), (1, 1), (1, 1), (2, 2), (3, 3), (255, 9)], false)).unwrap();
        digests.add(&side(&[(2, 2), (1, 1), (3, 4), (7, 7), (7, 7)], true)).unwrap();
        let mut left = Vec::new();
        for batch in digests.left().map(Result::unwrap) {
            let (keys, rows) = (batch.column(0).as_binary::<i32>().clone(), batch.column(1).as_binary::<i32>().clone());
            let net = batch.column(2).as_primitive::<arrow::datatypes::Int64Type>().clone();
            left.extend((0..batch.num_rows()).map(|at| (keys.value(at)[0], rows.value(at)[15], net.value(at))));
        }
        assert_eq!(left, [(1, 1, 2), (3, 3, 1), (3, 4, -1), (7, 7, -2), (255, 9, 1)]);
    }
}
