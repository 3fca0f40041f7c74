//! Intercom's ids of rows, in the order they were made: their texts one after another, some 40 bytes an id with the way to it.

use super::slots::Slots;

/// A table by its place in [`Ids::tables`].
type Table = u16;
/// Table of an id that has been taken back.
const GONE: Table = Table::MAX;

#[derive(Debug)]
struct Id {
    /// Where its text ends; it begins where the one before it ends.
    end: u64,
    table: Table,
}

#[derive(Debug, Default)]
pub(super) struct Ids {
    tables: Vec<String>,
    list: Vec<Id>,
    texts: String,
    /// Place in `list`, counted from 1, by the hash of table and key.
    by_row: Slots,
}

impl Ids {
    /// The id of the row with this hash.
    pub(super) fn get(&self, row: u128) -> Option<&str> {
        let place = self.place(row)?;
        self.text(place).filter(|_| self.list[place].table != GONE)
    }

    /// All ids of a table; an id that two rows share comes twice.
    pub(super) fn of(&self, table: &str) -> impl Iterator<Item = &str> {
        let wanted = self.tables.iter().position(|t| t == table);
        let of_table = self.list.iter().enumerate().filter(move |(_, id)| Some(usize::from(id.table)) == wanted);
        of_table.filter_map(|(place, _)| self.text(place))
    }

    pub(super) fn set(&mut self, table: &str, row: u128, id: &str) {
        if self.get(row) == Some(id) {
            return;
        }
        let table = self.table(table);
        self.texts.push_str(id);
        self.list.push(Id { end: self.texts.len() as u64, table });
        self.by_row.set(row, self.list.len() as u64);
    }

    /// The row is no longer in Intercom.
    pub(super) fn forget(&mut self, row: u128) {
        if let Some(id) = self.place(row).and_then(|place| self.list.get_mut(place)) {
            id.table = GONE;
        }
    }

    fn place(&self, row: u128) -> Option<usize> {
        self.by_row.get(row).map(|place| place as usize - 1)
    }

    fn text(&self, place: usize) -> Option<&str> {
        let begin = place.checked_sub(1).and_then(|before| self.list.get(before)).map_or(0, |id| id.end);
        self.texts.get(begin as usize..self.list.get(place)?.end as usize)
    }

    fn table(&mut self, name: &str) -> Table {
        let place = self.tables.iter().position(|t| t == name).unwrap_or_else(|| {
            self.tables.push(name.to_owned());
            self.tables.len() - 1
        });
        place as Table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_in_the_order_they_were_made_without_those_taken_back() {
        let mut ids = Ids::default();
        for (table, row, id) in [("contacts", 1, "c1"), ("tags", 2, "t1"), ("contacts", 3, "c3"), ("contacts", 4, "c1")]
        {
            ids.set(table, row, id);
        }
        ids.set("contacts", 1, "c1");
        assert_eq!(ids.of("contacts").collect::<Vec<_>>(), ["c1", "c3", "c1"]);
        ids.forget(3);
        ids.forget(9);
        assert_eq!(ids.of("contacts").collect::<Vec<_>>(), ["c1", "c1"]);
        assert_eq!((ids.get(1), ids.get(2), ids.get(3), ids.get(9)), (Some("c1"), Some("t1"), None, None));
        ids.set("contacts", 3, "c3");
        ids.set("contacts", 1, "c7");
        assert_eq!((ids.get(3), ids.get(1)), (Some("c3"), Some("c7")));
        assert_eq!(ids.of("notes").count(), 0);
    }
}
