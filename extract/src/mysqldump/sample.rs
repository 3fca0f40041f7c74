//! The newest so many rows of the table that others belong to, those others, and what they name.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::input::Input;
use super::reader::Pass;
use super::survey::stop;
use super::walk::{Event, Row, Walk};
use crate::Result;
use crate::columns::{SourceColumn, Zoned};
use crate::spec::{Naming, Table};

/// The rows of a sample.
pub(super) struct Sample {
    /// Table that others belong to.
    table: String,
    /// Its key.
    key: String,
    /// By column that others name it by: the values of the sample.
    values: HashMap<String, HashSet<Vec<u8>>>,
    /// By table whose rows are named by rows of the sample: their keys.
    named: HashMap<String, HashSet<Vec<u8>>>,
}

/// A row that may be among the newest: its key and the values that others name it by; the oldest on top of the heap.
type Candidate = Reverse<(i64, Vec<Option<Vec<u8>>>)>;

/// Tells whether a row is in the sample.
pub(super) struct Filter {
    column: usize,
    values: HashSet<Vec<u8>>,
}

impl Filter {
    /// Whether the row is in the sample; `row` in the order of the columns that the filter was made for.
    pub(super) fn keeps(&self, row: &[Option<&[u8]>]) -> bool {
        row.get(self.column).copied().flatten().is_some_and(|value| self.values.contains(value))
    }
}

impl Sample {
    /// Walks the dump for the newest rows: those with the highest keys.
    pub(super) fn find(pass: &Pass, newest: u64) -> Result<Self> {
        let spec = pass.sink.spec();
        let parents = || spec.tables.iter().filter_map(|t| t.parent.as_ref());
        let table = parents().next().map(|p| p.table.clone()).unwrap_or_default();
        let key = spec.table(&table).and_then(|t| t.key.columns().first()).cloned().unwrap_or_default();
        let mut names: Vec<String> = vec![key.clone()];
        names.extend(parents().filter(|p| p.table == table).map(|p| p.key.clone()));
        names.sort();
        names.dedup();

        let full_name = format!("{}{table}", pass.prefix);
        let mut heap: BinaryHeap<Candidate> = BinaryHeap::new();
        let mut walk = Walk::new(Input::open(&pass.path)?);
        let mut row = Row::default();
        while let Some(event) = walk.next()? {
            stop(&pass.cancel)?;
            let Event::Insert(insert) = event else { continue };
            if insert.table != (pass.found.database.clone(), full_name.clone()) {
                while walk.row(&insert, None, &mut row)? {}
                continue;
            }
            let wanted: Vec<bool> = insert.columns.iter().map(|c| names.contains(c)).collect();
            let order: Vec<&String> = insert.columns.iter().filter(|c| names.contains(c)).collect();
            loop {
                let more = walk.row(&insert, Some(&wanted), &mut row)?;
                let mut values = vec![None; names.len()];
                for (name, cell) in order.iter().zip(row.cells()) {
                    if let Ok(at) = names.binary_search(name) {
                        values[at] = cell.map(<[u8]>::to_vec);
                    }
                }
                let number = names.binary_search(&key).ok().and_then(|at| values[at].as_deref());
                let number = number.and_then(|n| crate::values::int(n).ok()).unwrap_or(i64::MIN);
                heap.push(Reverse((number, values)));
                if heap.len() as u64 > newest {
                    heap.pop();
                }
                if !more {
                    break;
                }
            }
        }
        let mut values: HashMap<String, HashSet<Vec<u8>>> = names.iter().map(|n| (n.clone(), HashSet::new())).collect();
        for Reverse((_, row)) in heap {
            for (name, value) in names.iter().zip(row) {
                if let (Some(set), Some(value)) = (values.get_mut(name), value) {
                    set.insert(value);
                }
            }
        }
        let mut sample = Self { table, key, values, named: HashMap::new() };
        sample.find_named(pass)?;
        Ok(sample)
    }

    /// Walks the dump again for what rows of the sample name.
    fn find_named(&mut self, pass: &Pass) -> Result<()> {
        let spec = pass.sink.spec();
        let present = spec.tables.iter().filter(|t| pass.found.survey.table(&t.name).is_some());
        let naming: Vec<(&Table, &Naming)> = present.flat_map(|t| t.named_by.iter().map(move |n| (t, n))).collect();
        if naming.is_empty() {
            return Ok(());
        }
        self.named = naming.iter().map(|(table, _)| (table.name.clone(), HashSet::new())).collect();
        let mut walk = Walk::new(Input::open(&pass.path)?);
        let mut row = Row::default();
        while let Some(event) = walk.next()? {
            stop(&pass.cancel)?;
            let Event::Insert(insert) = event else { continue };
            let name = insert.table.1.strip_prefix(&pass.prefix).filter(|_| insert.table.0 == pass.found.database);
            let namings = naming.iter().filter(|(_, n)| Some(n.table.as_str()) == name);
            let namings: Vec<(&str, &str)> = namings.map(|(t, n)| (t.name.as_str(), n.column.as_str())).collect();
            let Some(table) = name.filter(|_| !namings.is_empty()).and_then(|name| spec.table(name)) else {
                while walk.row(&insert, None, &mut row)? {}
                continue;
            };
            let parent = table.parent.as_ref().map(|p| p.column.as_str());
            let is_wanted = |column: &str| {
                let mut names = namings.iter().map(|(_, name)| *name).chain(parent);
                names.any(|name| name.eq_ignore_ascii_case(column))
            };
            let wanted: Vec<bool> = insert.columns.iter().map(|c| is_wanted(c)).collect();
            let columns: Vec<SourceColumn> =
                insert.columns.iter().filter(|c| is_wanted(c)).map(|c| SourceColumn::new(c, Zoned::NotTime)).collect();
            let filter = self.filter(table, &columns);
            loop {
                let more = walk.row(&insert, Some(&wanted), &mut row)?;
                let cells: Vec<Option<&[u8]>> = row.cells().collect();
                if filter.as_ref().is_some_and(|filter| filter.keeps(&cells)) {
                    for (other, column) in &namings {
                        let at = columns.iter().position(|c| c.name.eq_ignore_ascii_case(column));
                        let key = at.and_then(|at| cells.get(at).copied().flatten());
                        if let (Some(keys), Some(key)) = (self.named.get_mut(*other), key) {
                            keys.insert(key.to_vec());
                        }
                    }
                }
                if !more {
                    break;
                }
            }
        }
        Ok(())
    }

    /// The filter of a table; a table that belongs to none is kept whole by having no filter.
    pub(super) fn filter(&self, table: &Table, columns: &[SourceColumn]) -> Option<Filter> {
        if let (Some(values), Some(key)) = (self.named.get(&table.name), table.key.columns().first()) {
            let column = columns.iter().position(|c| c.name.eq_ignore_ascii_case(key))?;
            return Some(Filter { column, values: values.clone() });
        }
        let (column, key) = match &table.parent {
            _ if table.name == self.table => (&self.key, &self.key),
            Some(parent) if parent.table == self.table => (&parent.column, &parent.key),
            _ => return None,
        };
        let column = columns.iter().position(|c| c.name.eq_ignore_ascii_case(column))?;
        Some(Filter { column, values: self.values.get(key)?.clone() })
    }
}
