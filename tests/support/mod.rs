//! What the end-to-end tests share: a migration's folder, the command, a workspace to load into.

pub(crate) mod acme;
pub(crate) mod chromium;
pub(crate) mod copy;
pub(crate) mod demo;
pub(crate) mod halo;
pub(crate) mod infoset;
pub(crate) mod itsm365;
pub(crate) mod mariadb;
pub(crate) mod postgres;
pub(crate) mod psql;
pub(crate) mod row;
pub(crate) mod standin;
pub(crate) mod tampered;
pub(crate) mod wording;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use deskferry_sandbox::{Running, Settings, WorkspaceFile};
use serde_json::Value;

/// The command as a user runs it, in a folder of its own.
pub(crate) struct Migration {
    pub(crate) folder: tempfile::TempDir,
}

impl Migration {
    /// A folder with this `deskferry.toml`.
    pub(crate) fn new(settings: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("deskferry.toml"), settings).unwrap();
        Self { folder }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Runs `deskferry` with these arguments.
    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Starts `deskferry` with these arguments, to be ended by the test; what it says is lost.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// The command with these arguments, not yet started.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_deskferry"));
        command.arg("-C").arg(self.path()).args(arguments).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.path());
        command.env("INTERCOM_TOKEN", "test-token-1234");
        command
    }

    /// Runs `deskferry` and wants exit code 0; gives stdout.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "deskferry {arguments:?}: {}\n{}\n{}",
            output.status,
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stdout)
    }

    /// Runs `deskferry` and wants exit code 1; gives stderr.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert_eq!(
            output.status.code(),
            Some(1),
            "deskferry {arguments:?}\n{}\n{}",
            text(&output.stdout),
            text(&output.stderr)
        );
        text(&output.stderr)
    }

    /// Rows of a query.
    pub(crate) fn rows(&self, query: &str) -> Vec<Value> {
        serde_json::from_str(&self.done(&["--json", "sql", query])).unwrap()
    }

    /// The one number that a query gives.
    pub(crate) fn count(&self, query: &str) -> i64 {
        let rows = self.rows(query);
        rows[0].as_object().unwrap().values().next().unwrap().as_i64().unwrap()
    }

    /// Replaces a text of `deskferry.toml`.
    pub(crate) fn set(&self, from: &str, to: &str) {
        let path = self.path().join("deskferry.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from} is not in the settings");
        std::fs::write(path, text.replace(from, to)).unwrap();
    }
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The id of an object of Intercom, which is a text or a number.
pub(crate) fn id(value: &serde_json::Value) -> String {
    value["id"].as_str().map_or_else(|| value["id"].to_string(), str::to_owned)
}

/// A folder of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// A sandbox on a free port, on a runtime of its own; it ends when this is dropped.
pub(crate) struct Workspace {
    runtime: tokio::runtime::Runtime,
    running: Option<Running>,
    pub(crate) url: String,
    client: reqwest::Client,
}

impl Workspace {
    /// A workspace with these teammates (name, e-mail) and teams, without a rate limit.
    pub(crate) fn start(admins: &[(String, String)], teams: &[String]) -> Self {
        Self::start_with(admins, teams, "")
    }

    /// The same, with faults.
    pub(crate) fn start_with(admins: &[(String, String)], teams: &[String], faults: &str) -> Self {
        Self::start_with_types(admins, teams, &[], faults)
    }

    /// The same, with types of custom objects, which contacts refer to by the type's name.
    pub(crate) fn start_with_types(
        admins: &[(String, String)],
        teams: &[String],
        types: &[&str],
        faults: &str,
    ) -> Self {
        let file = serde_json::json!({
            "admins": admins.iter().map(|(name, email)| serde_json::json!({ "name": name, "email": email })).collect::<Vec<_>>(),
            "teams": teams.iter().map(|name| serde_json::json!({ "name": name })).collect::<Vec<_>>(),
            "custom_object_types": types.iter()
                .map(|name| serde_json::json!({ "identifier": name, "contact_relation": name })).collect::<Vec<_>>(),
        });
        Self::serve(Settings {
            workspace: WorkspaceFile::from_json(&file.to_string()).unwrap(),
            faults: if faults.is_empty() { deskferry_sandbox::Faults::default() } else { faults.parse().unwrap() },
            ..Settings::default()
        })
    }

    /// A workspace with settings of the sandbox, without a rate limit and without delays.
    pub(crate) fn serve(settings: Settings) -> Self {
        let settings = Settings { rate: None, search_delay: std::time::Duration::ZERO, ..settings };
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let running = runtime.block_on(deskferry_sandbox::serve(settings)).unwrap();
        let url = format!("http://{}", running.addr());
        Self { runtime, running: Some(running), url, client: reqwest::Client::new() }
    }

    /// Sends events to this address from now on, signed with this secret; `faults` are those of webhooks.
    pub(crate) fn webhook(&self, url: &str, secret: &str, faults: &str) {
        let webhook = deskferry_sandbox::Webhook { url: url.to_owned(), secret: secret.to_owned() };
        let running = self.running.as_ref().unwrap();
        running.set_faults(faults.parse().unwrap());
        running.set_webhook(Some(webhook));
    }

    /// The sandbox's own counts.
    pub(crate) fn stats(&self) -> Value {
        let url = format!("{}/_sandbox/stats", self.url);
        self.runtime.block_on(async { reqwest::get(url).await.unwrap().json().await.unwrap() })
    }

    /// A call to the API.
    pub(crate) fn call(&self, method: &str, path: &str) -> (u16, Value) {
        self.call_with(method, path, &Value::Null)
    }

    /// A call that makes or changes something, and what is answered.
    pub(crate) fn post(&self, path: &str, body: Value) -> Value {
        let (status, reply) = self.call_with("POST", path, &body);
        assert!((200..300).contains(&status), "POST {path}: {status} {reply}");
        reply
    }

    /// The same, with a body.
    pub(crate) fn call_with(&self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.runtime.block_on(async {
            let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
            let mut request = self
                .client
                .request(method, format!("{}{path}", self.url))
                .bearer_auth("test-token-1234")
                .header("Intercom-Version", "2.16")
                .header("Accept", "application/json");
            if !body.is_null() {
                request = request.json(body);
            }
            let reply = request.send().await.unwrap();
            (reply.status().as_u16(), reply.json().await.unwrap_or(Value::Null))
        })
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            running.stop();
            self.runtime.block_on(running.stopped());
        }
    }
}
