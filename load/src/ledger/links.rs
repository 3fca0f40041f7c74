//! Names of the steps that have attached something to a row: tags and companies are few and the same for many rows, so each name
//! is kept once and a link costs 8 bytes, a row that has any some 30.

use std::collections::HashMap;
use std::sync::Arc;

use super::slots::Slots;

/// Name of a link that has been taken off.
const GONE: u32 = u32::MAX;

#[derive(Debug)]
struct Link {
    /// Place in `names`.
    name: u32,
    /// Place in `list`, counted from 1, of the link of this row before this one; 0: there is none.
    before: u32,
}

#[derive(Debug, Default)]
pub(super) struct Links {
    names: Vec<Arc<str>>,
    by_name: HashMap<Arc<str>, u32>,
    list: Vec<Link>,
    /// Place in `list`, counted from 1, of the newest link of a row, by the hash of table and key.
    newest: Slots,
}

impl Links {
    /// Those of a row, in the order they were attached.
    pub(super) fn of(&self, row: u128) -> Vec<String> {
        let places = self.places(row).filter_map(|place| self.names.get(self.list[place].name as usize));
        let mut names: Vec<String> = places.map(|name| name.to_string()).collect();
        names.reverse();
        names
    }

    pub(super) fn attach(&mut self, row: u128, step: &str) {
        let name = *self.by_name.entry(step.into()).or_insert_with_key(|name| {
            self.names.push(Arc::clone(name));
            self.names.len() as u32 - 1
        });
        let before = self.newest.get(row).unwrap_or_default() as u32;
        self.list.push(Link { name, before });
        self.newest.set(row, self.list.len() as u64);
    }

    pub(super) fn take_off(&mut self, row: u128, step: &str) {
        let Some(name) = self.by_name.get(step) else { return };
        let found: Vec<usize> = self.places(row).filter(|place| self.list[*place].name == *name).collect();
        for place in found {
            self.list[place].name = GONE;
        }
    }

    /// Places in `list` of the links of a row, the newest first.
    fn places(&self, row: u128) -> impl Iterator<Item = usize> {
        let place = |number: u64| (number as usize).checked_sub(1);
        let newest = self.newest.get(row).and_then(place);
        std::iter::successors(newest, move |last| place(u64::from(self.list.get(*last)?.before)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_come_in_order_without_those_taken_off() {
        let mut links = Links::default();
        for (row, step) in [(1, "tag:a"), (2, "tag:a"), (1, "tag:b"), (1, "company:c")] {
            links.attach(row, step);
        }
        assert_eq!(links.of(1), ["tag:a", "tag:b", "company:c"]);
        links.take_off(1, "tag:b");
        links.take_off(1, "tag:z");
        links.take_off(7, "tag:a");
        assert_eq!((links.of(1), links.of(2)), (vec!["tag:a".into(), "company:c".into()], vec!["tag:a".into()]));
        links.attach(1, "tag:b");
        links.take_off(2, "tag:a");
        assert_eq!((links.of(1).len(), links.of(1).pop()), (3, Some("tag:b".into())));
        assert!(links.of(2).is_empty() && links.of(3).is_empty());
    }
}
