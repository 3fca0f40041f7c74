//! One message or note of a thread, with its files. Source: `reply_conversation_request` of 2.16.
//!
//! A reply takes ten files; more of them, and those of the opening message, which takes none, follow in replies of their own
//! with the same author and time.

use deskferry_http::Method;
use serde_json::json;

use super::{ATTACHMENTS, CONTACTS, CONVERSATIONS, PARTS};
use crate::Result;
use crate::rows::Row;
use crate::step::{Author, Call, Field, FileRef, Find, Reference, Step};
use crate::text::escape;

/// Most files of one reply.
pub(crate) const FILES_MAX: usize = 10;
/// Most bytes of files beside each other in one reply. No limit is documented: a file that is larger has a reply of its own, so
/// that where Intercom refuses it the text and the other files are there all the same.
const BYTES_MAX: i64 = 20 << 20;
/// Stands for a text where there is none, for Intercom takes no empty message.
pub(crate) const NO_TEXT: &str = "(no text)";

/// A message as the loader needs it.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) key: String,
    pub(crate) is_note: bool,
    pub(crate) is_contact: bool,
    pub(crate) author: Author,
    pub(crate) body: String,
    /// Seconds since 1970.
    pub(crate) created_at: i64,
    pub(crate) files: Vec<(String, FileRef)>,
}

impl Part {
    pub(crate) fn read(row: &Row, files: Vec<(String, FileRef)>) -> Result<Self> {
        let body = row.text("body")?.filter(|b| !b.trim().is_empty()).unwrap_or(NO_TEXT).to_owned();
        Ok(Self {
            key: row.must("source_key")?.to_owned(),
            is_note: row.must("part_type")? == "note",
            is_contact: row.must("author_type")? == "contact",
            author: Author { key: row.some("author_key")?, name: row.some("author_name")? },
            body,
            created_at: row.time("created_at")?.map(|t| t.timestamp()).unwrap_or_default(),
            files,
        })
    }

    /// The steps of a reply: the message with its first files, then the other files.
    pub(crate) fn steps(&self, conversation: &str, contact: &str) -> Vec<Step> {
        let with_text = groups(&self.files).first().filter(|g| bytes(g) <= BYTES_MAX).map_or(0, |g| g.len());
        let (first, rest) = self.files.split_at(with_text);
        let mut steps = vec![self.reply(conversation, contact, "create".to_owned(), &self.body, first)];
        steps[0].carries = carried(first);
        steps.extend(self.file_steps(conversation, contact, rest, 2));
        steps
    }

    /// Replies that bring only files; `first` numbers them.
    pub(crate) fn file_steps(
        &self,
        conversation: &str,
        contact: &str,
        files: &[(String, FileRef)],
        first: usize,
    ) -> Vec<Step> {
        let step = |(number, chunk): (usize, &[(String, FileRef)])| {
            let names: Vec<String> = chunk.iter().map(|(_, f)| escape(&f.name)).collect();
            let body = format!("<p>{}</p>", names.join(", "));
            let mut step = self.reply(conversation, contact, format!("files:{}", first + number), &body, chunk);
            step.carries = carried(chunk);
            step
        };
        groups(files).into_iter().enumerate().map(step).collect()
    }

    fn reply(&self, conversation: &str, contact: &str, name: String, body: &str, files: &[(String, FileRef)]) -> Step {
        let mut call = Call::at(Method::Post, "/conversations/{}/reply", CONVERSATIONS, conversation);
        let html = body.to_owned();
        if self.is_contact {
            // A contact who no longer exists speaks through the one who opened the thread.
            let author = self.author.key.as_deref().unwrap_or(contact);
            let signed = match &self.author.key {
                Some(_) => Field::Json(json!(html)),
                None => Field::Signed { author: self.author.clone(), html },
            };
            call = call
                .with("message_type", Field::json("comment"))
                .with("type", Field::json("user"))
                .with("intercom_user_id", Field::Id(Reference::new(CONTACTS, author)))
                .with("body", signed);
        } else {
            call = call
                .with("message_type", Field::json(if self.is_note { "note" } else { "comment" }))
                .with("type", Field::json("admin"))
                .with("admin_id", Field::Admin(self.author.key.clone()))
                .with("body", Field::Signed { author: self.author.clone(), html })
                .with("skip_notifications", Field::json(true));
        }
        call = call.with("created_at", Field::json(self.created_at));
        if !files.is_empty() {
            call = call.with("attachment_files", Field::Files(files.iter().map(|(_, f)| f.clone()).collect()));
        }
        Step::new(PARTS, &self.key, name, call, Find::Part)
    }
}

/// Files in their order, in groups that fit into one reply each.
fn groups(files: &[(String, FileRef)]) -> Vec<&[(String, FileRef)]> {
    let mut groups = Vec::new();
    let mut start = 0;
    for end in 1..=files.len() {
        let is_full = end - start == FILES_MAX || files.get(end).is_none_or(|_| bytes(&files[start..=end]) > BYTES_MAX);
        if is_full {
            groups.push(&files[start..end]);
            start = end;
        }
    }
    groups
}

fn bytes(files: &[(String, FileRef)]) -> i64 {
    files.iter().map(|(_, file)| file.bytes).sum()
}

fn carried(files: &[(String, FileRef)]) -> Vec<(&'static str, String)> {
    files.iter().map(|(key, _)| (ATTACHMENTS, key.clone())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(sizes: &[i64]) -> Vec<(String, FileRef)> {
        let file = |bytes| FileRef { name: "n".into(), content_type: "t".into(), sha256: "s".into(), bytes };
        sizes.iter().map(|bytes| ("k".to_owned(), file(*bytes))).collect()
    }

    #[test]
    fn files_are_grouped_by_number_and_size_and_a_large_one_stands_alone() {
        let large = BYTES_MAX + 1;
        let cases: [(Vec<i64>, Vec<usize>); 5] = [
            (vec![], vec![]),
            (vec![1; 23], vec![10, 10, 3]),
            (vec![large], vec![1]),
            (vec![1, large, 1, 1], vec![1, 1, 2]),
            (vec![BYTES_MAX, 1], vec![1, 1]),
        ];
        for (sizes, wanted) in cases {
            let files = files(&sizes);
            assert_eq!(groups(&files).iter().map(|g| g.len()).collect::<Vec<_>>(), wanted, "{sizes:?}");
        }
    }

    #[test]
    fn a_text_goes_without_a_file_that_is_too_large_to_stand_beside_it() {
        let part = |sizes: &[i64]| Part {
            key: "p".into(),
            is_note: false,
            is_contact: false,
            author: Author { key: None, name: None },
            body: "x".into(),
            created_at: 0,
            files: files(sizes),
        };
        let carried = |sizes: &[i64]| part(sizes).steps("c", "u").iter().map(|s| s.carries.len()).collect::<Vec<_>>();
        assert_eq!(carried(&[1, 2]), [2]);
        assert_eq!(carried(&[BYTES_MAX + 1]), [0, 1]);
        assert_eq!(carried(&[]), [0]);
    }
}
