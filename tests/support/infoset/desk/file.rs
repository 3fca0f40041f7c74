//! Files of the desk, with the ones that are not what they say.

use super::super::super::standin::html::PIXEL;

/// What a file is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Picture,
    /// Nothing in it.
    Empty,
    /// Told, and 404 when it is asked for.
    Gone,
    /// What was said in a call.
    Recording,
}

/// A file of a ticket, a room or an article.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct File {
    /// A hundred times the id of what it belongs to, and its number there; a recording has its call's id.
    pub(crate) id: i64,
    /// As it is told; may be hostile.
    pub(crate) name: String,
    pub(crate) kind: Kind,
}

impl File {
    /// File number `nth` of a ticket, a room or an article.
    pub(crate) fn of(owner: i64, nth: i64, name: &str, kind: Kind) -> Self {
        Self { id: owner * 100 + nth, name: name.into(), kind }
    }

    /// What is in it; `None` if it cannot be had.
    pub(crate) fn content(&self) -> Option<Vec<u8>> {
        match self.kind {
            Kind::Gone => None,
            Kind::Empty => Some(Vec::new()),
            Kind::Text => Some(format!("dosya {}\r\nğüşıöç\r\n", self.id).into_bytes()),
            // A whole PNG of one pixel; what comes after its end makes it one of its own.
            Kind::Picture => Some([&PIXEL[..], format!("dosya {}", self.id).as_bytes()].concat()),
            Kind::Recording => Some([b"ID3\x03\x00\x00", format!("ses {}", self.id).as_bytes()].concat()),
        }
    }

    /// Its type, as it is told and as the file store says.
    pub(crate) fn content_type(&self) -> &'static str {
        match self.kind {
            Kind::Picture => "image/png",
            Kind::Recording => "audio/mpeg",
            Kind::Text | Kind::Empty | Kind::Gone => "text/plain",
        }
    }

    /// Its size as it is told, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.content().map_or(48_211, |content| content.len())
    }
}

/// The place of a picture in a text: opens for everybody who knows it, and for ever.
pub(crate) fn image_path(file: i64) -> String {
    format!("inline/{:012x}.png", file.cast_unsigned() ^ 0x5bd1_e995)
}

/// The file of such a place.
pub(crate) fn of_image_path(path: &str) -> Option<i64> {
    let name = path.strip_prefix("inline/")?.strip_suffix(".png")?;
    Some((u64::from_str_radix(name, 16).ok()? ^ 0x5bd1_e995).cast_signed())
}
