//! One column while a batch is built: what the source calls it, how its time is meant, and the Arrow builder it fills.

use arrow::array::{
    ArrayRef, BooleanBuilder, Float64Builder, Int64Builder, StringBuilder, TimestampMicrosecondBuilder,
};
use arrow::datatypes::{DataType, TimeUnit};
use chrono_tz::Tz;

use crate::spec::ColumnType;
use crate::values::{self, Reason};

/// How the time in a column is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Zoned {
    /// TIMESTAMP read with the session in UTC.
    Instant,
    /// DATETIME: wall time in `database_timezone`.
    Naive,
    /// No time.
    NotTime,
}

/// A column as the source has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SourceColumn {
    /// Its name in the source.
    pub name: String,
    /// How its time is meant.
    pub zoned: Zoned,
}

impl SourceColumn {
    pub(crate) fn new(name: impl Into<String>, zoned: Zoned) -> Self {
        Self { name: name.into(), zoned }
    }
}

/// The staged type of a declared column.
pub(crate) fn data_type(column: ColumnType) -> DataType {
    match column {
        ColumnType::Int | ColumnType::Duration => DataType::Int64,
        ColumnType::Float => DataType::Float64,
        ColumnType::Bool => DataType::Boolean,
        ColumnType::Text | ColumnType::Json => DataType::Utf8,
        ColumnType::Timestamp => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
    }
}

/// The values of one column that wait for their batch.
pub(crate) enum Cells {
    Int(Int64Builder),
    Float(Float64Builder),
    Bool(BooleanBuilder),
    Text(StringBuilder),
    /// With the zone of wall times; UTC for instants.
    Timestamp(TimestampMicrosecondBuilder, Tz),
    Duration(Int64Builder),
}

impl Cells {
    pub(crate) fn new(column: ColumnType, zone: Tz) -> Self {
        match column {
            ColumnType::Int => Self::Int(Int64Builder::new()),
            ColumnType::Float => Self::Float(Float64Builder::new()),
            ColumnType::Bool => Self::Bool(BooleanBuilder::new()),
            ColumnType::Text | ColumnType::Json => Self::Text(StringBuilder::new()),
            ColumnType::Timestamp => {
                Self::Timestamp(TimestampMicrosecondBuilder::new().with_data_type(data_type(column)), zone)
            }
            ColumnType::Duration => Self::Duration(Int64Builder::new()),
        }
    }

    /// Appends one value. What does not fit becomes NULL and its reason is returned; `''` is the value that MySQL puts into an
    /// ENUM for anything it does not know, so for numbers it is NULL without a reason.
    #[inline]
    pub(crate) fn push(&mut self, value: Option<&[u8]>) -> Result<(), Reason> {
        macro_rules! append {
            ($builder:expr, $value:expr) => {
                match value {
                    None => $builder.append_null(),
                    Some(text) => match $value(text) {
                        Ok(value) => $builder.append_option(value),
                        Err(reason) => {
                            $builder.append_null();
                            return Err(reason);
                        }
                    },
                }
            };
        }
        match self {
            Self::Int(b) => append!(b, |t: &[u8]| if t.is_empty() { Ok(None) } else { values::int(t).map(Some) }),
            Self::Float(b) => append!(b, |t: &[u8]| if t.is_empty() { Ok(None) } else { values::float(t).map(Some) }),
            Self::Bool(b) => append!(b, |t: &[u8]| if t.is_empty() { Ok(None) } else { values::bool(t).map(Some) }),
            Self::Text(b) => append!(b, |t| values::text(t).map(Some)),
            Self::Timestamp(b, zone) => {
                append!(b, |t| values::wall_time(t).and_then(|wall| values::instant(wall, *zone)).map(Some))
            }
            Self::Duration(b) => append!(b, |t| values::duration(t).map(Some)),
        }
        Ok(())
    }

    pub(crate) fn finish(&mut self) -> ArrayRef {
        match self {
            Self::Int(b) | Self::Duration(b) => std::sync::Arc::new(b.finish()),
            Self::Float(b) => std::sync::Arc::new(b.finish()),
            Self::Bool(b) => std::sync::Arc::new(b.finish()),
            // As large as the last time, so that it does not grow again. Never empty: an empty buffer points nowhere, and comparing
            // empty texts there costs glibc's memcmp a fault that it then ignores.
            Self::Text(b) => {
                let next = StringBuilder::with_capacity(b.offsets_slice().len(), b.values_slice().len().max(64));
                std::sync::Arc::new(std::mem::replace(b, next).finish())
            }
            Self::Timestamp(b, _) => std::sync::Arc::new(b.finish()),
        }
    }
}
