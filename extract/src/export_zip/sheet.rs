//! The rows of a SpreadsheetML sheet inside a zip, one at a time and within fixed bounds: an archive can promise anything.

use std::cell::Cell as StdCell;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::{Error, Result};

/// Most bytes of the unpacked sheet.
const SHEET_BYTES: u64 = 8 << 30;
/// Most bytes of one cell; Hesk's longest column holds 16 MiB, a cell with all replies of a ticket more.
const CELL_BYTES: u64 = 256 << 20;
/// Most cells of a row; Hesk has some 130.
const ROW_CELLS: usize = 1_000;

/// One cell of a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) text: Vec<u8>,
    /// Its type is DateTime.
    pub(super) is_time: bool,
}

/// What went wrong inside of the sheet; the path is added outside.
enum Trouble {
    Damaged(String),
    Refused(String),
}

/// Calls `row` for every row of the first sheet that has rows. Returns the name of the sheet's file inside the zip.
pub(super) fn rows(path: &Path, mut row: impl FnMut(&[Cell]) -> Result<()>) -> Result<String> {
    let name = path.display().to_string();
    let damaged = |reason: String| Error::Damaged { path: name.clone(), reason };
    let refused = |reason: String| Error::Unsupported {
        path: name.clone(),
        reason,
        hint: "give the zip that Hesk's page \"Export tickets\" makes, as it is".into(),
    };
    let file = File::open(path).map_err(Error::read(path))?;
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|e| damaged(e.to_string()))?;
    let sheets: Vec<usize> =
        (0..archive.len()).filter(|at| archive.name_for_index(*at).is_some_and(|n| n.ends_with(".xml"))).collect();
    let ([sheet], 1) = (sheets.as_slice(), archive.len()) else {
        return Err(refused("it does not hold exactly one .xml file".into()));
    };
    let entry = archive.by_index(*sheet).map_err(|e| damaged(e.to_string()))?;
    let inner = entry.name().to_owned();
    if entry.size() > SHEET_BYTES {
        return Err(refused(format!("its sheet of {} bytes is too large", entry.size())));
    }
    let mut failure = None;
    let outcome = sheet_rows(entry, &mut |cells| match row(cells) {
        Ok(()) => true,
        Err(error) => {
            failure = Some(error);
            false
        }
    });
    match (failure, outcome) {
        (Some(error), _) => Err(error),
        (None, Ok(())) => Ok(inner),
        (None, Err(Trouble::Damaged(reason))) => Err(damaged(reason)),
        (None, Err(Trouble::Refused(reason))) => Err(refused(reason)),
    }
}

/// Where the reading is inside of a row.
#[derive(Default)]
struct State {
    row: Vec<Cell>,
    cell: Option<Cell>,
    in_data: bool,
    is_workbook: bool,
    closed: bool,
}

fn sheet_rows(sheet: impl Read, row: &mut dyn FnMut(&[Cell]) -> bool) -> Result<(), Trouble> {
    let budget = Rc::new(StdCell::new(0));
    let bounded =
        Bounded { inner: BufReader::with_capacity(256 << 10, sheet.take(SHEET_BYTES)), budget: Rc::clone(&budget) };
    let mut reader = Reader::from_reader(bounded);
    let mut buffer = Vec::new();
    let mut state = State::default();
    loop {
        buffer.clear();
        budget.set(CELL_BYTES);
        let event =
            reader.read_event_into(&mut buffer).map_err(|e| Trouble::Damaged(format!("its sheet is broken: {e}")))?;
        match event {
            Event::Eof if state.closed => return Ok(()),
            Event::Eof if !state.is_workbook => {
                return Err(Trouble::Refused("its .xml is not a SpreadsheetML sheet".into()));
            }
            Event::Eof => return Err(Trouble::Damaged("its sheet ends early".into())),
            Event::DocType(_) => return Err(Trouble::Refused("its sheet declares a DOCTYPE".into())),
            Event::Start(element) => open(&mut state, &element)?,
            Event::Empty(element) => match element.local_name().as_ref() {
                b"Cell" => {
                    open(&mut state, &element)?;
                    state.row.extend(state.cell.take());
                }
                b"Row" if !row(&[]) => return Ok(()),
                _ => {}
            },
            Event::End(element) => match element.local_name().as_ref() {
                b"Data" => state.in_data = false,
                b"Cell" => state.row.extend(state.cell.take()),
                b"Row" => {
                    if !row(&state.row) {
                        return Ok(());
                    }
                    state.row.clear();
                }
                b"Workbook" => state.closed = true,
                _ => {}
            },
            Event::Text(text) => add(&mut state, &text)?,
            Event::CData(text) => add(&mut state, &text)?,
            Event::GeneralRef(reference) => {
                let resolved = match reference.resolve_char_ref() {
                    Ok(Some(letter)) => Some(letter),
                    _ => match &reference[..] {
                        b"amp" => Some('&'),
                        b"lt" => Some('<'),
                        b"gt" => Some('>'),
                        b"quot" => Some('"'),
                        b"apos" => Some('\''),
                        _ => None,
                    },
                };
                let Some(letter) = resolved else {
                    return Err(Trouble::Refused("its sheet uses an entity of its own".into()));
                };
                add(&mut state, letter.encode_utf8(&mut [0; 4]).as_bytes())?;
            }
            _ => {}
        }
    }
}

