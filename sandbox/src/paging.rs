//! Pages: by cursor (`starting_after`) and by number (`page`).

use crate::call::Call;
use crate::refusal::Refusal;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Largest page of nearly every list.
pub(crate) const PER_PAGE_MAX: u64 = 150;

/// Where the next page starts. Opaque to clients; the total is counted once, on the first page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) page: u64,
    pub(crate) last: u64,
    pub(crate) total: u64,
}

impl Cursor {
    pub(crate) fn encode(self) -> String {
        URL_SAFE_NO_PAD.encode(format!("{}:{}:{}", self.page, self.last, self.total))
    }

    pub(crate) fn decode(text: &str) -> Result<Self, Refusal> {
        let fail = || Refusal::invalid("starting_after is not a cursor of this list");
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| fail())?;
        let text = String::from_utf8(bytes).map_err(|_| fail())?;
        let mut numbers = text.split(':').map(|number| number.parse::<u64>().map_err(|_| fail()));
        let mut next = || numbers.next().unwrap_or_else(|| Err(fail()));
        Ok(Self { page: next()?, last: next()?, total: next()? })
    }
}

/// The size asked for in the query, clamped as Intercom does.
pub(crate) fn per_page(call: &Call, default: u64, max: u64) -> Result<u64, Refusal> {
    number(call, "per_page", default).map(|size| size.clamp(1, max))
}

fn number(call: &Call, name: &str, default: u64) -> Result<u64, Refusal> {
    match call.query(name) {
        None | Some("") => Ok(default),
        Some(text) => text.parse().map_err(|_| Refusal::invalid(format!("{name} must be a positive integer"))),
    }
}

/// The `pages` object of a cursor list.
pub(crate) fn pages(page: u64, per_page: u64, total: u64, next: Option<Cursor>) -> Value {
    let next = next.map(|cursor| json!({ "per_page": per_page, "starting_after": cursor.encode() }));
    json!({
        "type": "pages",
        "page": page,
        "next": next,
        "per_page": per_page,
        "total_pages": total.div_ceil(per_page),
    })
}

/// One page by cursor of keys that come in rising order: `keys_after(Some(k))` starts behind k.
pub(crate) fn walk<I>(
    per_page: u64,
    starting_after: Option<&str>,
    total: impl FnOnce() -> u64,
    keys_after: impl FnOnce(Option<u64>) -> I,
) -> Result<(Vec<u64>, u64, Value), Refusal>
where
    I: Iterator<Item = u64>,
{
    let cursor = starting_after.filter(|text| !text.is_empty()).map(Cursor::decode).transpose()?;
    let (page, total) = cursor.map_or_else(|| (1, total()), |cursor| (cursor.page, cursor.total));
    let mut keys = keys_after(cursor.map(|cursor| cursor.last));
    let found: Vec<u64> = keys.by_ref().take(per_page as usize).collect();
    let more = found.last().filter(|_| keys.next().is_some());
    let next = more.map(|&last| Cursor { page: page + 1, last, total });
    Ok((found, total, pages(page, per_page, total, next)))
}

/// One page by number.
#[derive(Debug)]
pub(crate) struct Page {
    pub(crate) number: u64,
    pub(crate) per_page: u64,
    pub(crate) total: u64,
}

impl Page {
    pub(crate) fn of(call: &Call, default: u64, max: u64, total: usize) -> Result<Self, Refusal> {
        let number = number(call, "page", 1)?.max(1);
        Ok(Self { number, per_page: per_page(call, default, max)?, total: total as u64 })
    }

    pub(crate) fn slice<T>(&self, items: impl Iterator<Item = T>) -> Vec<T> {
        let skip = (self.number - 1).saturating_mul(self.per_page);
        items.skip(skip as usize).take(self.per_page as usize).collect()
    }

    fn has_next(&self) -> bool {
        self.number.saturating_mul(self.per_page) < self.total
    }

    fn object(&self, next: Value) -> Value {
        json!({
            "type": "pages",
            "page": self.number,
            "next": next,
            "per_page": self.per_page,
            "total_pages": self.total.div_ceil(self.per_page),
        })
    }

    /// `pages` whose `next` is an object, as the description has it.
    pub(crate) fn pages(&self) -> Value {
        let next = json!({ "page": self.number + 1, "per_page": self.per_page });
        self.object(if self.has_next() { next } else { Value::Null })
    }

    /// `pages` whose `next` is a URL.
    pub(crate) fn pages_link(&self, url: &str) -> Value {
        let next = json!(format!("{url}?per_page={}&page={}", self.per_page, self.number + 1));
        self.object(if self.has_next() { next } else { Value::Null })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walking_gives_every_key_once() {
        let keys: Vec<u64> = (1..=7).collect();
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let (found, total, pages) = walk(
                3,
                cursor.as_deref(),
                || 7,
                |after| keys.iter().copied().filter(move |key| after.is_none_or(|last| *key > last)),
            )
            .unwrap();
            assert_eq!((total, &pages["total_pages"]), (7, &json!(3)));
            seen.extend(found);
            match pages["next"]["starting_after"].as_str() {
                Some(next) => cursor = Some(next.to_owned()),
                None => break,
            }
        }
        assert_eq!(seen, keys);
    }

    #[test]
    fn a_made_up_cursor_is_refused() {
        assert_eq!(Cursor::decode("page2").unwrap_err().status, 400);
    }
}
