//! Reader: a `mysqldump` or `mariadb-dump` file, plain or gzip, without a server.
//!
//! The dump is walked twice with memory for one row: first to see that it is whole, which tables it has and how many rows they
//! hold, then to read the declared columns of the declared tables.

mod input;
mod lexer;
mod reader;
mod sample;
mod statements;
mod survey;
#[cfg(test)]
mod tests;
mod walk;

pub(crate) use reader::Dump;
