//! Files: what they are called, where they are, and their bytes.

use super::super::super::standin::dice::Dice;
use super::ticket::Source;
use super::{Facts, Moment};

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    Picture,
    Text,
    /// So many bytes.
    Large(usize),
    /// None at all.
    Empty,
    /// Listed, but its bytes are gone.
    Missing,
}

/// Where a file is; one can be in several places, and is one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Attached to its source.
    Attached,
    /// Only shown in a text of its source: `find/file` does not have it.
    InTextOnly,
    /// In a file attribute of its source: `find/file` has it, too.
    Attribute,
}

/// A file.
#[derive(Debug, Clone)]
pub(crate) struct File {
    pub(crate) id: i64,
    pub(crate) source: Source,
    pub(crate) place: Place,
    /// As it was called; Cyrillic, with quotes, or with a path in it.
    pub(crate) name: String,
    pub(crate) content: Content,
    pub(crate) created: Moment,
    pub(crate) author: Option<i64>,
}

impl File {
    /// Its type.
    pub(crate) fn mime(&self) -> &'static str {
        match self.content {
            Content::Picture => "image/png",
            Content::Text | Content::Empty => "text/plain",
            Content::Large(_) | Content::Missing => "application/octet-stream",
        }
    }

    /// Its bytes, if they are there; of no other file.
    pub(crate) fn bytes(&self) -> Option<Vec<u8>> {
        match self.content {
            Content::Missing => None,
            Content::Empty => Some(Vec::new()),
            Content::Text => Some(format!("Содержимое файла {}\n", self.id).into_bytes()),
            Content::Picture => {
                let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
                bytes.extend(self.id.to_be_bytes());
                Some(bytes)
            }
            Content::Large(size) => {
                let mut dice = Dice::new(0, "large file", self.id);
                let mut bytes = Vec::with_capacity(size + 8);
                while bytes.len() < size {
                    bytes.extend(dice.throw().to_le_bytes());
                }
                bytes.truncate(size);
                Some(bytes)
            }
        }
    }
}

impl Facts {
    /// Files that `find/file` gives for an object.
    pub(crate) fn listed_files(&self, source: Source) -> Vec<&File> {
        self.files_of(source).into_iter().filter(|file| file.place != Place::InTextOnly).collect()
    }

    /// All files of an object, wherever they are, each once.
    pub(crate) fn files_of(&self, source: Source) -> Vec<&File> {
        let ids = self.files_by_source.get(&source).map(Vec::as_slice).unwrap_or_default();
        ids.iter().filter_map(|id| Some(&**self.files.get(id)?)).collect()
    }
}
