//! Rows in Infoset's dialect, made from the facts of the desk.

pub(crate) mod conversation;
mod names;
pub(crate) mod people;
pub(crate) mod records;
mod row;
pub(crate) mod staff;
pub(crate) mod tickets;

pub(crate) use row::{Dialect, Row, file_row};
