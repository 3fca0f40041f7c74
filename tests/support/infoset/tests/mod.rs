//! That the stand-in does what it is told to: each of its traps, once.

mod faults;
mod lists;
mod truth;
mod variant;

use serde_json::{Value, json};

use super::{Infoset, Switches};

/// A reader without any sense.
struct Reader {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    /// Name and value of the header that lets it in.
    login: (&'static str, String),
    url: String,
}

/// Status, headers in lower case, body.
type Answer = (u16, Vec<(String, String)>, Value);

impl Reader {
    fn of(infoset: &Infoset) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = reqwest::Client::builder().tls_built_in_root_certs(false).build().unwrap();
        let login = ("X-Api-Key", Switches::default().api_key);
        Self { runtime, client, login, url: format!("{}/v1", infoset.url) }
    }

    fn send(&self, request: impl FnOnce(&reqwest::Client) -> reqwest::RequestBuilder) -> Answer {
        self.runtime.block_on(async {
            let reply = request(&self.client).send().await.unwrap();
            let status = reply.status().as_u16();
            let header = |(name, value): (&reqwest::header::HeaderName, &reqwest::header::HeaderValue)| {
                (name.to_string(), value.to_str().unwrap().to_owned())
            };
            let headers = reply.headers().iter().map(header).collect();
            let bytes = reply.bytes().await.unwrap();
            let text = || Value::String(String::from_utf8_lossy(&bytes).into_owned());
            (status, headers, serde_json::from_slice(&bytes).unwrap_or_else(|_| text()))
        })
    }

    fn answer(&self, path: &str) -> Answer {
        self.send(|client| client.get(format!("{}/{path}", self.url)).header(self.login.0, &self.login.1))
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let (status, _, body) = self.answer(path);
        (status, body)
    }

    fn status(&self, path: &str) -> u16 {
        self.get(path).0
    }

    fn rows(&self, path: &str) -> Vec<Value> {
        let (status, mut body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_value(body["items"].take()).unwrap()
    }

    /// All pages of a list.
    fn all(&self, path: &str) -> Vec<Value> {
        let with = if path.contains('?') { '&' } else { '?' };
        let page = |number: i64| self.rows(&format!("{path}{with}Page={number}&ItemsPerPage=100"));
        (1..).map(page).take_while(|rows| !rows.is_empty()).flatten().collect()
    }

    fn log_in(&self, email: &str, password: &str) -> (u16, Value) {
        let body = json!({"email": email, "password": password, "remember": true}).to_string();
        let request = |client: &reqwest::Client| {
            client.post(format!("{}/login/token", self.url)).header("content-type", "application/json").body(body)
        };
        let (status, _, body) = self.send(request);
        (status, body)
    }
}

fn start(switches: Switches) -> (Infoset, Reader) {
    let infoset = Infoset::start(switches);
    let reader = Reader::of(&infoset);
    (infoset, reader)
}

/// The ids of rows.
fn ids(rows: &[Value]) -> Vec<i64> {
    rows.iter().map(|row| row["id"].as_i64().unwrap()).collect()
}
