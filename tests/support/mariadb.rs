//! A real MariaDB for tests: in a folder of its own, on a free loopback port, stopped when it is dropped.
//!
//! ```ignore
//! let server = MariaDb::start();
//! server.load("hesk", &std::fs::read("dump.sql")?);
//! let url = server.url("root", "", "hesk");
//! ```
//!
//! Nothing is skipped: where the server's programs are missing the test fails and says what to install.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// How long the server may take to answer, in tenths of a second.
const START_TENTHS: u32 = 600;

/// A running server. Dropping it stops the server by its process id and removes its folder.
pub(crate) struct MariaDb {
    folder: tempfile::TempDir,
    process: Child,
    port: u16,
}

impl MariaDb {
    /// Starts an empty server with a user `root` without a password, and waits until it answers.
    ///
    /// # Panics
    /// Where MariaDB is not installed or does not start; the text names what is missing and shows the server's log.
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new().prefix("deskferry-mariadb-").tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        // Servers clear what looks like theirs out of a folder for temporary files that they share: each gets its own.
        let output = Command::new(program("mariadb-install-db"))
            .env("TMPDIR", folder.path())
            .args([
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--skip-name-resolve",
            ])
            .arg(format!("--datadir={}", data.display()))
            .args(run_as())
            .output()
            .expect("mariadb-install-db starts");
        assert!(output.status.success(), "mariadb-install-db failed: {}", String::from_utf8_lossy(&output.stderr));
        let port = free_port();
        let log = std::fs::File::create(folder.path().join("log")).expect("a log file");
        let process = Command::new(program("mariadbd"))
            .arg("--no-defaults")
            .arg(format!("--datadir={}", data.display()))
            .arg(format!("--port={port}"))
            .arg(format!("--socket={}", folder.path().join("socket").display()))
            .arg(format!("--tmpdir={}", folder.path().display()))
            .args(["--bind-address=127.0.0.1", "--skip-name-resolve", "--innodb-buffer-pool-size=16M"])
            .args(["--innodb-flush-log-at-trx-commit=0", "--max-allowed-packet=64M"])
            .args(run_as())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("mariadbd starts");
        let mut server = Self { folder, process, port };
        server.wait();
        server
    }

    /// The loopback port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The URL of a database on it.
    pub(crate) fn url(&self, user: &str, password: &str, database: &str) -> String {
        format!("mysql://{user}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// Creates a database (dropping an old one of that name) and runs a dump in it.
    ///
    /// # Panics
    /// Where the server refuses a statement.
    pub(crate) fn load(&self, database: &str, dump: &[u8]) {
        self.run(&format!("DROP DATABASE IF EXISTS `{database}`; CREATE DATABASE `{database}` CHARACTER SET utf8mb4"));
        // The sandbox line that newer dump programs write first is a command of newer clients only.
        let sandbox = dump.starts_with(b"/*M!999999").then(|| dump.iter().position(|byte| *byte == b'\n')).flatten();
        self.client(
            &["--database", database, "--binary-mode", "--default-character-set=utf8mb4"],
            &dump[sandbox.unwrap_or(0)..],
        );
    }

    /// Runs statements and returns what they print: a line per row, tabs between columns, no headings.
    ///
    /// # Panics
    /// Where the server refuses a statement.
    pub(crate) fn run(&self, sql: &str) -> String {
        self.client(&["--batch", "--skip-column-names", "--default-character-set=utf8mb4"], sql.as_bytes())
    }

    /// A dump of a database as `mariadb-dump` writes it.
    ///
    /// # Panics
    /// Where `mariadb-dump` fails.
    pub(crate) fn dump(&self, database: &str) -> Vec<u8> {
        let output = Command::new(program("mariadb-dump"))
            .args(["--no-defaults", "--user=root", "--protocol=socket", "--default-character-set=utf8mb4"])
            .arg(format!("--socket={}", self.socket().display()))
            .arg(database)
            .output()
            .expect("mariadb-dump starts");
        assert!(output.status.success(), "mariadb-dump failed: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn client(&self, arguments: &[&str], input: &[u8]) -> String {
        let mut client = Command::new(program("mariadb"))
            .args(["--no-defaults", "--user=root", "--protocol=socket"])
            .arg(format!("--socket={}", self.socket().display()))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("mariadb starts");
        let mut stdin = client.stdin.take().expect("a pipe");
        let output = std::thread::scope(|scope| {
            // A refusing client closes the pipe; its message says why, so the broken pipe itself says nothing.
            scope.spawn(move || stdin.write_all(input).is_ok());
            client.wait_with_output().expect("mariadb ends")
        });
        assert!(output.status.success(), "mariadb refused: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("UTF-8 from mariadb")
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("socket")
    }

    fn wait(&mut self) {
        for _ in 0..START_TENTHS {
            let answered = Command::new(program("mariadb"))
                .args(["--no-defaults", "--user=root", "--protocol=tcp", "--host=127.0.0.1", "--execute=SELECT 1"])
                .arg(format!("--port={}", self.port))
                .output()
                .is_ok_and(|output| output.status.success());
            if answered {
                return;
            }
            if let Some(status) = self.process.try_wait().expect("the state of mariadbd") {
                panic!("mariadbd ended with {status}:\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("mariadbd does not answer on port {}:\n{}", self.port, self.log());
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }
}

impl Drop for MariaDb {
    fn drop(&mut self) {
        // Its folder goes with it, so there is nothing to be saved by a slow, orderly end.
        let _ended = self.process.kill().and_then(|()| self.process.wait());
    }
}

/// A free loopback port: the system picks one, which is given back at once for the server to take.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// The server refuses to run as root unless told to.
fn run_as() -> Option<String> {
    let user = Command::new("id").arg("-un").output().ok()?;
    (user.stdout.starts_with(b"root\n")).then(|| "--user=root".to_owned())
}

/// Finds a program of MariaDB on the path or where systems put servers.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path)
        .chain(["/usr/sbin", "/usr/local/sbin", "/usr/libexec"].map(PathBuf::from))
        .map(|folder| Path::new(&folder).join(name))
        .find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is missing: this test needs MariaDB (apt-get install mariadb-server)"))
}
