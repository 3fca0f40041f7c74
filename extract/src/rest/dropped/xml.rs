//! XML: the first elements that come again beside each other are the records, their children the members. No entities but the
//! five that every XML has, no document types, no endless depth.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::records::{Stop, Take, Trouble};
use super::text::Text;

/// Most elements inside of each other.
const DEPTH_MAX: usize = 64;
/// Records are looked for so deep.
const RECORD_DEPTH_MAX: usize = 6;
/// Most names of elements near the root.
const NAMES_MAX: usize = 100_000;

/// Something in the order of the file.
enum Piece {
    Open(String, Map<String, Value>),
    Text(String),
    Close,
}

/// Goes through a file; the pieces with the depth at which they are and the line. `piece` says whether it keeps nothing of what
/// came before.
fn walk(text: Text, mut piece: impl FnMut(Piece, usize, u64) -> Result<bool, Stop>) -> Result<(), Stop> {
    let place = text.place.clone();
    let mut reader = Reader::from_reader(text);
    let (mut buffer, mut depth, mut is_closed) = (Vec::new(), 0_usize, false);
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let line = place.line();
        let broken = |reason: &str| Stop::from(Trouble::at(line, reason));
        let is_between = match event.map_err(|e| Trouble::at(line, format!("no XML: {e}")))? {
            Event::Eof if is_closed => return Ok(()),
            Event::Eof => return Err(broken("it ends early")),
            Event::DocType(_) => return Err(broken("it declares a document type, which is not read")),
            Event::Start(element) => {
                let (name, attributes) = open(&element, line)?;
                depth += 1;
                if depth > DEPTH_MAX {
                    return Err(broken("its elements are too deep inside of each other"));
                }
                piece(Piece::Open(name, attributes), depth, line)?
            }
            Event::Empty(element) => {
                let (name, attributes) = open(&element, line)?;
                piece(Piece::Open(name, attributes), depth + 1, line)?;
                piece(Piece::Close, depth + 1, line)?
            }
            Event::End(_) => {
                let is_between = piece(Piece::Close, depth, line)?;
                depth = depth.saturating_sub(1);
                is_closed |= depth == 0;
                is_between
            }
            Event::Text(text) => piece(Piece::Text(String::from_utf8_lossy(&text).into_owned()), depth, line)?,
            Event::CData(text) => piece(Piece::Text(String::from_utf8_lossy(&text).into_owned()), depth, line)?,
            Event::GeneralRef(reference) => {
                let letter = match reference.resolve_char_ref() {
                    Ok(Some(letter)) => Some(letter),
                    _ => std::str::from_utf8(&reference)
                        .ok()
                        .and_then(quick_xml::escape::resolve_xml_entity)
                        .and_then(|t| t.chars().next()),
                };
                let letter = letter.ok_or_else(|| broken("it uses an entity of its own"))?;
                piece(Piece::Text(letter.to_string()), depth, line)?
            }
            _ => true,
        };
        if is_between {
            place.begin_record();
        }
    }
}

fn open(element: &BytesStart<'_>, line: u64) -> Result<(String, Map<String, Value>), Stop> {
    let name = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut members = Map::new();
    for attribute in element.attributes() {
        let attribute = attribute.map_err(|e| Trouble::at(line, format!("no XML: {e}")))?;
        let text = attribute.unescape_value().map_err(|e| Trouble::at(line, format!("no XML: {e}")))?;
        members.insert(name(attribute.key.local_name().as_ref()), text.into_owned().into());
    }
    Ok((name(element.local_name().as_ref()), members))
}

/// How deep the records are, and what they are called: the elements nearest to the root that come again beside each other.
pub(super) fn shape(text: Text) -> Result<(usize, String), Stop> {
    let mut counts: BTreeMap<(usize, String), u64> = BTreeMap::new();
    let mut beside: Vec<BTreeMap<String, u64>> = vec![BTreeMap::new()];
    walk(text, |piece, depth, line| {
        match piece {
            Piece::Open(name, _) if depth <= RECORD_DEPTH_MAX => {
                beside.resize_with(depth, BTreeMap::new);
                let count = beside[depth - 1].entry(name.clone()).or_default();
                *count += 1;
                let most = counts.entry((depth, name)).or_default();
                *most = (*most).max(*count);
                beside.push(BTreeMap::new());
            }
            _ => {}
        }
        if counts.len() > NAMES_MAX {
            return Err(Trouble::at(line, "it has too many names of elements").into());
        }
        Ok(true)
    })?;
    let depth = counts.iter().find(|((depth, _), most)| *depth > 1 && **most > 1).map(|((depth, _), _)| *depth);
    // One record alone comes again nowhere.
    let depth = depth.unwrap_or(2);
    let of_depth = counts.into_iter().filter(|((at, _), _)| *at == depth);
    let most = of_depth.max_by_key(|(_, most)| *most).map(|((_, name), _)| name);
    Ok((depth, most.unwrap_or_default()))
}

/// Gives the records of a text.
pub(super) fn read(text: Text, (record_depth, record): (usize, String), take: &mut Take<'_>) -> Result<(), Stop> {
    // Elements that are open, of the record and below.
    let mut open: Vec<(String, Map<String, Value>, String)> = Vec::new();
    walk(text, |piece, depth, line| {
        match piece {
            Piece::Open(name, members) if !open.is_empty() || depth == record_depth && name == record => {
                open.push((name, members, String::new()));
            }
            Piece::Text(text) => {
                if let Some((_, _, own)) = open.last_mut() {
                    own.push_str(&text);
                }
            }
            Piece::Close => {
                let Some((name, members, text)) = open.pop() else { return Ok(true) };
                match open.last_mut() {
                    None => take(Value::Object(members), line)?,
                    Some((_, outer, _)) => add(outer, name, value(members, text)),
                }
            }
            Piece::Open(..) => {}
        }
        Ok(open.is_empty())
    })
}

/// What an element is: its text, or its members where it has some.
fn value(mut members: Map<String, Value>, text: String) -> Value {
    let is_blank = text.trim().is_empty();
    match (members.is_empty(), is_blank) {
        (true, true) => Value::Null,
        (true, false) => text.into(),
        (false, true) => members.into(),
        (false, false) => {
            members.entry("text").or_insert(text.into());
            members.into()
        }
    }
}

/// A member that comes again is an array.
fn add(members: &mut Map<String, Value>, name: String, value: Value) {
    match members.get_mut(&name) {
        None => drop(members.insert(name, value)),
        Some(Value::Array(values)) => values.push(value),
        Some(first) => *first = Value::Array(vec![first.take(), value]),
    }
}