fn open(state: &mut State, element: &BytesStart<'_>) -> Result<(), Trouble> {
    let attribute = |name: &[u8]| {
        element.attributes().flatten().find(|a| a.key.local_name().as_ref() == name).map(|a| a.value.into_owned())
    };
    match element.local_name().as_ref() {
        b"Workbook" => state.is_workbook = true,
        b"Row" => state.row.clear(),
        b"Cell" => {
            // A sheet that was saved by Excel leaves empty cells out and numbers the next one.
            let index = attribute(b"Index").and_then(|v| std::str::from_utf8(&v).ok()?.parse::<usize>().ok());
            let at = index.map_or(state.row.len(), |i| i.saturating_sub(1));
            if at >= ROW_CELLS {
                return Err(Trouble::Refused(format!("a row of its sheet has more than {ROW_CELLS} cells")));
            }
            if at > state.row.len() {
                state.row.resize(at, Cell::default());
            }
            state.cell = Some(Cell::default());
        }
        b"Data" => {
            state.in_data = true;
            if let Some(cell) = &mut state.cell {
                cell.is_time = attribute(b"Type").is_some_and(|t| t == b"DateTime");
            }
        }
        _ => {}
    }
    Ok(())
}

fn add(state: &mut State, text: &[u8]) -> Result<(), Trouble> {
    if let Some(cell) = state.cell.as_mut().filter(|_| state.in_data) {
        if (cell.text.len() + text.len()) as u64 > CELL_BYTES {
            return Err(Trouble::Refused("a cell of its sheet is too large".into()));
        }
        cell.text.extend_from_slice(text);
    }
    Ok(())
}

/// Gives at most `budget` bytes, so that one endless tag or CDATA cannot fill the memory.
struct Bounded<R> {
    inner: R,
    budget: Rc<StdCell<u64>>,
}

impl<R: BufRead> Read for Bounded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        if self.budget.get() == 0 {
            return Err(std::io::Error::other("a part of it is too large"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.budget.set(self.budget.get().saturating_sub(amount as u64));
        self.inner.consume(amount);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(xml: &str) -> Result<Vec<Vec<String>>, String> {
        let mut rows = Vec::new();
        let outcome = sheet_rows(xml.as_bytes(), &mut |cells| {
            rows.push(cells.iter().map(|c| String::from_utf8(c.text.clone()).unwrap()).collect());
            true
        });
        match outcome {
            Ok(()) => Ok(rows),
            Err(Trouble::Damaged(reason) | Trouble::Refused(reason)) => Err(reason),
        }
    }

    #[test]
    fn cells_are_read_through_cdata_entities_and_gaps() {
        let xml = "<Workbook xmlns:ss='x'><Table><Row><Cell><Data ss:Type='String'>a &amp; &#98;</Data></Cell>\
            <Cell ss:Index='3'><Data><![CDATA[x]]]]><![CDATA[>y]]></Data></Cell><Cell/></Row></Table></Workbook>";
        assert_eq!(read(xml).unwrap(), [["a & b", "", "x]]>y", ""]]);
    }

    #[test]
    fn hostile_or_cut_sheets_are_refused() {
        for (xml, reason) in [
            ("<!DOCTYPE a [<!ENTITY b 'c'>]><Workbook/>", "DOCTYPE"),
            ("<Workbook><Table><Row><Cell><Data>&b;</Data></Cell></Row></Table></Workbook>", "entity"),
            ("<Workbook><Table><Row><Cell>", "ends early"),
            ("<html></html>", "not a SpreadsheetML"),
            ("<Workbook><Table><Row><Cell ss:Index='99999999'/></Row></Table></Workbook>", "more than 1000 cells"),
        ] {
            let error = read(xml).unwrap_err();
            assert!(error.contains(reason), "{xml}: {error}");
        }
    }
}
