//! What all our functions share: how DataFusion sees them, and how a text function is applied to a column.
//!
//! Arguments are brought to one type per kind before a function runs, so that a function never meets Utf8, LargeUtf8 and
//! dictionaries apart. Texts are built as Utf8View, which any length fits, and handed on as Utf8.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringViewArray, StringViewBuilder};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::cast::as_string_view_array;
use datafusion::common::{Result, ScalarValue, exec_err, plan_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};

/// What an argument is brought to before the function runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Text; numbers become their digits.
    Text,
    /// TRUE or FALSE.
    Boolean,
    /// An instant; without a zone it is taken as UTC.
    Time,
    /// As it comes.
    Any,
}

/// How many arguments there are and what kind they are.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Arguments {
    /// The kinds in order; the first number of them must be given.
    Fixed(usize, &'static [Kind]),
    /// The kinds in order, then any number of the last one.
    Repeated(&'static [Kind]),
}

impl Arguments {
    fn kind(&self, index: usize) -> Option<Kind> {
        match self {
            Self::Fixed(_, kinds) => kinds.get(index).copied(),
            Self::Repeated(kinds) => kinds.get(index).or(kinds.last()).copied(),
        }
    }

    fn least(&self) -> usize {
        match self {
            Self::Fixed(least, _) => *least,
            Self::Repeated(kinds) => kinds.len(),
        }
    }
}

type Call = dyn Fn(&[ArrayRef], usize) -> Result<ArrayRef> + Send + Sync;

/// One of our functions.
pub(crate) struct Scalar {
    name: &'static str,
    arguments: Arguments,
    signature: Signature,
    result: DataType,
    call: Box<Call>,
}

impl Scalar {
    /// A function over whole columns: it gets the columns and the number of rows.
    pub(crate) fn columns(
        name: &'static str,
        arguments: Arguments,
        result: DataType,
        call: impl Fn(&[ArrayRef], usize) -> Result<ArrayRef> + Send + Sync + 'static,
    ) -> ScalarUDF {
        let signature = Signature::user_defined(Volatility::Immutable);
        ScalarUDF::new_from_impl(Self { name, arguments, signature, result, call: Box::new(call) })
    }

    /// A function from one text to a text; NULL stays NULL.
    pub(super) fn text(name: &'static str, call: fn(&str) -> Option<String>) -> ScalarUDF {
        Self::texts(name, 1, &[Kind::Text], move |row| row[0].and_then(call))
    }

    /// A function from texts to a text, row by row. Optional arguments that are not given are NULL.
    pub(super) fn texts(
        name: &'static str,
        least: usize,
        kinds: &'static [Kind],
        call: impl Fn(&[Option<&str>]) -> Option<String> + Send + Sync + 'static,
    ) -> ScalarUDF {
        let most = kinds.len();
        Self::columns(name, Arguments::Fixed(least, kinds), DataType::Utf8View, move |columns, rows| {
            let columns = columns.iter().map(texts).collect::<Result<Vec<_>>>()?;
            let mut result = StringViewBuilder::with_capacity(rows);
            let mut row: Vec<Option<&str>> = vec![None; most];
            for index in 0..rows {
                for (value, column) in row.iter_mut().zip(&columns) {
                    *value = text_at(column, index);
                }
                result.append_option(call(&row));
            }
            Ok(Arc::new(result.finish()))
        })
    }
}

/// A column of kind [`Kind::Text`].
pub(super) fn texts(column: &ArrayRef) -> Result<&StringViewArray> {
    as_string_view_array(column)
}

/// The text in a row; `None` is NULL.
pub(super) fn text_at(column: &StringViewArray, row: usize) -> Option<&str> {
    column.is_valid(row).then(|| column.value(row))
}

/// Utf8View as Utf8; other columns as they are.
fn handed_on(column: ArrayRef) -> Result<ArrayRef> {
    let Some(texts) = column.as_string_view_opt() else { return Ok(column) };
    let bytes: u64 = texts.lengths().map(u64::from).sum();
    if bytes > i32::MAX as u64 {
        return exec_err!("{} rows of text are {bytes} bytes, more than a batch can hold", column.len());
    }
    Ok(cast(&column, &DataType::Utf8)?)
}

/// An instant in microseconds, UTC.
pub(super) fn time_type() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

impl ScalarUDFImpl for Scalar {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(if self.result == DataType::Utf8View { DataType::Utf8 } else { self.result.clone() })
    }

    fn coerce_types(&self, given: &[DataType]) -> Result<Vec<DataType>> {
        if given.len() < self.arguments.least() {
            return plan_err!(
                "{} takes at least {} arguments, it has {}",
                self.name,
                self.arguments.least(),
                given.len()
            );
        }
        let kinds = (0..given.len()).map(|index| self.arguments.kind(index));
        kinds
            .zip(given)
            .map(|(kind, given)| match kind {
                None => plan_err!("{} has too many arguments", self.name),
                Some(Kind::Any) => Ok(given.clone()),
                Some(Kind::Boolean) => Ok(DataType::Boolean),
                Some(Kind::Time) => Ok(time_type()),
                Some(Kind::Text) if given.is_nested() => plan_err!("{} takes text, not {given}", self.name),
                Some(Kind::Text) => Ok(DataType::Utf8View),
            })
            .collect()
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let constant = args.args.iter().all(|a| matches!(a, ColumnarValue::Scalar(_)));
        let rows = if constant { 1 } else { args.number_rows };
        let columns = args.args.into_iter().map(|value| value.into_array(rows)).collect::<Result<Vec<ArrayRef>>>()?;
        let result = handed_on((self.call)(&columns, rows)?)?;
        if result.len() != rows {
            return exec_err!("{} made {} rows of {rows}", self.name, result.len());
        }
        if constant {
            Ok(ColumnarValue::Scalar(ScalarValue::try_from_array(&result, 0)?))
        } else {
            Ok(ColumnarValue::Array(result))
        }
    }
}

impl std::fmt::Debug for Scalar {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Scalar").field("name", &self.name).finish_non_exhaustive()
    }
}

// A name is registered once, so it stands for the function.
impl PartialEq for Scalar {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Scalar {}

impl Hash for Scalar {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}
