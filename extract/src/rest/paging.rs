//! Where in a list the reading is, and where it goes on.

use chrono::{DateTime, TimeDelta, Utc};
use deskferry_http::Reply;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::row::find;
use crate::spec::Paging;

/// A place in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Position {
    /// A page by its number.
    Number(u64),
    /// A page by the rows before it.
    Offset(u64),
    /// A page by a text of the page before; without one the first.
    Cursor(Option<String>),
    /// A page by its address; without one the first.
    Link(Option<String>),
    /// A stretch of time by its begin.
    From(DateTime<Utc>),
    /// All of the list.
    All,
}

/// How one list is walked.
#[derive(Debug, Clone)]
pub(super) struct Pager<'a> {
    paging: &'a Paging,
    /// The first moment of windows.
    begin: DateTime<Utc>,
    /// The last.
    until: DateTime<Utc>,
    /// Address of the API, on whose host links must be.
    base: &'a Url,
    /// Parameter of the login, which is not kept with links.
    secret: Option<&'a str>,
}

impl<'a> Pager<'a> {
    /// `begin` is the filled-in text of a windows' begin; the inner error is why it is no time.
    pub(super) fn new(
        paging: &'a Paging,
        begin: &str,
        until: DateTime<Utc>,
        base: &'a Url,
        secret: Option<&'a str>,
    ) -> Result<Self, String> {
        let begin = match paging {
            Paging::Windows { .. } => day(begin).ok_or_else(|| format!("`{begin}` is no day such as 2019-01-01"))?,
            _ => until,
        };
        Ok(Self { paging, begin, until, base, secret })
    }

    pub(super) fn first(&self) -> Position {
        match self.paging {
            Paging::Page { first, .. } => Position::Number(*first),
            Paging::Offset { .. } => Position::Offset(0),
            Paging::Cursor { .. } | Paging::Scroll { .. } => Position::Cursor(None),
            Paging::NextLink { .. } => Position::Link(None),
            Paging::Windows { .. } => Position::From(self.begin),
            Paging::None => Position::All,
        }
    }

    /// The first place at which newest rows may be: of windows the last stretch of time.
    pub(super) fn newest(&self) -> Position {
        match self.paging {
            Paging::Windows { hours, .. } => {
                Position::From((self.until - TimeDelta::hours(i64::from(*hours))).max(self.begin))
            }
            _ => self.first(),
        }
    }

    /// Parameters that ask for a page. The address of a [`Position::Link`] has all of its own.
    pub(super) fn params(&self, position: &Position) -> Vec<(String, String)> {
        let size = self.paging.size().map(|(name, most)| (name.to_owned(), most.to_string()));
        let place = match (self.paging, position) {
            (Paging::Page { number, .. }, Position::Number(at)) => vec![(number.clone(), at.to_string())],
            (Paging::Offset { offset, .. }, Position::Offset(at)) => vec![(offset.clone(), at.to_string())],
            (Paging::Cursor { cursor, .. } | Paging::Scroll { cursor, .. }, Position::Cursor(Some(at))) => {
                vec![(cursor.clone(), at.clone())]
            }
            (Paging::Windows { from, to, hours, .. }, Position::From(at)) => {
                let text = |time: DateTime<Utc>| time.format("%Y-%m-%dT%H:%M:%S").to_string();
                vec![(from.clone(), text(*at)), (to.clone(), text(self.end_of(*at, *hours)))]
            }
            _ => Vec::new(),
        };
        size.into_iter().chain(place).collect()
    }

    /// Where the next page should be told and is not told at all, on a first page; null or empty is the end of the list.
    pub(super) fn lacks_place(&self, position: &Position, json: &Value) -> Option<&str> {
        let at = match (self.paging, position) {
            (Paging::Cursor { at, .. }, Position::Cursor(None)) => at,
            (Paging::NextLink { at: Some(at), .. }, Position::Link(None)) => at,
            _ => return None,
        };
        find(json, at).is_none().then_some(at)
    }

    fn end_of(&self, from: DateTime<Utc>, hours: u32) -> DateTime<Utc> {
        (from + TimeDelta::hours(i64::from(hours))).min(self.until)
    }

