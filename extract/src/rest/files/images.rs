//! The images that an HTML text shows.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use sha2::{Digest as _, Sha256};

/// An image of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Image {
    /// `src` is an address, its entities resolved.
    Link(String),
    /// `src` holds the bytes.
    Data { content_type: String, bytes: Bytes, sha256: String },
}

impl Image {
    /// By which the row of the file tells it: the `src`, or `data:` and the hash.
    pub(super) fn place(&self) -> String {
        match self {
            Self::Link(link) => link.clone(),
            Self::Data { sha256, .. } => format!("data:{sha256}"),
        }
    }
}

/// The images of a text in their order. `cid:` leftovers and `data:` that cannot be read are none.
pub(super) fn images(html: &str) -> Vec<Image> {
    let mut images = Vec::new();
    let bytes = html.as_bytes();
    for (at, _) in html.match_indices('<') {
        let is_image = bytes.get(at + 1..at + 4).is_some_and(|name| name.eq_ignore_ascii_case(b"img"));
        if is_image && bytes.get(at + 4).is_some_and(|b| b.is_ascii_whitespace() || *b == b'/') {
            images.extend(source(&html[at + 4..]).and_then(|src| image(&resolved(&src))));
        }
    }
    images
}

/// The `src` among the attributes of a tag.
fn source(mut rest: &str) -> Option<String> {
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/'))?;
        let (name, after) = rest.split_at(end);
        let after = after.trim_start();
        if after.starts_with('>') || name.is_empty() && !after.starts_with('=') {
            return None;
        }
        let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
            rest = after;
            continue;
        };
        let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
        let (value, after) = match quote {
            Some(quote) => value[1..].split_once(quote)?,
            None => value.split_at(value.find(|c: char| c.is_ascii_whitespace() || c == '>')?),
        };
        if name.eq_ignore_ascii_case("src") {
            return Some(value.trim().to_owned());
        }
        rest = after;
    }
}

/// An attribute's text with the entities that stand in addresses resolved.
fn resolved(text: &str) -> String {
    let pairs = [
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&apos;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#61;", "="),
        ("&#38;", "&"),
        ("&#x26;", "&"),
        ("&amp;", "&"),
    ];
    pairs.iter().fold(text.to_owned(), |text, (entity, plain)| text.replace(entity, plain))
}

fn image(src: &str) -> Option<Image> {
    let scheme = src.split(':').next().unwrap_or_default().to_ascii_lowercase();
    match scheme.as_str() {
        "data" => {
            let (head, data) = src[5..].split_once(',')?;
            let content_type = head.split(';').next().unwrap_or_default().to_ascii_lowercase();
            let data: String = data.chars().filter(|c| !c.is_ascii_whitespace()).collect();
            let is_base64 = head.to_ascii_lowercase().ends_with(";base64");
            let bytes = if is_base64 { BASE64_STANDARD.decode(data).ok()? } else { return None };
            let sha256 = hex::encode(Sha256::digest(&bytes));
            (!bytes.is_empty()).then(|| Image::Data { content_type, bytes: bytes.into(), sha256 })
        }
        "http" | "https" => Some(Image::Link(src.to_owned())),
        // Another scheme, such as cid: or file:, but not a path whose query has a colon.
        _ if src.contains(':') && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) => None,
        _ => (!src.is_empty()).then(|| Image::Link(src.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_found_however_they_are_written() {
        let html = "<p><IMG alt='a > b' SRC = \"https://a/1?x=1&amp;y=2\"><img src=/api/image?token=a:b width=3/>\
                    <img\nclass=x src='data:image/png;base64,aGk='/><img src=\"cid:1\"><img alt><imgx src=no><img src=\"\">";
        let found = images(html);
        let data = "data:8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4";
        let places: Vec<String> = found.iter().map(Image::place).collect();
        assert_eq!(places, ["https://a/1?x=1&y=2", "/api/image?token=a:b", data]);
    }
}
