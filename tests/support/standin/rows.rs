//! Rows that can be changed while they are served.

use std::sync::RwLock;

/// All objects of a kind.
#[derive(Debug)]
pub(crate) struct Rows<T>(RwLock<Vec<T>>);

impl<T: Clone> Rows<T> {
    pub(crate) fn new(rows: Vec<T>) -> Self {
        Self(RwLock::new(rows))
    }

    /// As they are now.
    pub(crate) fn all(&self) -> Vec<T> {
        self.0.read().unwrap().clone()
    }

    /// How many there are now.
    pub(crate) fn len(&self) -> usize {
        self.0.read().unwrap().len()
    }

    /// The first that is wanted.
    pub(crate) fn find(&self, wanted: impl Fn(&T) -> bool) -> Option<T> {
        self.0.read().unwrap().iter().find(|row| wanted(row)).cloned()
    }

    /// All that are wanted.
    pub(crate) fn filter(&self, wanted: impl Fn(&T) -> bool) -> Vec<T> {
        self.0.read().unwrap().iter().filter(|row| wanted(row)).cloned().collect()
    }

    /// Adds, changes, removes.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Vec<T>)) {
        change(&mut self.0.write().unwrap());
    }
}
