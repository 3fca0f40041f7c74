//! Canned answers. No call makes a macro, so they become a file to import, or content snippets on request.

use deskferry_http::Method;
use deskferry_staging::{Context, Manifest};

use super::SAVED_REPLIES;
use crate::rows::{Row, Rows};
use crate::step::{Call, Chain, Field, Find, Step};
use crate::{Error, Result};

/// Longest title of a snippet.
const TITLE_CHARS: usize = 255;

/// A content snippet. Source: `content_snippet_create_request` of 2.16.
pub(crate) fn chain(row: &Row) -> Result<Chain> {
    let key = row.must("source_key")?;
    let title: String = row.must("title")?.chars().take(TITLE_CHARS).collect();
    let text = row.must("body_text")?;
    let fields = |call: Call| call.with("title", Field::json(title.as_str())).with("body_markdown", Field::json(text));
    let call = fields(Call::post("/content_snippets"));
    let update = fields(Call::at(Method::Put, "/content_snippets/{}", SAVED_REPLIES, key));
    let step = Step::create(SAVED_REPLIES, key, call, Find::Snippet).changed_by(update);
    Ok(Chain::new(SAVED_REPLIES, key, vec![step]))
}

/// Writes the canned answers as CSV (`title,body,body_text`) in their order; returns their number.
///
/// # Errors
/// `Staging` and `Contract` for what is read, `Output` for what is written.
pub async fn write_saved_replies<W: std::io::Write>(context: &Context, manifest: &Manifest, out: W) -> Result<u64> {
    let failed = |e: csv::Error| Error::Output { what: "saved replies", reason: e.to_string() };
    let mut rows = Rows::open(&context.staging, manifest, SAVED_REPLIES)?;
    let mut all = Vec::new();
    while let Some(row) = rows.next().await? {
        all.push((row.integer("position")?, row));
    }
    all.sort_by_key(|(position, _)| *position);
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record(["title", "body", "body_text"]).map_err(failed)?;
    for (_, row) in &all {
        writer.write_record([row.must("title")?, row.must("body")?, row.must("body_text")?]).map_err(failed)?;
    }
    writer.flush().map_err(|e| failed(e.into()))?;
    Ok(all.len() as u64)
}
