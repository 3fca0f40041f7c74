//! `without_mail_header(html)`: a message without the header lines of an e-mail that it begins with: `From: … Sent: … To: …
//! Subject: …`, as mail programs put above what they answer or forward, in the languages that they speak.
//!
//! Only lines at the very beginning are looked at, and only where From and Subject and one more are among them; a message that is
//! nothing but such lines stays as it is. The HTML is one that `clean_html` has made.

use datafusion::logical_expr::ScalarUDF;

use super::clean_html::clean;
use super::html;
use super::scalar::Scalar;

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::text("without_mail_header", |html| Some(without(html)))
}

/// What lines of a header begin with, in small letters: who sent it, when, to whom, to whom else, about what, the rest.
const NAMES: [&[&str]; 6] = [
    &["from", "von", "de", "da", "van", "från", "fra", "od", "от", "kimden", "expéditeur"],
    &[
        "sent",
        "date",
        "gesendet",
        "datum",
        "envoyé",
        "enviado",
        "enviado el",
        "fecha",
        "inviato",
        "data",
        "verzonden",
        "skickat",
        "sendt",
        "dato",
        "wysłano",
        "отправлено",
        "дата",
        "gönderildi",
        "tarih",
    ],
    &["to", "an", "à", "para", "a", "aan", "till", "til", "do", "кому", "kime"],
    &["cc", "bcc", "kopie", "copia", "kopia", "kopi", "копия", "bilgi"],
    &[
        "subject",
        "betreff",
        "objet",
        "asunto",
        "oggetto",
        "assunto",
        "onderwerp",
        "ämne",
        "emne",
        "temat",
        "тема",
        "konu",
    ],
    &["importance", "attachments", "reply-to", "wichtigkeit", "anlagen", "priorité"],
];
const FROM: usize = 0;
const SUBJECT: usize = 4;
/// Most lines of a header.
const LINES_MAX: usize = 20;

fn without(source: &str) -> String {
    let mut seen = [false; NAMES.len()];
    let mut end = 0;
    for line in (Lines { html: source, at: 0 }).take(LINES_MAX) {
        let text = html::strip(line.text);
        let text = text.trim();
        if text.is_empty() {
            continue;
        }
        let Some(kind) = kind(text) else { break };
        seen[kind] = true;
        end = line.end;
    }
    if !is_whole(&seen) {
        return source.to_owned();
    }
    let rest = clean(&source[end..]);
    let rest = rest.trim_start_matches(|c: char| c.is_whitespace());
    let rest = strip_breaks(rest);
    if html::strip(rest).trim().is_empty() && !rest.contains("<img") { source.to_owned() } else { rest.to_owned() }
}

/// Whether lines of text begin with such a header.
pub(super) fn is_header<'a>(lines: impl Iterator<Item = &'a str>) -> bool {
    let mut seen = [false; NAMES.len()];
    lines.take(LINES_MAX).map_while(kind).for_each(|kind| seen[kind] = true);
    is_whole(&seen)
}

/// Which of the names a line begins with.
fn kind(line: &str) -> Option<usize> {
    let (name, _) = line.split_once(':')?;
    let name = name.trim().to_lowercase();
    NAMES.iter().position(|names| names.contains(&name.as_str()))
}

/// Whether so many names have been seen that it is a header.
fn is_whole(seen: &[bool; NAMES.len()]) -> bool {
    seen[FROM] && seen[SUBJECT] && seen.iter().filter(|seen| **seen).count() >= 3
}

fn strip_breaks(mut html: &str) -> &str {
    while let Some(rest) = html.strip_prefix("<br>").or_else(|| html.strip_prefix("<hr>")) {
        html = rest.trim_start();
    }
    html
}

/// A piece of HTML that is shown on a line of its own, and where it ends.
struct Line<'a> {
    text: &'a str,
    end: usize,
}

/// The lines of cleaned HTML: a new one begins at a line end, `<br>`, and where a block begins or ends.
struct Lines<'a> {
    html: &'a str,
    at: usize,
}

const BREAKS: [&str; 9] = ["\n", "<br>", "<hr>", "<p>", "</p>", "</li>", "</td>", "</tr>", "</h2>"];

impl<'a> Iterator for Lines<'a> {
    type Item = Line<'a>;

    fn next(&mut self) -> Option<Line<'a>> {
        let rest = self.html.get(self.at..).filter(|rest| !rest.is_empty())?;
        let found = BREAKS.iter().filter_map(|mark| Some((rest.find(mark)?, mark.len()))).min();
        let (length, mark) = found.unwrap_or((rest.len(), 0));
        self.at += length + mark;
        Some(Line { text: &rest[..length], end: self.at })
    }
}