    /// The place of the next page by what this one says, before its rows are looked at; `None` where the list ends by its own
    /// word. The error says what is wrong with that word.
    pub(super) fn next(
        &self,
        position: &Position,
        json: &Value,
        reply: &Reply,
        rows: u64,
    ) -> Result<Option<Position>, String> {
        Ok(match (self.paging, position) {
            (Paging::Page { .. }, Position::Number(at)) => Some(Position::Number(at + 1)),
            (Paging::Offset { .. }, Position::Offset(at)) => Some(Position::Offset(at + rows)),
            (Paging::Scroll { .. }, _) if rows == 0 => None,
            (Paging::Cursor { at, .. } | Paging::Scroll { at, .. }, _) => match find(json, at) {
                Some(Value::String(text)) if !text.is_empty() => Some(Position::Cursor(Some(text.clone()))),
                Some(Value::Number(number)) => Some(Position::Cursor(Some(number.to_string()))),
                _ => None,
            },
            (Paging::NextLink { at, .. }, _) => {
                let link = match at {
                    Some(at) => find(json, at).and_then(Value::as_str).map(ToOwned::to_owned),
                    None => reply.headers.get_all("link").iter().filter_map(|v| v.to_str().ok()).find_map(next_of),
                };
                link.filter(|l| !l.is_empty()).map(|link| self.link(&link)).transpose()?
            }
            (Paging::Windows { hours, .. }, Position::From(from)) => {
                let end = self.end_of(*from, *hours);
                (end < self.until).then_some(Position::From(end))
            }
            _ => None,
        })
    }

    fn link(&self, link: &str) -> Result<Position, String> {
        let url =
            self.base.join(link).map_err(|e| format!("the next page is at `{link}`, which is no address: {e}"))?;
        // Some servers behind a proxy write http where they are called by https.
        if url.host_str() != self.base.host_str() {
            return Err(format!("the next page is on another host, {}", url.host_str().unwrap_or_default()));
        }
        let mut here = url.clone();
        if self.secret.is_some() && url.query().is_some() {
            let kept: Vec<(String, String)> =
                url.query_pairs().into_owned().filter(|(name, _)| Some(name.as_str()) != self.secret).collect();
            here.query_pairs_mut().clear().extend_pairs(kept);
        }
        let same_port = here.set_scheme(self.base.scheme()).is_ok() && here.set_port(self.base.port()).is_ok();
        if !same_port {
            return Err(format!("the next page is at `{}`, which is no web address", here.scheme()));
        }
        Ok(Position::Link(Some(here.into())))
    }

    /// Where the page so many pages on is, for lists whose places are known beforehand, of pages of `step` rows.
    pub(super) fn ahead(&self, position: &Position, pages: u64, step: u64) -> Option<Position> {
        match position {
            Position::Number(at) => Some(Position::Number(at + pages)),
            Position::Offset(at) => Some(Position::Offset(at + pages * step)),
            _ => None,
        }
    }

    /// Rows before a place, for lists whose places are known beforehand, of pages of `step` rows.
    pub(super) fn rows_before(&self, position: &Position, step: u64) -> Option<u64> {
        match (self.paging, position) {
            (Paging::Page { first, .. }, Position::Number(at)) => Some(at.saturating_sub(*first) * step),
            (_, Position::Offset(at)) => Some(*at),
            _ => None,
        }
    }

    /// Whether each page is a list of its own: a stretch of time.
    pub(super) fn is_windows(&self) -> bool {
        matches!(self.paging, Paging::Windows { .. })
    }

    /// Whether each page tells the next by a text, so that rows that change meanwhile move no others.
    pub(super) fn is_cursor(&self) -> bool {
        matches!(self.paging, Paging::Cursor { .. })
    }

    /// Whether the source keeps the place in the list, so that it may forget it.
    pub(super) fn is_scroll(&self) -> bool {
        matches!(self.paging, Paging::Scroll { .. })
    }

    /// Whether all of a list, or of a stretch of time, comes in one reply.
    pub(super) fn is_one_reply(&self) -> bool {
        matches!(self.paging, Paging::Windows { .. } | Paging::None)
    }

