//! What a transform is given beside the stage: SQL files, mappings and settings, and how much memory it may use.
//!
//! Files come by path, as the repository and the user's folder name them; the caller lays the user's over the embedded ones.
//! The one place that knows which path is what:
//!
//! ```text
//! sql/contract/<contract>.sql    the contract
//! sql/<source>/<table>.sql       a model
//! sql/checks/<check>.sql         a check of the contract `intercom`
//! sql/<source>/checks/<x>.sql    a check of this source only
//! sql/<source>/mapping/<x>.csv   the table mapping.<x>, unless the user has mapping/<x>.csv
//! ```

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use crate::contract::INTERCOM;

/// What a transform or a session is given.
#[derive(Debug, Clone)]
pub struct Inputs<'a> {
    /// Name of the source: its models are in `sql/<source>/`.
    pub source: &'a str,
    /// Schema of its staged tables.
    pub raw: &'a str,
    /// Name of the contract that its models fill, and of the schema that they make.
    pub contract: &'a str,
    /// SQL files and mappings, path to text.
    pub files: &'a BTreeMap<String, String>,
    /// Rows of the table `settings`.
    pub settings: Vec<(String, String)>,
    /// Most bytes that queries may hold in memory; beyond that they sort on disk. [`MEMORY_BYTES`] is enough for any desk.
    pub memory_bytes: usize,
    /// How many parts of a query run side by side; 0 is one per processor.
    pub partitions: usize,
}

/// Memory that is enough for millions of messages.
pub const MEMORY_BYTES: usize = 512 << 20;

/// The hash of a file's text in lower-case hex.
pub(crate) fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// One SQL or CSV file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct File<'a> {
    /// The file's name without folder and ending.
    pub(crate) name: &'a str,
    /// Its path.
    pub(crate) path: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
}

impl<'a> Inputs<'a> {
    /// A help desk that moves into Intercom: without settings, with [`MEMORY_BYTES`], one part of a query per processor.
    pub fn desk(source: &'a str, files: &'a BTreeMap<String, String>) -> Self {
        let (settings, memory_bytes) = (Vec::new(), MEMORY_BYTES);
        Self { source, raw: source, contract: INTERCOM, files, settings, memory_bytes, partitions: 0 }
    }

    /// The contract's text.
    pub(crate) fn contract(&self) -> Option<File<'a>> {
        self.folder("sql/contract", "sql").into_iter().find(|file| file.name == self.contract)
    }

    /// The models of the source.
    pub(crate) fn models(&self) -> Vec<File<'a>> {
        self.folder(&format!("sql/{}", self.source), "sql")
    }

    /// The checks: those of every source that fills the contract `intercom`, and those of this one.
    pub(crate) fn checks(&self) -> Vec<File<'a>> {
        let own = self.folder(&format!("sql/{}/checks", self.source), "sql");
        let common = if self.contract == INTERCOM { self.folder("sql/checks", "sql") } else { Vec::new() };
        common.into_iter().chain(own).collect()
    }

    /// The mappings by table name.
    pub(crate) fn mappings(&self) -> BTreeMap<&'a str, File<'a>> {
        let own = self.folder(&format!("sql/{}/mapping", self.source), "csv");
        own.into_iter().chain(self.folder("mapping", "csv")).map(|file| (file.name, file)).collect()
    }

    /// The files right in a folder that have an ending, by name.
    pub(crate) fn folder(&self, folder: &str, ending: &str) -> Vec<File<'a>> {
        self.files
            .iter()
            .filter_map(|(path, text)| {
                let file = path.strip_prefix(folder)?.strip_prefix('/')?;
                let name = file.strip_suffix(ending)?.strip_suffix('.')?;
                (!name.contains('/')).then_some(File { name, path, text })
            })
            .collect()
    }

    /// The SHA-256 of every file that shapes the run, by path.
    pub(crate) fn hashes(&self) -> BTreeMap<String, String> {
        let files = self.models().into_iter().chain(self.contract()).chain(self.checks());
        files.chain(self.mappings().into_values()).map(|file| (file.path.to_owned(), sha256(file.text))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_of_the_user_replace_those_of_the_source() {
        let files = [
            "sql/x/a.sql",
            "sql/x/deep/b.sql",
            "sql/x/mapping/m.csv",
            "sql/x/mapping/n.csv",
            "mapping/m.csv",
            "sql/y/c.sql",
        ];
        let files = files.map(|path| (path.to_owned(), path.to_owned())).into();
        let inputs = Inputs::desk("x", &files);
        assert_eq!(inputs.models().iter().map(|f| f.name).collect::<Vec<_>>(), ["a"]);
        let mappings: Vec<_> = inputs.mappings().into_values().map(|f| f.text).collect();
        assert_eq!(mappings, ["mapping/m.csv", "sql/x/mapping/n.csv"]);
        assert_eq!(inputs.hashes().len(), 3);
    }
}
