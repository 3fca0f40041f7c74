//! Workbooks of Excel: the sheet that is called like the table, or the first; its first row that has something names the members, but
//! for titles: rows with a cell that spans columns, or with one cell only where the next row has several texts.

use std::fs::File;
use std::io::BufReader;

use calamine::{DataRef, Dimensions, Reader as _, Xlsx};
use serde_json::{Map, Value};

use super::records::{Stop, Take, Trouble};

/// Most bytes of all that is in it, unpacked: texts that cells share are in memory.
const UNPACKED_BYTES: u64 = 1 << 30;
/// Most files in it.
const ENTRIES_MAX: usize = 10_000;
/// Most columns of a sheet, as Excel has them.
const COLUMNS_MAX: u32 = 16_384;

/// Gives the records of a workbook, which `open` opens.
pub(super) fn read(open: &dyn Fn() -> std::io::Result<File>, table: &str, take: &mut Take<'_>) -> Result<(), Stop> {
    let broken = |reason: String| Trouble { line: None, reason };
    check_size(open().map_err(|e| broken(e.to_string()))?, UNPACKED_BYTES)?;
    let file = BufReader::new(open().map_err(|e| broken(e.to_string()))?);
    let mut workbook: Xlsx<_> = Xlsx::new(file).map_err(|e| broken(format!("no workbook: {e}")))?;
    let sheets = workbook.sheet_names();
    let sheet = sheets.iter().find(|name| name.eq_ignore_ascii_case(table)).or(sheets.first());
    let Some(sheet) = sheet.cloned() else { return Ok(()) };
    let in_sheet = |reason: String| Trouble { line: None, reason: format!("sheet `{sheet}`: {reason}") };
    let merged = workbook.merge_cells_by_sheet_name(&sheet).map_err(|e| in_sheet(e.to_string()))?;
    let mut cells = workbook.worksheet_cells_reader(&sheet).map_err(|e| in_sheet(e.to_string()))?;
    let mut rows = Rows { merged, ..Rows::default() };
    while let Some(cell) = cells.next_cell().map_err(|e| in_sheet(e.to_string()))? {
        let (row, column) = cell.get_position();
        if column >= COLUMNS_MAX {
            return Err(Trouble::at(u64::from(row) + 1, "the row has too many columns").into());
        }
        if row != rows.at {
            rows.end(take)?;
            rows.at = row;
        }
        rows.cells.extend(value(cell.get_value()).map(|value| (column, value)));
    }
    rows.end(take)
}

/// Makes records of cells, of which those of a row come together.
#[derive(Default)]
struct Rows {
    /// Cells that are several.
    merged: Vec<Dimensions>,
    names: Vec<(u32, String)>,
    /// Names in rows above, of columns that they reach down from: column, last row, name.
    above: Vec<(u32, u32, String)>,
    has_records: bool,
    at: u32,
    cells: Vec<(u32, Value)>,
}

impl Rows {
    /// The row has ended.
    fn end(&mut self, take: &mut Take<'_>) -> Result<(), Stop> {
        let (cells, line) = (std::mem::take(&mut self.cells), u64::from(self.at) + 1);
        if cells.is_empty() {
            return Ok(());
        }
        let is_under_title =
            self.names.len() == 1 && cells.len() > 1 && cells.iter().all(|(_, value)| value.is_string());
        if self.names.is_empty() || (is_under_title && !self.has_records) {
            self.name(&cells);
            return Ok(());
        }
        self.has_records = true;
        let mut record: Map<String, Value> = self.names.iter().map(|(_, name)| (name.clone(), Value::Null)).collect();
        for (column, value) in cells {
            match self.names.binary_search_by_key(&column, |(column, _)| *column) {
                Ok(at) => drop(record.insert(self.names[at].1.clone(), value)),
                Err(_) => {
                    return Err(Trouble::at(line, format!("column {} has a value, but no name", column + 1)).into());
                }
            }
        }
        take(record.into(), line)
    }

    /// Takes the names of a row, if it is no title.
    fn name(&mut self, cells: &[(u32, Value)]) {
        let name = |value: &Value| value.as_str().map_or_else(|| value.to_string(), |text| text.trim().to_owned());
        let region = |column: u32| self.merged.iter().find(|region| region.start == (self.at, column));
        let is_title = cells.iter().any(|(column, _)| region(*column).is_some_and(|region| region.end.1 > *column));
        let reach = cells.iter().filter_map(|(column, value)| Some((*column, region(*column)?.end.0, name(value))));
        let reach: Vec<_> = reach.filter(|(_, last, _)| *last > self.at).collect();
        self.above.extend(reach);
        if is_title {
            return;
        }
        self.names = cells.iter().map(|(column, value)| (*column, name(value))).collect();
        for (column, last, name) in std::mem::take(&mut self.above) {
            if last >= self.at && self.names.iter().all(|(other, _)| *other != column) {
                self.names.push((column, name));
            }
        }
        self.names.sort_unstable();
    }
}

/// A cell as JSON; `None` for an empty one.
fn value(cell: &DataRef<'_>) -> Option<Value> {
    let text = |text: &str| (!text.is_empty()).then(|| text.into());
    match cell {
        DataRef::Empty => None,
        DataRef::Int(number) => Some((*number).into()),
        DataRef::Float(number) => Some((*number).into()),
        DataRef::Bool(is) => Some((*is).into()),
        DataRef::String(own) => text(own),
        DataRef::SharedString(shared) => text(shared),
        DataRef::DateTime(time) if time.is_duration() => Some((time.as_f64() * 86_400.0).round().into()),
        DataRef::DateTime(time) => {
            let read = time.as_datetime().map(|time| time.format("%Y-%m-%dT%H:%M:%S%.f").to_string());
            Some(read.map_or_else(|| time.as_f64().into(), Into::into))
        }
        DataRef::DateTimeIso(time) | DataRef::DurationIso(time) => text(time),
        DataRef::Error(error) => Some(format!("{error}").into()),
    }
}

/// Unpacks all of it once: what it says of its own size is not believed.
fn check_size(file: File, most: u64) -> Result<(), Stop> {
    let broken = |reason: String| Stop::from(Trouble { line: None, reason });
    let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(|e| broken(format!("no workbook: {e}")))?;
    if archive.len() > ENTRIES_MAX {
        return Err(broken(format!("it has more than {ENTRIES_MAX} files in it")));
    }
    let mut left = most;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|e| broken(e.to_string()))?;
        let mut bounded = std::io::Read::take(entry, left + 1);
        let bytes = std::io::copy(&mut bounded, &mut std::io::sink()).map_err(|e| broken(e.to_string()))?;
        left =
            left.checked_sub(bytes).ok_or_else(|| broken(format!("unpacked it has more than {} MiB", most >> 20)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn an_archive_that_unpacks_to_more_than_fits_is_refused_before_it_is_read() {
        let file = tempfile::tempfile().unwrap();
        let mut zip = zip::ZipWriter::new(file.try_clone().unwrap());
        zip.start_file("xl/sharedStrings.xml", zip::write::SimpleFileOptions::default()).unwrap();
        (0..9).for_each(|_| zip.write_all(&vec![b' '; 1 << 20]).unwrap());
        zip.finish().unwrap();
        let told = |most: u64| match check_size(file.try_clone().unwrap(), most) {
            Err(Stop::Broken(trouble)) => Some(trouble.reason),
            _ => None,
        };
        assert_eq!(told(8 << 20).as_deref(), Some("unpacked it has more than 8 MiB"));
        assert_eq!(told(9 << 20), None);
    }
}
