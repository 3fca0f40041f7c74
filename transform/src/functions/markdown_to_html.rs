//! `markdown_to_html(text)`: Markdown (CommonMark with tables and strike-through) as clean HTML.

use datafusion::logical_expr::ScalarUDF;
use pulldown_cmark::{Options, Parser, html};

use super::clean_html::clean;
use super::scalar::Scalar;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("markdown_to_html", |text| {
        let mut made = String::with_capacity(text.len() * 3 / 2);
        html::push_html(&mut made, Parser::new_ext(text, Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH));
        Some(clean(&made))
    })
}
