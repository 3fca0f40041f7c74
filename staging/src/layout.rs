//! The only code that builds or reads a path of the stage.
//!
//! ```text
//! <schema>/<table>/run=<run id>/part-00000.parquet   rows of one table of one run
//! _runs/<run id>.json                                the manifest: a run is seen once this exists
//! _pruned/<run id>                                   a run that is being removed
//! files/<aa>/<sha256>                                bytes of one attachment, named by their hash
//! <schema>/<table>/segment-0000000001.parquet        one segment of a log, numbered from 1 without gaps
//! _locks/<name>                                      what one process at a time may do; in a bucket a folder of numbers
//! _work/<schema>/<run id>/plan.json                  what a run that is being read is about
//! _work/<schema>/<run id>/<table>/<log>/segment-…    what it has fetched so far; removed once the run is published
//! ```

use object_store::path::Path;

use crate::{Error, Result, RunId};

const RUNS: &str = "_runs";
const PRUNED: &str = "_pruned";
const FILES: &str = "files";
const WORK: &str = "_work";
const LOCKS: &str = "_locks";

/// A part of a table in a run.
pub(crate) fn part(schema: &str, table: &str, run: &RunId, number: u32) -> Path {
    Path::from_iter([schema, table, &format!("run={run}"), &format!("part-{number:05}.parquet")])
}

/// The manifest of a run.
pub(crate) fn manifest(run: &RunId) -> Path {
    Path::from_iter([RUNS, &format!("{run}.json")])
}

/// Where all manifests are.
pub(crate) fn manifests() -> Path {
    Path::from(RUNS)
}

/// The run whose manifest this is; `None` for a file that is not a manifest.
pub(crate) fn manifest_run(path: &Path) -> Option<RunId> {
    path.filename()?.strip_suffix(".json")?.parse().ok()
}

/// A lock.
pub(crate) fn lock(name: &str) -> Path {
    Path::from_iter([LOCKS, name])
}

/// A number of a lock that is a lease.
pub(crate) fn lease(name: &str, number: u64) -> Path {
    Path::from_iter([LOCKS, name, &format!("{number:020}")])
}

/// Says that a run is being removed.
pub(crate) fn mark(run: &RunId) -> Path {
    Path::from_iter([PRUNED, run.as_str()])
}

/// The run that a mark is of.
pub(crate) fn marked_run(path: &Path) -> Option<RunId> {
    path.as_ref().strip_prefix(PRUNED)?.strip_prefix('/')?.parse().ok()
}

/// The run that a part is of.
pub(crate) fn part_run(path: &Path) -> Option<RunId> {
    let mut folders = path.as_ref().split('/').skip(2);
    folders.next()?.strip_prefix("run=")?.parse().ok().filter(|_| folders.next().is_some() && folders.next().is_none())
}

/// The run that is being read and keeps this.
pub(crate) fn work_run(path: &Path) -> Option<RunId> {
    path.as_ref().strip_prefix(WORK)?.split('/').nth(2)?.parse().ok()
}

/// The hash that names a file.
pub(crate) fn file_hash(path: &Path) -> Option<&str> {
    let hash = path.as_ref().strip_prefix(FILES)?.get(4..)?;
    (file(hash).ok()? == *path).then_some(hash)
}

/// Attachment bytes by their SHA-256 in lower-case hex.
pub(crate) fn file(sha256: &str) -> Result<Path> {
    if sha256.len() != 64 || !sha256.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return Err(Error::Name { what: "SHA-256", text: sha256.to_owned() });
    }
    Ok(Path::from_iter([FILES, &sha256[..2], sha256]))
}

/// A segment of a log.
pub(crate) fn segment(folder: &Path, number: u64) -> Path {
    folder.clone().join(format!("segment-{number:010}.parquet"))
}

/// What the runs of a schema keep while they are being read.
pub(crate) fn works(schema: &str) -> Path {
    Path::from_iter([WORK, schema])
}

/// What one of them keeps.
pub(crate) fn work(schema: &str, run: &RunId) -> Path {
    Path::from_iter([WORK, schema, run.as_str()])
}

/// What it is about.
pub(crate) fn plan(schema: &str, run: &RunId) -> Path {
    work(schema, run).join("plan.json")
}

/// Schema and table names are part of paths and of SQL: a letter or `_`, then letters, digits and `_`.
pub(crate) fn check_name(what: &'static str, name: &str) -> Result<()> {
    let mut bytes = name.bytes();
    let first = bytes.next().is_some_and(|b| b.is_ascii_alphabetic() || b == b'_');
    if first && name.len() <= 100 && bytes.all(|b| b.is_ascii_alphanumeric() || b == b'_') {
        Ok(())
    } else {
        Err(Error::Name { what, text: name.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifest_path_round_trips() {
        let run: RunId = "20261121T023000123Z-0a1b2c".parse().unwrap();
        assert_eq!(manifest(&run).as_ref(), "_runs/20261121T023000123Z-0a1b2c.json");
        assert_eq!(manifest_run(&manifest(&run)), Some(run));
        assert_eq!(manifest_run(&Path::from("_runs/readme.txt")), None);
    }

    #[test]
    fn paths_tell_whose_they_are() {
        let run: RunId = "20261121T023000123Z-0a1b2c".parse().unwrap();
        assert_eq!(part_run(&part("hesk", "tickets", &run, 3)), Some(run.clone()));
        assert_eq!(marked_run(&mark(&run)), Some(run.clone()));
        assert_eq!(work_run(&plan("halo", &run)), Some(run.clone()));
        let hash = "ab".repeat(32);
        assert_eq!(file_hash(&file(&hash).unwrap()), Some(hash.as_str()));
        let others =
            ["ledger/entries/segment-0000000001.parquet", "_runs/20261121T023000123Z-0a1b2c.json", "files/ab/x", "x"];
        for other in others.map(Path::from) {
            assert_eq!((part_run(&other), marked_run(&other), work_run(&other)), (None, None, None));
            assert_eq!(file_hash(&other), None);
        }
        assert_eq!(part_run(&Path::from(format!("_work/hesk/run={run}"))), None);
    }

    #[test]
    fn file_refuses_what_is_not_a_hash() {
        assert!(file("../../etc/passwd").is_err());
        assert!(file(&"A".repeat(64)).is_err());
        assert_eq!(file(&"ab".repeat(32)).unwrap().as_ref(), format!("files/ab/{}", "ab".repeat(32)));
    }

    #[test]
    fn names_that_leave_their_folder_are_refused() {
        for bad in ["", "a/b", "..", "a-b", "1a", "a b"] {
            assert!(check_name("table", bad).is_err(), "{bad}");
        }
        assert!(check_name("table", "_defects").is_ok());
    }
}
