//! Which columns of a part are shown, and how.

use serde_json::Value;

use super::Section;
use crate::report::Row;

/// Ending of a column that is the address to which the column before the ending leads.
const LINK: &str = " link";

/// One column that is shown.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column<'a> {
    pub(super) name: &'a str,
    /// All of its values are numbers.
    pub(super) is_number: bool,
    /// Its values are shares of 100.
    pub(super) is_share: bool,
    /// The column with the addresses to which its values lead.
    link: Option<String>,
}

impl<'a> Column<'a> {
    /// The columns of rows: filled ones, without those that only say something about others.
    pub(super) fn of(rows: &'a [Row]) -> Vec<Self> {
        let Some(first) = rows.first() else { return Vec::new() };
        let is_meant = |name: &str| {
            let is_link = name.strip_suffix(LINK).is_some_and(|of| first.contains_key(of));
            name != "section" && !is_link && filled(rows, name).next().is_some()
        };
        let names = first.keys().map(String::as_str).filter(|name| is_meant(name));
        names
            .map(|name| {
                let link = format!("{name}{LINK}");
                let is_number = filled(rows, name).all(Value::is_number);
                let is_share = is_number && name.ends_with('%');
                Self { name, is_number, is_share, link: first.contains_key(&link).then_some(link) }
            })
            .collect()
    }

    /// Its value in a row.
    pub(super) fn value<'r>(&self, row: &'r Row) -> &'r Value {
        row.get(self.name).unwrap_or(&Value::Null)
    }

    /// Where its value in a row leads: addresses of the web, nothing else.
    pub(super) fn link<'r>(&self, row: &'r Row) -> Option<&'r str> {
        let address = row.get(self.link.as_deref()?)?.as_str()?;
        let is_web = address.starts_with("https://") || address.starts_with("http://");
        (is_web && !address.contains(|c: char| c.is_whitespace() || c.is_control())).then_some(address)
    }
}

/// The values of a column that are there.
fn filled<'r>(rows: &'r [Row], name: &'r str) -> impl Iterator<Item = &'r Value> {
    rows.iter().filter_map(move |row| row.get(name)).filter(|value| !value.is_null())
}

/// How much of a bar a value fills, from 0 to 1.
pub(super) fn share(section: &Section, rows: &[Row], column: &Column<'_>, row: &Row) -> Option<f64> {
    let number = |name: &str, row: &Row| row.get(name).and_then(Value::as_f64);
    let value = number(column.name, row)?;
    let of = if column.is_share {
        100.0
    } else if section.bars.iter().all(|name| name != column.name) {
        return None;
    } else if section.bars.len() > 1 {
        section.bars.iter().filter_map(|name| number(name, row)).fold(0.0, f64::max)
    } else {
        rows.iter().filter_map(|row| number(column.name, row)).fold(0.0, f64::max)
    };
    Some(if of > 0.0 { (value / of).clamp(0.0, 1.0) } else { 0.0 })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(rows: Value) -> Vec<Row> {
        serde_json::from_value(rows).unwrap()
    }

    #[test]
    fn links_are_of_the_web_and_no_columns_of_their_own() {
        let rows = rows(json!([
            { "key": "a", "key link": "https://x/1", "section": "s", "empty": null },
            { "key": "b", "key link": "javascript:alert(1)", "section": "s", "empty": null },
            { "key": "c", "key link": "https://x/ onclick=1", "section": "s", "empty": null },
        ]));
        let columns = Column::of(&rows);
        assert_eq!(columns.iter().map(|column| column.name).collect::<Vec<_>>(), ["key"]);
        let links: Vec<_> = rows.iter().map(|row| columns[0].link(row)).collect();
        assert_eq!(links, [Some("https://x/1"), None, None]);
    }

    #[test]
    fn several_bars_are_compared_in_a_row_and_one_from_row_to_row() {
        let rows = rows(json!([{ "a": 10, "b": 5, "filled %": 12.5 }, { "a": 20, "b": 0, "filled %": null }]));
        let columns = Column::of(&rows);
        let shares = |bars: &[&str]| {
            let section = Section { bars: bars.iter().map(|bar| (*bar).to_owned()).collect(), ..Section::default() };
            let share = |row| columns.iter().map(|column| share(&section, &rows, column, row)).collect::<Vec<_>>();
            rows.iter().map(share).collect::<Vec<_>>()
        };
        let both = shares(&["a", "b"]);
        assert_eq!(both, [[Some(1.0), Some(0.5), Some(0.125)], [Some(1.0), Some(0.0), None]]);
        assert_eq!(shares(&["a"]), [[Some(0.5), None, Some(0.125)], [Some(1.0), None, None]]);
    }
}
