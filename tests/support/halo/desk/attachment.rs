//! Files of the desk, with the ones that are not what they say.

use super::super::super::standin::html::PIXEL;
use super::moment::Moment;

/// What a file is like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Picture,
    /// Its content is JSON, with a member `link` that is not for us.
    Json,
    /// Nothing in it.
    Empty,
    /// Listed, and 404 when it is asked for.
    Gone,
}

/// A file of a ticket, an action or an article.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Attachment {
    pub(crate) id: i64,
    /// As it is written; may be hostile.
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// 0 for a file of an article.
    pub(crate) ticket: i64,
    /// 0 for a file of the ticket itself.
    pub(crate) action: i64,
    /// 0 for a file of a ticket.
    pub(crate) article: i64,
    /// Its size as the desk tells it, in bytes.
    pub(crate) told_size: i64,
    /// Whether customers may see it.
    pub(crate) public: bool,
    pub(crate) created: Moment,
}

impl Attachment {
    /// A file of a ticket.
    pub(crate) fn of_ticket(id: i64, name: &str, kind: Kind, ticket: i64, action: i64, created: Moment) -> Self {
        let mut file =
            Self { id, name: name.into(), kind, ticket, action, article: 0, told_size: 48_213, public: true, created };
        if let Some(content) = file.content() {
            file.told_size = content.len() as i64;
        }
        file
    }

    /// What is in it; `None` if it cannot be had.
    pub(crate) fn content(&self) -> Option<Vec<u8>> {
        let id = self.id;
        match self.kind {
            Kind::Gone => None,
            Kind::Empty => Some(Vec::new()),
            Kind::Text => Some(format!("file {id}\r\nof ticket {}\r\n", self.ticket).into_bytes()),
            Kind::Json => Some(
                format!("{{\"id\":{id},\"link\":\"https://elsewhere.example/not-for-us\",\"rows\":[1,2,3]}}")
                    .into_bytes(),
            ),
            Kind::Picture => {
                // A whole PNG of one pixel; what comes after its end makes it one of its own.
                let mut bytes = PIXEL.to_vec();
                bytes.extend_from_slice(format!("file {id}").as_bytes());
                Some(bytes)
            }
        }
    }

    /// What its type is, as the file store says.
    pub(crate) fn content_type(&self) -> &'static str {
        match self.kind {
            Kind::Picture => "image/png",
            Kind::Json => "application/json",
            Kind::Text | Kind::Empty | Kind::Gone => "text/plain",
        }
    }
}

/// The token in the link of an inline image: opens without a login, and names the file to nobody but the desk.
pub(crate) fn image_token(attachment: i64) -> String {
    format!("eyJhbGciOiJIUzI1NiJ9.{:012x}.sig", attachment.cast_unsigned() ^ 0x5bd1_e995_2f3a)
}

/// The attachment that a token is for.
pub(crate) fn of_image_token(token: &str) -> Option<i64> {
    let middle = token.strip_prefix("eyJhbGciOiJIUzI1NiJ9.")?.strip_suffix(".sig")?;
    Some((u64::from_str_radix(middle, 16).ok()? ^ 0x5bd1_e995_2f3a).cast_signed())
}
