//! Files by message. They are published sorted by message key, threads by conversation key, so the rows are kept in Arrow, some
//! 150 bytes each, with an index from message to first row.

use std::collections::HashMap;

use deskferry_staging::{Manifest, Staging};

use crate::Result;
use crate::rows::{Row, Rows};
use crate::step::FileRef;
use crate::tables::ATTACHMENTS;

#[derive(Default)]
pub(crate) struct Attachments {
    by_part: HashMap<Box<str>, Vec<Row>>,
}

impl Attachments {
    pub(crate) async fn read(staging: &Staging, manifest: &Manifest) -> Result<Self> {
        let mut by_part: HashMap<Box<str>, Vec<Row>> = HashMap::new();
        let mut rows = Rows::open(staging, manifest, ATTACHMENTS)?;
        while let Some(row) = rows.next().await? {
            by_part.entry(row.must("part_key")?.into()).or_default().push(row);
        }
        Ok(Self { by_part })
    }

    /// Keys and files of a message in their order; a file whose bytes were missing in the source is not among them.
    pub(crate) fn of(&self, part: &str) -> Result<Vec<(String, FileRef)>> {
        let Some(rows) = self.by_part.get(part) else { return Ok(Vec::new()) };
        let mut files = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(sha256) = row.some("sha256")? else { continue };
            let file = FileRef {
                name: row.must("name")?.to_owned(),
                content_type: row.must("content_type")?.to_owned(),
                sha256,
                bytes: row.integer("size")?.unwrap_or(0),
            };
            files.push((row.integer("position")?, row.must("source_key")?.to_owned(), file));
        }
        files.sort_by_key(|(position, ..)| *position);
        Ok(files.into_iter().map(|(_, key, file)| (key, file)).collect())
    }
}
