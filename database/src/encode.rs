//! Staged rows as rows of a binary COPY, each with the digest of what it holds.
//!
//! A row is what <https://www.postgresql.org/docs/current/sql-copy.html> calls a tuple: the number of fields, then of each its length
//! (-1 is NULL) and its bytes, as the `recv` function of its type wants them.

use arrow::array::{Array as _, AsArray as _, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow::datatypes::{Float64Type, Int64Type, TimestampMicrosecondType};
use bytes::{BufMut as _, BytesMut};
use sha2::{Digest as _, Sha256};

use crate::table::{Table, Type};
use crate::{Error, Result, text};

/// What stands before the first row: signature, flags, length of the header's extension.
pub(crate) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What stands after the last row.
pub(crate) const TRAILER: &[u8] = b"\xff\xff";
/// Bytes of a digest.
pub(crate) const DIGEST_BYTES: usize = 16;

/// Microseconds from 1970 to 2000, where PostgreSQL's times begin.
const EPOCH: i64 = 946_684_800_000_000;
/// First and last microsecond that PostgreSQL has, counted from 2000: 4714-11-24 BC and the end of 294276
/// (`src/include/datatype/timestamp.h`).
const TIMES: std::ops::Range<i64> = -211_813_488_000_000_000..9_223_371_331_200_000_000;

/// What was done to a value so that it can be stored, or why it cannot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Remark {
    pub(crate) column: String,
    pub(crate) reason: &'static str,
}

const REPLACED: &str = "characters that PostgreSQL does not store were replaced by U+FFFD";
const KEY_UNSTORED: &str = "the key has a NUL character, which PostgreSQL does not store";
const TIME_UNSTORED: &str =
    "the time is before 4714-11-24 BC or after the year 294276, which PostgreSQL does not store";

/// A batch of staged rows.
pub(crate) struct Rows<'a> {
    columns: Vec<(&'a str, Values<'a>)>,
    generation: i64,
    pub(crate) keys: &'a StringArray,
}

enum Values<'a> {
    Text(&'a StringArray),
    Json(&'a StringArray),
    BigInt(&'a Int64Array),
    Double(&'a Float64Array),
    Boolean(&'a BooleanArray),
    Time(&'a arrow::array::TimestampMicrosecondArray),
}

/// One encoded row.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The tuple.
    pub(crate) bytes: BytesMut,
    pub(crate) digest: [u8; DIGEST_BYTES],
    /// Values that were changed to be stored.
    pub(crate) replaced: Vec<Remark>,
}

impl<'a> Rows<'a> {
    /// Takes a batch as the table's columns; `generation` is told apart by digests.
    ///
    /// # Errors
    /// `Run` where the batch does not have the columns and types that the manifest tells of.
    pub(crate) fn new(table: &'a Table, generation: i64, batch: &'a RecordBatch, run: &str) -> Result<Self> {
        let columns = table.columns.iter().map(|column| {
            let values = batch.column_by_name(&column.name).and_then(|values| {
                Some(match column.kind {
                    Type::Text => Values::Text(values.as_string_opt()?),
                    Type::Json => Values::Json(values.as_string_opt()?),
                    Type::BigInt => Values::BigInt(values.as_primitive_opt::<Int64Type>()?),
                    Type::Double => Values::Double(values.as_primitive_opt::<Float64Type>()?),
                    Type::Boolean => Values::Boolean(values.as_boolean_opt()?),
                    Type::Time => Values::Time(values.as_primitive_opt::<TimestampMicrosecondType>()?),
                })
            });
            let reason = || format!("column {}.{} is not what the manifest says", table.name, column.name);
            Ok((column.name.as_str(), values.ok_or_else(|| Error::Run { run: run.to_owned(), reason: reason() })?))
        });
        let columns = columns.collect::<Result<Vec<_>>>()?;
        let Some((_, Values::Text(keys))) = columns.first() else {
            return Err(Error::Run { run: run.to_owned(), reason: format!("{} has no key", table.name) });
        };
        Ok(Self { keys, columns, generation })
    }

    /// Encodes a row into `row`, whose memory is used again.
    ///
    /// # Errors
    /// What cannot be stored in any form.
    pub(crate) fn encode(&self, at: usize, row: &mut Row) -> Result<(), Remark> {
        let Row { bytes, digest, replaced } = row;
        bytes.clear();
        replaced.clear();
        if self.keys.value(at).contains('\0') {
            return Err(Remark { column: self.columns[0].0.to_owned(), reason: KEY_UNSTORED });
        }
        let mut hash = Sha256::new();
        hash.update(self.generation.to_be_bytes());
        bytes.put_i16(i16::try_from(self.columns.len() + 1).unwrap_or(i16::MAX));
        for (name, values) in &self.columns {
            let start = bytes.len();
            bytes.put_i32(-1);
            let is_replaced = match values.put(at, bytes) {
                None => continue,
                Some(Ok(is_replaced)) => is_replaced,
                Some(Err(reason)) => return Err(Remark { column: (*name).to_owned(), reason }),
            };
            if is_replaced {
                replaced.push(Remark { column: (*name).to_owned(), reason: REPLACED });
            }
            let length = i32::try_from(bytes.len() - start - 4)
                .map_err(|_| Remark { column: (*name).to_owned(), reason: "the value is longer than 2 GiB" })?;
            bytes[start..start + 4].copy_from_slice(&length.to_be_bytes());
            // NULL is left out, so that a column that nothing fills in leaves digests as they are.
            hash.update(name.as_bytes());
            hash.update([0]);
            hash.update(&bytes[start..]);
        }
        digest.copy_from_slice(&hash.finalize()[..DIGEST_BYTES]);
        bytes.put_i32(DIGEST_BYTES as i32);
        bytes.put_slice(digest);
        Ok(())
    }
}

impl Values<'_> {
    /// Appends the value's bytes; `None` for NULL, else whether characters were replaced, or why it cannot be stored.
    fn put(&self, at: usize, bytes: &mut BytesMut) -> Option<Result<bool, &'static str>> {
        let mut is_replaced = false;
        match self {
            Self::Text(values) if values.is_valid(at) => {
                let clean = text::plain(values.value(at));
                is_replaced = matches!(clean, std::borrow::Cow::Owned(_));
                bytes.put_slice(clean.as_bytes());
            }
            Self::Json(values) if values.is_valid(at) => {
                let clean = text::json(values.value(at));
                is_replaced = matches!(clean, std::borrow::Cow::Owned(_));
                // The version of jsonb's binary form.
                bytes.put_u8(1);
                bytes.put_slice(clean.as_bytes());
            }
            Self::BigInt(values) if values.is_valid(at) => bytes.put_i64(values.value(at)),
            Self::Double(values) if values.is_valid(at) => bytes.put_f64(values.value(at)),
            Self::Boolean(values) if values.is_valid(at) => bytes.put_u8(u8::from(values.value(at))),
            Self::Time(values) if values.is_valid(at) => {
                match values.value(at).checked_sub(EPOCH).filter(|time| TIMES.contains(time)) {
                    Some(time) => bytes.put_i64(time),
                    None => return Some(Err(TIME_UNSTORED)),
                }
            }
            _ => return None,
        }
        Some(Ok(is_replaced))
    }
}
