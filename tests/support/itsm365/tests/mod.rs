//! That the stand-in does what it is told to: each of its traps, once.

mod lists;
mod refusals;
mod rpc;
mod truth;

use serde_json::{Value, json};

use super::{Itsm365, KEY, Switches};

/// A reader without any sense.
struct Reader {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    url: String,
    key: String,
}

impl Reader {
    fn of(itsm365: &Itsm365) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = reqwest::Client::builder().tls_built_in_root_certs(false).build().unwrap();
        Self { runtime, client, url: itsm365.url.clone(), key: KEY.into() }
    }

    fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        self.runtime.block_on(async {
            let reply = request.send().await.unwrap();
            let status = reply.status().as_u16();
            let text = reply.text().await.unwrap();
            (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
        })
    }

    /// A call with the key: path, and parameters that are not encoded yet.
    fn get(&self, path: &str, parameters: &[(&str, &str)]) -> (u16, Value) {
        self.send(self.client.get(self.address(path, parameters)))
    }

    fn post(&self, path: &str, parameters: &[(&str, &str)], body: &Value) -> (u16, Value) {
        self.send(self.client.post(self.address(path, parameters)).json(body))
    }

    fn address(&self, path: &str, parameters: &[(&str, &str)]) -> url::Url {
        let mut url: url::Url = format!("{}/{path}", self.url).parse().unwrap();
        url.query_pairs_mut().append_pair("accessKey", &self.key).extend_pairs(parameters);
        url
    }

    fn rows(&self, path: &str, parameters: &[(&str, &str)]) -> Vec<Value> {
        let (status, body) = self.get(path, parameters);
        assert_eq!(status, 200, "{body}");
        body.as_array().unwrap().clone()
    }
}

fn start(switches: Switches) -> (Itsm365, Reader) {
    let itsm365 = Itsm365::start(switches);
    let reader = Reader::of(&itsm365);
    (itsm365, reader)
}
