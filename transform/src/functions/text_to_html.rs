//! `text_to_html(text)`: plain text as HTML: escaped, a line end is `<br>`.

use datafusion::logical_expr::ScalarUDF;

use super::html;
use super::scalar::Scalar;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("text_to_html", |text| Some(html::escape(text).replace("\r\n", "<br>").replace(['\n', '\r'], "<br>")))
}
