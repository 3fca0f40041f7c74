//! The frame around every page, and small pieces: times, badges, avatars.

use crate::html::escape;
use chrono::DateTime;
use std::fmt::Write as _;

const STYLE: &str = include_str!("style.css");

/// A ferry. Drawn here: nothing is fetched, and no font has to know the sign.
const MARK: &str = "<svg class=\"mark\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M11 2h3v3h4v5l3 1-2 7c-1 0-2-.4-3-1a5 5 0 0 1-8 0c-1 .6-2 1-3 1l-2-7 3-1V5h5zm-3 5v2l4-1.300 4 1.300V7zM3 20c1.500 0 2.500-.3 3.500-1a8 8 0 0 0 11 0c1 .7 2 1 3.500 1v2c-1.500 0-2.500-.2-3.500-.7a10 10 0 0 1-11 0C5.500 21.800 4.500 22 3 22z\"/></svg>";

/// A paper clip.
pub(super) const CLIP: &str = "<svg class=\"clip\" viewBox=\"0 0 24 24\" aria-hidden=\"true\"><path d=\"M20 11.500 12.500 19a5 5 0 0 1-7-7l8-8a3.300 3.300 0 0 1 4.700 4.700l-8 8a1.700 1.700 0 0 1-2.300-2.400l7-7\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"2\" stroke-linecap=\"round\"/></svg>";

/// Which entry of the menu is lit.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Tab {
    Conversations,
    Tickets,
    Help,
}

/// A whole page.
pub(super) fn frame(title: &str, tab: Tab, content: &str) -> String {
    let mut menu = String::new();
    for (this, label, href) in [
        (Tab::Conversations, "Conversations", "/"),
        (Tab::Tickets, "Tickets", "/?view=tickets"),
        (Tab::Help, "Help center", "/inbox/help"),
    ] {
        let on = if this == tab { " class=\"on\" aria-current=\"page\"" } else { "" };
        let _ = write!(menu, "<a href=\"{href}\"{on}>{label}</a>");
    }
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{} · deskferry sandbox</title>\
         <style>{STYLE}</style></head><body><header class=\"top\"><a class=\"brand\" href=\"/\">\
         {MARK} deskferry <em>sandbox</em></a><nav>{menu}</nav></header>\
         <main>{content}</main></body></html>",
        escape(title)
    )
}

/// A time in UTC, with the exact form for machines.
pub(super) fn time(seconds: i64) -> String {
    match DateTime::from_timestamp(seconds, 0) {
        Some(time) => format!(
            "<time datetime=\"{}\">{}</time>",
            time.format("%Y-%m-%dT%H:%M:%SZ"),
            time.format("%-d %b %Y, %H:%M")
        ),
        None => String::new(),
    }
}

/// Only the day.
pub(super) fn day(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).map(|time| time.format("%-d %b %Y").to_string()).unwrap_or_default()
}

/// A round mark with initials; the hue follows from the name.
pub(super) fn avatar(name: &str, kind: &str) -> String {
    let letters: String = name.split_whitespace().filter_map(|word| word.chars().next()).take(2).collect();
    let hue = name.bytes().fold(17_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into())) % 360;
    format!(
        "<span class=\"avatar {kind}\" style=\"--hue:{hue}\" aria-hidden=\"true\">{}</span>",
        escape(&letters.to_uppercase())
    )
}

/// A small coloured word.
pub(super) fn badge(kind: &str, text: &str) -> String {
    format!("<span class=\"badge {kind}\">{}</span>", escape(text))
}

/// A row of a side panel; nothing for an empty value.
pub(super) fn row(label: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    format!("<div class=\"row\"><dt>{}</dt><dd>{value}</dd></div>", escape(label))
}

/// Bytes as people read them.
pub(super) fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{:.0} KB", bytes as f64 / 1024.0),
        _ => format!("{:.1} MB", bytes as f64 / 1_048_576.0),
    }
}

/// A number with thousands apart.
pub(super) fn number(value: usize) -> String {
    let digits = value.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push('\u{202f}');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_read_well() {
        assert_eq!(number(1_234_567), "1\u{202f}234\u{202f}567");
        assert_eq!(size(1536), "2 KB");
        assert!(time(1_500_000_000).contains("14 Jul 2017, 02:40"));
        assert!(avatar("Ann <b>", "contact").contains("A&lt;"));
    }
}
