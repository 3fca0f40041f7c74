//! A real PostgreSQL for tests: in a folder of its own, on a free loopback port, stopped when the last test that uses it ends.
//!
//! ```ignore
//! let server = Postgres::shared();
//! let database = server.database();
//! let url = database.url();
//! ```
//!
//! Nothing is skipped: where the server's programs are missing the test fails and says what to install. PostgreSQL refuses to run as
//! root, so that root starts it as the user `postgres`, or `nobody`.

#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, Weak};
use std::time::Duration;

/// How long the server may take to answer, in tenths of a second.
const START_TENTHS: u32 = 600;
/// The user that may do anything, and the password of every user.
const ADMIN: &str = "admin";
pub(crate) const PASSWORD: &str = "s3cret password";

/// A running server. Dropping it stops the server by its process id and removes its folder.
pub(crate) struct Postgres {
    folder: tempfile::TempDir,
    process: Mutex<Child>,
    port: u16,
    databases: AtomicU32,
}

/// A database on a server.
pub(crate) struct Database {
    server: Arc<Postgres>,
    pub(crate) name: String,
}

impl Postgres {
    /// The server that tests of this process have together.
    pub(crate) fn shared() -> Arc<Self> {
        static SERVER: Mutex<Weak<Postgres>> = Mutex::new(Weak::new());
        let mut shared = SERVER.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            let server = Arc::new(Self::start(&[]));
            *shared = Arc::downgrade(&server);
            server
        })
    }

    /// Starts an empty server with these settings, such as `work_mem=1MB`, and waits until it answers.
    ///
    /// # Panics
    /// Where PostgreSQL is not installed or does not start; the text names what is missing and shows the server's log.
    pub(crate) fn start(settings: &[&str]) -> Self {
        let folder = tempfile::Builder::new().prefix("deskferry-postgres-").tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("password"), PASSWORD).expect("a password file");
        certificate(folder.path());
        let user = other_user();
        if let Some(user) = &user {
            let owned = Command::new("chown").arg("-R").arg(user).arg(folder.path()).status();
            assert!(owned.expect("chown starts").success(), "chown to {user} failed");
        }
        let data = folder.path().join("data");
        let output = command("initdb", user.as_deref())
            .args(["--username", ADMIN, "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .arg(format!("--pwfile={}", folder.path().join("password").display()))
            .arg("--pgdata")
            .arg(&data)
            .current_dir(folder.path())
            .output()
            .expect("initdb starts");
        assert!(output.status.success(), "initdb failed: {}", String::from_utf8_lossy(&output.stderr));
        let (port, log) = (free_port(), std::fs::File::create(folder.path().join("log")).expect("a log file"));
        let mut server = command("postgres", user.as_deref());
        server.arg("-D").arg(&data).arg("-p").arg(port.to_string()).current_dir(folder.path());
        let own = |name: &str| folder.path().join(name).display().to_string();
        let usual = [
            "listen_addresses=127.0.0.1".to_owned(),
            format!("unix_socket_directories={}", folder.path().display()),
            "fsync=off".to_owned(),
            "max_connections=60".to_owned(),
            "ssl=on".to_owned(),
            format!("ssl_cert_file={}", own("server.crt")),
            format!("ssl_key_file={}", own("server.key")),
        ];
        for setting in usual.iter().map(String::as_str).chain(settings.iter().copied()) {
            server.args(["-c", setting]);
        }
        let process = server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log).spawn().expect("postgres starts");
        let mut server = Self { folder, process: Mutex::new(process), port, databases: AtomicU32::new(0) };
        server.wait();
        server
    }

    /// The loopback port it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// The certificate that the server shows, made out for `localhost` by itself.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("server.crt")
    }

    /// An empty database of its own.
    pub(crate) fn database(self: &Arc<Self>) -> Database {
        let name = format!("test_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        Database::of(self, "postgres").run(&format!("CREATE DATABASE {name}"));
        Database::of(self, &name)
    }

    /// Ends the server at once, as a crash of the machine would.
    pub(crate) fn stop(&self) {
        let mut process = self.process.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if process.try_wait().is_ok_and(|status| status.is_none()) {
            // An immediate shutdown: its other processes end with it, which they would not by SIGKILL.
            let _told = Command::new("kill").arg("-QUIT").arg(process.id().to_string()).status();
            let _ended = process.wait();
        }
    }

    fn wait(&mut self) {
        for _ in 0..START_TENTHS {
            let answered = self.psql("postgres", "SELECT 1");
            if answered.is_ok() {
                return;
            }
            let ended = self.process.lock().expect("no panic").try_wait().expect("the state of postgres");
            if let Some(status) = ended {
                panic!("postgres ended with {status}:\n{}", self.log());
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("postgres does not answer on port {}:\n{}", self.port, self.log());
    }

    /// What the server has logged.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    fn psql(&self, database: &str, sql: &str) -> Result<String, String> {
        let output = command("psql", None)
            .args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", "127.0.0.1", "-U", ADMIN, "-d", database])
            .args(["-p", &self.port.to_string(), "-c", sql])
            .env("PGPASSWORD", PASSWORD)
            .output()
            .expect("psql starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).trim_end_matches('\n').to_owned();
        if output.status.success() { Ok(text(&output.stdout)) } else { Err(text(&output.stderr)) }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Database {
    /// One that is there.
    pub(crate) fn of(server: &Arc<Postgres>, name: &str) -> Self {
        Self { server: Arc::clone(server), name: name.to_owned() }
    }

    /// Its address, for the user that may do anything.
    pub(crate) fn url(&self) -> String {
        self.url_of(ADMIN)
    }

    /// Its address, for a user whose password is [`PASSWORD`].
    pub(crate) fn url_of(&self, user: &str) -> String {
        let password = PASSWORD.replace(' ', "%20");
        format!("postgres://{user}:{password}@127.0.0.1:{}/{}", self.server.port, self.name)
    }

    /// The server that it is on.
    pub(crate) fn server(&self) -> &Arc<Postgres> {
        &self.server
    }

    /// Runs statements and gives what they print: a line per row, `|` between columns.
    ///
    /// # Panics
    /// Where the server refuses one.
    pub(crate) fn run(&self, sql: &str) -> String {
        self.server.psql(&self.name, sql).unwrap_or_else(|said| panic!("{sql}: {said}"))
    }

    /// The number that a query gives.
    pub(crate) fn count(&self, query: &str) -> i64 {
        self.run(query).parse().unwrap_or_else(|_| panic!("{query} gives no number"))
    }
}

/// A certificate for `localhost` that is its own authority.
fn certificate(folder: &Path) {
    let output = Command::new("openssl")
        .args(["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "30", "-subj", "/CN=localhost"])
        .args(["-addext", "subjectAltName=DNS:localhost", "-addext", "basicConstraints=critical,CA:FALSE"])
        .args(["-keyout", "server.key", "-out", "server.crt"])
        .current_dir(folder)
        .output()
        .expect("openssl starts (apt-get install openssl)");
    assert!(output.status.success(), "openssl failed: {}", String::from_utf8_lossy(&output.stderr));
}

/// Whom root starts the server as; `None` where this is not root.
fn other_user() -> Option<String> {
    let own = Command::new("id").arg("-un").output().ok()?;
    let is_known = |user: &&str| Command::new("id").arg(user).output().is_ok_and(|output| output.status.success());
    (own.stdout.starts_with(b"root\n")).then(|| ["postgres", "nobody"].into_iter().find(is_known))?.map(str::to_owned)
}

/// A program of PostgreSQL, run as another user where that is said.
fn command(name: &str, user: Option<&str>) -> Command {
    let program = program(name);
    let mut command = match user {
        Some(user) => {
            let mut command = Command::new("setpriv");
            command.args([&format!("--reuid={user}"), "--clear-groups", "--"]).arg(program);
            command
        }
        None => Command::new(program),
    };
    command.env("LC_ALL", "C.UTF-8");
    command
}

/// Finds a program on the path or where systems put those of servers, the newest version first.
fn program(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut versions: Vec<PathBuf> = ["/usr/lib/postgresql", "/usr/local/opt", "/opt/homebrew/opt"]
        .iter()
        .filter_map(|folder| std::fs::read_dir(folder).ok())
        .flat_map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path().join("bin"))))
        .collect();
    versions.sort_by_key(|path| std::cmp::Reverse(version(path)));
    let found = versions.into_iter().chain(std::env::split_paths(&path)).map(|folder| folder.join(name));
    let mut found = found.filter(|file| file.is_file());
    found.next().unwrap_or_else(|| {
        panic!("`{name}` is missing: this test needs PostgreSQL (apt-get install postgresql, or make test-deps)")
    })
}

fn version(bin: &Path) -> u32 {
    let folder = bin.parent().and_then(Path::file_name).map(|name| name.to_string_lossy().into_owned());
    let digits: String = folder.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    digits.parse().unwrap_or_default()
}

/// A free loopback port: the system picks one, which is given back at once for the server to take.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port").port()
}
