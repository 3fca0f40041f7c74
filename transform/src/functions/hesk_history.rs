//! `hesk_history(history, timezone)`: one struct per line of a Hesk ticket's or article's history.
//!
//! The column is `<li class="smaller">DATE | TEXT</li>` repeated. `line` counts from 1, `raw` is the inner HTML, `at_text` the
//! date as printed, `at` the instant (NULL where the format is not known), `text` the decoded plain text. `event` is one of the
//! words of [`EVENTS`], or `other` for text in other languages; `actor_login` is the last parenthesised word, for names may
//! have parentheses of their own; `target` is what the event was about: a person, category, status, file, ticket.

use std::sync::{Arc, LazyLock};

use arrow::array::{Array, ArrayRef, Int64Builder, ListArray, StringBuilder, StructArray, TimestampMicrosecondBuilder};
use arrow::buffer::{NullBuffer, OffsetBuffer};
use arrow::datatypes::{DataType, Field, Fields};
use chrono_tz::Tz;
use datafusion::common::{Result, exec_datafusion_err};
use datafusion::logical_expr::ScalarUDF;
use regex::Regex;

use super::html_to_text::convert;
use super::scalar::{Arguments, Kind, Scalar, text_at, texts, time_type};
use super::wall_time;

/// English texts by event, tried in order; `actor` and `target` are what the event names. The last ` by ` counts.
const EVENTS: [(&str, &str); 27] = [
    ("submitted", r"^submitted by (?:e-?mail piping|POP3 fetching|IMAP fetching)$"),
    ("submitted", r"^(?:submitted|ticket created) by (?<actor>.+)$"),
    ("auto_assigned", r"^automatically assigned to (?<target>.+)$"),
    ("unassigned", r"^assigned to [<*\s]*(?:Unassigned|None)[>*\s]*(?: by (?<actor>.+))?$"),
    ("assigned", r"^assigned to (?<target>.+) by (?<actor>.+?)$"),
    ("assigned", r"^assigned to (?<target>.+)$"),
    ("moved", r"^moved to category (?<target>.+) by (?<actor>.+?)$"),
    ("status_changed", r"^status changed to (?<target>.+) by (?<actor>.+?)$"),
    ("priority_changed", r"^priority changed to [*\s]*(?<target>.+?)[*\s]* by (?<actor>.+)$"),
    ("closed", r"^(?:automatically closed|closed automatically|closed \(automatically\)|closed by \(automatically\))$"),
    ("closed", r"^(?:closed|resolved) by (?<actor>.+)$"),
    ("opened", r"^(?:re-?)?opened by (?<actor>.+)$"),
    ("locked", r"^locked by (?<actor>.+)$"),
    ("unlocked", r"^unlocked by (?<actor>.+)$"),
    ("attachment_deleted", r"^attachment (?<target>.+) deleted by (?<actor>.+?)$"),
    ("merged", r"^merged with (?:ticket )?(?<target>.+) by (?<actor>.+?)$"),
    ("time_worked", r"^time worked updated to (?<target>.+) by (?<actor>.+?)$"),
    ("due_date", r"^due date updated to (?<target>.+) by (?<actor>.+?)$"),
    ("due_date", r"^due date removed by (?<actor>.+)$"),
    ("overdue_email", r"^overdue e-?mail notification sent"),
    ("reminder", r"^reminder sent to (?<target>.+?)(?: by (?<actor>.+))?$"),
    ("collaborator", r"^(?<target>.+) (?:added|removed) as a collaborator by (?<actor>.+?)$"),
    ("linked", r"^(?:ticket )?(?<target>\S+) (?:ticket )?(?:un)?linked by (?<actor>.+)$"),
    ("linked", r"^(?:un)?linked (?:with|to|from) (?:ticket )?(?<target>\S+) by (?<actor>.+)$"),
    ("anonymized", r"^anonymi[sz]ed by (?<actor>.+)$"),
    ("modified", r"^modified by (?<actor>.+)$"),
    ("escalated", r"^escalated by (?<actor>.+)$"),
];

static PATTERNS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    EVENTS.iter().filter_map(|(event, pattern)| Some((*event, Regex::new(&format!("(?is){pattern}")).ok()?))).collect()
});
static LINE_END: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i)</li\s*>").ok());

/// Most bytes of a line's text that are matched against the events.
const TEXT_MAX: usize = 4_000;

/// The function.
pub(super) fn function() -> ScalarUDF {
    let result = DataType::List(Arc::new(Field::new_list_field(DataType::Struct(fields()), true)));
    Scalar::columns("hesk_history", Arguments::Fixed(1, &[Kind::Text, Kind::Text]), result, lists)
}