    /// The parameter of the size and what is asked for.
    pub(super) fn size(&self) -> Option<(&str, u64)> {
        self.paging.size()
    }

    /// Whether the source ends the list by its own word, so that neither an empty page nor a total does.
    pub(super) fn ends_by_word(&self) -> bool {
        !matches!(self.paging, Paging::Page { .. } | Paging::Offset { .. })
    }
}

fn day(text: &str) -> Option<DateTime<Utc>> {
    let day = || chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_hms_opt(0, 0, 0).map(|d| d.and_utc());
    DateTime::parse_from_rfc3339(text).ok().map(|t| t.to_utc()).or_else(day)
}

/// `rel="next"` of a `Link` header. An address may hold commas, a parameter's quoted text commas and semicolons.
fn next_of(header: &str) -> Option<String> {
    let mut rest = header;
    while let Some((_, after)) = rest.split_once('<') {
        let (address, parameters) = after.split_once('>')?;
        let mut quoted = false;
        let end = parameters.find(|c: char| {
            quoted ^= c == '"';
            c == ',' && !quoted
        });
        let (parameters, others) = parameters.split_at(end.unwrap_or(parameters.len()));
        let is_next = parameters.split(';').filter_map(|p| p.split_once('=')).any(|(name, value)| {
            let mut words = value.trim().trim_matches('"').split_whitespace();
            name.trim().eq_ignore_ascii_case("rel") && words.any(|word| word.eq_ignore_ascii_case("next"))
        });
        if is_next {
            return Some(address.to_owned());
        }
        rest = others;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_links_are_taken_from_the_same_host_only() {
        let base = Url::parse("https://desk.example/api/").unwrap();
        let paging = Paging::NextLink { at: None, size: None, size_max: None };
        let pager = Pager::new(&paging, "", DateTime::UNIX_EPOCH, &base, Some("api_key")).unwrap();
        let link = |text: &str| pager.link(text);
        assert_eq!(link("?page=2"), Ok(Position::Link(Some("https://desk.example/api/?page=2".into()))));
        assert_eq!(link("http://desk.example/x"), Ok(Position::Link(Some("https://desk.example/x".into()))));
        assert_eq!(link("/x?api_key=canary&p=2"), Ok(Position::Link(Some("https://desk.example/x?p=2".into()))));
        assert!(link("https://evil.example/x").is_err());
        assert_eq!(next_of("<https://a/1>; rel=\"prev\", <https://a/3>; rel=\"next\"").as_deref(), Some("https://a/3"));
        assert_eq!(next_of("<https://a/1>; rel=\"prev\""), None);
        assert_eq!(next_of("</t?f=a,b&p=1>; title=\"x, y\"; REL=\"last Next\"").as_deref(), Some("/t?f=a,b&p=1"));
        assert_eq!(next_of("</t?f=a,b>; rel=prev, </u>;rel=next").as_deref(), Some("/u"));
    }

    #[test]
    fn windows_follow_each_other_without_a_gap_until_now() {
        let base = Url::parse("https://desk.example").unwrap();
        let until = day("2026-01-03T06:00:00Z").unwrap();
        let begin = "{day}".parse::<String>().unwrap();
        let template = crate::spec::Template::parse(&begin).unwrap();
        let paging = Paging::Windows { from: "from".into(), to: "to".into(), hours: 24, begin: template };
        let pager = Pager::new(&paging, "2026-01-01", until, &base, None).unwrap();
        let reply = Reply {
            status: 200,
            headers: Default::default(),
            body: Default::default(),
            json: Value::Null,
            request_id: None,
        };
        let (mut at, mut ends) = (Some(pager.first()), Vec::new());
        while let Some(position) = at {
            ends.push(pager.params(&position)[1].1.clone());
            at = pager.next(&position, &Value::Null, &reply, 0).unwrap();
        }
        assert_eq!(ends, ["2026-01-02T00:00:00", "2026-01-03T00:00:00", "2026-01-03T06:00:00"]);
        assert!(Pager::new(&paging, "soon", until, &base, None).is_err());
    }
}
