//! `sql --serve` and the real psql.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Output, Stdio};

use super::{Migration, text};

/// What clients log in with.
pub(crate) const PASSWORD: &str = "a long enough password";

/// A server on a free port; it ends when this is dropped.
pub(crate) struct Server {
    /// The process.
    pub(crate) child: Child,
    /// The port that it listens on.
    pub(crate) port: String,
}

impl Server {
    /// Serves the stage of a migration.
    pub(crate) fn start(migration: &Migration) -> Self {
        let mut command = migration.command(&["sql", "--serve", "127.0.0.1:0"]);
        let mut child = command.env("DESKFERRY_SQL_PASSWORD", PASSWORD).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}"));
        let port = address.split(' ').next().unwrap().rsplit(':').next().unwrap().to_owned();
        // What it says later must have somewhere to go.
        std::thread::spawn(move || std::io::copy(&mut said, &mut std::io::sink()));
        Self { child, port }
    }

    /// Runs psql with a password.
    pub(crate) fn psql(&self, password: &str, arguments: &[&str]) -> Output {
        let connection = format!("host=127.0.0.1 port={} user=reader dbname=deskferry", self.port);
        let mut command = Command::new("psql");
        command.args(["-X", "-A", "-t", "-v", "ON_ERROR_STOP=1", &connection]).args(arguments);
        command.env("PGPASSWORD", password).env("PGCONNECT_TIMEOUT", "20");
        command.output().expect("psql is missing: run `make test-deps`")
    }

    /// What psql answers.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.psql(PASSWORD, arguments);
        assert!(output.status.success(), "psql {arguments:?}: {}", text(&output.stderr));
        text(&output.stdout)
    }

    /// What psql says of a query that is refused.
    pub(crate) fn refused(&self, query: &str) -> String {
        let output = self.psql(PASSWORD, &["-c", query]);
        assert!(!output.status.success(), "psql {query}: {}", text(&output.stdout));
        text(&output.stderr)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
