//! How a source writes dates.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::rest::times::{Times, moment};

/// Forms that some sources use; tried where the spec's do not fit. Days come before months, where the values do not tell.
const FORMS: &[&str] = &[
    "%Y.%m.%d %H:%M:%S%.f",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%Y/%m/%d %H:%M:%S%.f",
    "%d/%m/%Y %H:%M:%S%.f",
    "%m/%d/%Y %H:%M:%S%.f",
    "%d-%m-%Y %H:%M:%S%.f",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%Y/%m/%d",
    "%d/%m/%Y",
    "%m/%d/%Y",
];

/// What was seen of some dates.
#[derive(Debug, Default)]
pub(super) struct Forms {
    /// In words.
    pub(super) found: BTreeSet<&'static str>,
    /// Texts that fit no form of the spec.
    unknown: Vec<String>,
    /// The newest time without an offset, as it is written.
    newest: Option<NaiveDateTime>,
}

impl Forms {
    /// Takes a value of a column of times.
    pub(super) fn see(&mut self, value: &Value, times: &Times) {
        match value {
            Value::Number(number) => {
                let is_ms = number.as_f64().is_some_and(|n| n.abs() > 1e11);
                self.found.insert(if is_ms { "milliseconds since 1970" } else { "seconds since 1970" });
            }
            Value::String(text) => self.see_text(text, times),
            _ => {}
        }
    }

    fn see_text(&mut self, text: &str, times: &Times) {
        let Some(wall) = times.as_written(text) else { return };
        let offset = DateTime::parse_from_rfc3339(text.trim());
        if let Ok(time) = offset {
            self.found.insert(if time.offset().local_minus_utc() == 0 { "in UTC, said so" } else { "with an offset" });
        } else if let Some(time) = moment(&wall) {
            self.found.insert("without an offset");
            self.newest = self.newest.max(Some(time.naive_utc()));
        } else {
            self.found.insert("in a form that the spec does not have");
            self.unknown.push(text.trim().to_owned());
        }
    }

    /// The form that all texts fit that fit none of the spec's.
    pub(super) fn form(&self) -> Option<&'static str> {
        let fits = |form: &&&str| {
            self.unknown.iter().all(|text| {
                NaiveDateTime::parse_from_str(text, form).is_ok() || NaiveDate::parse_from_str(text, form).is_ok()
            })
        };
        FORMS.iter().filter(|_| !self.unknown.is_empty()).find(fits).copied()
    }

    /// What the newest time without an offset, and the time of the reply, tell of the zone: hours that it is ahead of UTC at
    /// least. A time that no zone explains lies in the future.
    pub(super) fn ahead(&self, replied: DateTime<Utc>) -> Option<i64> {
        let ahead = self.newest? - replied.naive_utc();
        (TimeDelta::minutes(10)..=TimeDelta::hours(14)).contains(&ahead).then(|| (ahead.num_minutes() + 59) / 60)
    }

    /// Whether some times have no offset.
    pub(super) fn is_without_offset(&self) -> bool {
        self.newest.is_some()
    }
}