fn fields() -> Fields {
    let text = |name: &str| Field::new(name, DataType::Utf8, true);
    vec![
        Field::new("line", DataType::Int64, true),
        text("raw"),
        text("at_text"),
        Field::new("at", time_type(), true),
        text("event"),
        text("text"),
        text("actor_login"),
        text("actor_name"),
        text("target"),
    ]
    .into()
}

fn lists(columns: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
    let histories = texts(&columns[0])?;
    let zones = columns.get(1).map(texts).transpose()?;
    let mut lines = Int64Builder::new();
    let mut times = TimestampMicrosecondBuilder::new().with_data_type(time_type());
    let mut words: [StringBuilder; 7] = Default::default();
    let mut lengths = Vec::with_capacity(rows);
    for row in 0..rows {
        let zone =
            zones.and_then(|zones| text_at(zones, row)).and_then(|name| name.trim().parse().ok()).unwrap_or(Tz::UTC);
        let found = text_at(histories, row).map(parse).unwrap_or_default();
        for (index, line) in found.iter().enumerate() {
            lines.append_value(index as i64 + 1);
            times.append_option(
                line.at_text.and_then(|text| wall_time::instant(text, zone)).map(|t| t.timestamp_micros()),
            );
            let texts = [
                Some(line.raw),
                line.at_text,
                Some(line.event),
                Some(&line.text),
                line.actor_login.as_deref(),
                line.actor_name.as_deref(),
                line.target.as_deref(),
            ];
            words.iter_mut().zip(texts).for_each(|(builder, text)| builder.append_option(text));
        }
        lengths.push(found.len());
    }
    let [raw, at_text, event, text, login, name, target] =
        words.map(|mut builder| Arc::new(builder.finish()) as ArrayRef);
    let columns = vec![
        Arc::new(lines.finish()) as ArrayRef,
        raw,
        at_text,
        Arc::new(times.finish()),
        event,
        text,
        login,
        name,
        target,
    ];
    let entries = StructArray::try_new(fields(), columns, None)?;
    let nulls = NullBuffer::from((0..rows).map(|row| histories.is_valid(row)).collect::<Vec<_>>());
    let item = Arc::new(Field::new_list_field(DataType::Struct(fields()), true));
    let list = ListArray::try_new(item, OffsetBuffer::from_lengths(lengths), Arc::new(entries), Some(nulls));
    list.map(|list| Arc::new(list) as ArrayRef).map_err(|e| exec_datafusion_err!("hesk_history: {e}"))
}

struct Line<'a> {
    raw: &'a str,
    at_text: Option<&'a str>,
    event: &'static str,
    text: String,
    actor_login: Option<String>,
    actor_name: Option<String>,
    target: Option<String>,
}

fn parse(history: &str) -> Vec<Line<'_>> {
    let Some(end) = LINE_END.as_ref() else { return Vec::new() };
    end.split(history).filter_map(line).collect()
}

fn line(piece: &str) -> Option<Line<'_>> {
    let piece = piece.trim();
    let opens = piece.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("<li"));
    let raw = if opens { piece.split_once('>').map_or("", |(_, rest)| rest).trim() } else { piece };
    if raw.is_empty() {
        return None;
    }
    let (at_text, html) = raw.split_once(" | ").map_or((None, raw), |(at, rest)| (Some(at.trim()), rest));
    let text = convert(html);
    let mut line = Line { raw, at_text, event: "other", text, actor_login: None, actor_name: None, target: None };
    if line.text.len() > TEXT_MAX {
        return Some(line);
    }
    if let Some((event, found)) =
        PATTERNS.iter().find_map(|(event, pattern)| Some((*event, pattern.captures(&line.text)?)))
    {
        line.event = event;
        line.target = found.name("target").map(|m| m.as_str().trim().to_owned());
        if let Some(actor) = found.name("actor") {
            let (name, login) = person(actor.as_str());
            (line.actor_name, line.actor_login) = (Some(name.to_owned()), login.map(str::to_owned));
        }
    }
    Some(line)
}

/// `Peter Printer (staff) (peterp)` is Peter Printer (staff), login peterp.
fn person(text: &str) -> (&str, Option<&str>) {
    let text = text.trim();
    let parts = text.strip_suffix(')').and_then(|rest| rest.rsplit_once('('));
    match parts {
        Some((name, login)) if !login.is_empty() && !name.trim().is_empty() => (name.trim(), Some(login)),
        _ => (text, None),
    }
}
