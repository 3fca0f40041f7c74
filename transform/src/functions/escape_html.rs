//! `escape_html(text)`: plain text as HTML: `& < > "` become entities.

use datafusion::logical_expr::ScalarUDF;

use super::html;
use super::scalar::Scalar;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("escape_html", |text| Some(html::escape(text)))
}
