//! `decode_entities(text)`: decodes HTML entities exactly once, named and numeric; a broken one at the end stays as it is.

use datafusion::logical_expr::ScalarUDF;

use super::html;
use super::scalar::Scalar;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("decode_entities", |text| Some(html::decode(text).into_owned()))
}
