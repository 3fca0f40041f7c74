//! A small server that answers as each test says, and a stage to extract into.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Request as HttpRequest, Response};
use deskferry_staging::{Context, Manifest, Staging};
use serde_json::{Value, json};

use crate::testing::rows_of;
use crate::{Error, Request, Result, Settings, Spec, Unfinished, extract};

/// A call that came.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) query: BTreeMap<String, String>,
    pub(super) headers: BTreeMap<String, String>,
    pub(super) body: String,
    pub(super) at: std::time::Instant,
}

impl Call {
    pub(super) fn param(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    pub(super) fn number(&self, name: &str) -> usize {
        self.param(name).parse().unwrap_or(0)
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

/// What is answered.
#[derive(Debug, Clone)]
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Said {
    pub(super) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }
}

pub(super) fn said(status: u16, body: Value) -> Said {
    Said {
        status,
        headers: vec![("content-type".into(), "application/json".into())],
        body: body.to_string().into_bytes(),
    }
}

pub(super) fn ok(body: Value) -> Said {
    said(200, body)
}

pub(super) fn bytes(content_type: &str, body: &[u8]) -> Said {
    Said { status: 200, headers: vec![("content-type".into(), content_type.into())], body: body.to_vec() }
}

type Answer = Arc<dyn Fn(&Call) -> Said + Send + Sync>;

/// A server on a free port; it ends with the test's runtime.
#[derive(Clone)]
pub(super) struct Server {
    pub(super) url: String,
    calls: Arc<Mutex<Vec<Call>>>,
    answer: Arc<Mutex<Answer>>,
}

impl Server {
    pub(super) async fn start(answer: impl Fn(&Call) -> Said + Send + Sync + 'static) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let answer: Answer = Arc::new(answer);
        let server = Self { url, calls: Arc::default(), answer: Arc::new(Mutex::new(answer)) };
        let app = Router::new().fallback(handle).with_state(server.clone());
        tokio::spawn(async move { axum::serve(listener, app).await });
        server
    }

    /// Answers otherwise from now on.
    pub(super) fn answer(&self, answer: impl Fn(&Call) -> Said + Send + Sync + 'static) {
        *self.answer.lock().unwrap() = Arc::new(answer);
    }

    pub(super) fn calls(&self) -> Vec<Call> {
        self.calls.lock().unwrap().clone()
    }

    /// Calls whose path begins so.
    pub(super) fn count(&self, path: &str) -> usize {
        self.calls().iter().filter(|call| call.path.starts_with(path)).count()
    }
}

async fn handle(State(server): State<Server>, request: HttpRequest<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect();
    let headers =
        parts.headers.iter().map(|(k, v)| (k.to_string(), v.to_str().unwrap_or_default().to_owned())).collect();
    let call = Call {
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query,
        headers,
        body: String::from_utf8_lossy(&body).into_owned(),
        at: std::time::Instant::now(),
    };
    server.calls.lock().unwrap().push(call.clone());
    let answer = Arc::clone(&*server.answer.lock().unwrap());
    let said = answer(&call);
    let mut reply = Response::builder().status(said.status);
    for (name, value) in &said.headers {
        reply = reply.header(name, value);
    }
    reply.body(Body::from(said.body)).unwrap()
}

/// A migration of a made-up source.
pub(super) struct Desk {
    pub(super) context: Context,
    pub(super) spec: Spec,
    pub(super) settings: Settings,
}

impl Desk {
    /// `tables` comes after the head of the spec, which has [`rest`].
    pub(super) fn new(server: &Server, tables: &str) -> Self {
        Self::with(server, "", tables)
    }

    /// `rest` is what stands in `[rest]` and below.
    #[allow(clippy::disallowed_methods)]
    pub(super) fn with(server: &Server, rest: &str, tables: &str) -> Self {
        let text = format!(
            "name = \"acme\"\ntitle = \"Acme\"\nreaders = [\"rest\"]\n\
             [settings.key]\nhelp = \"k\"\noptional = true\nsecret = true\n\
             [settings.tenant]\nhelp = \"t\"\noptional = true\n\
             [rest]\nurl = \"{{url}}\"\n{rest}\n{tables}"
        );
        let spec = Spec::parse("sources/acme.toml", &text).unwrap_or_else(|e| panic!("{:?}", e));
        let settings = Settings { url: server.url.clone(), ..Settings::default() };
        let context = Context::new(Staging::in_memory(), chrono::Utc::now, rand_like);
        Self { context, spec, settings }
    }

    pub(super) fn key(mut self, key: &str) -> Self {
        self.settings.values.insert("key".into(), key.into());
        self
    }

    pub(super) async fn run(&self, request: &Request) -> Result<Manifest> {
        extract(&self.context, &self.spec, &self.settings, request).await
    }

    pub(super) async fn extract(&self) -> Result<Manifest> {
        self.run(&Request::default()).await
    }

    pub(super) async fn resume(&self) -> Result<Manifest> {
        self.run(&Request { unfinished: Unfinished::Resume, ..Request::default() }).await
    }

    /// Some columns of a table's rows in order of their text.
    pub(super) async fn rows(&self, manifest: &Manifest, table: &str, columns: &[&str]) -> Vec<String> {
        let mut rows = rows_of(&self.context, manifest, table, columns).await;
        rows.sort();
        rows
    }

    /// The error of an extract, with its causes and its hint; nothing is published.
    pub(super) async fn refused(&self) -> String {
        let error = self.extract().await.unwrap_err();
        assert!(self.context.staging.runs().await.unwrap().is_empty());
        told(&error)
    }
}

pub(super) fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        text += &format!(" | {error}");
        cause = error.source();
    }
    format!("{text} | {}", error.hint().unwrap_or_default())
}

/// Run ids of one millisecond must differ.
fn rand_like() -> u32 {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(1);
    NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

/// A page of some rows: `items` and `total`, by `page` and `size` of at most `most` rows.
pub(super) fn page(call: &Call, rows: &[Value], most: usize) -> Said {
    let size = call.number("size").clamp(1, most);
    let from = call.number("page").saturating_sub(1) * size;
    let items: Vec<&Value> = rows.iter().skip(from).take(size).collect();
    ok(json!({ "items": items, "total": rows.len() }))
}

/// Rows with an id from 1 and a name.
pub(super) fn numbered(count: usize) -> Vec<Value> {
    (1..=count).map(|id| json!({ "id": id, "name": format!("n{id}") })).collect()
}

/// A table of [`numbered`] rows in pages.
pub(super) const PAGED: &str = "[rest.paging]\nkind = \"page\"\nnumber = \"page\"\nsize = \"size\"\nsize_max = 10\n\
    [[table]]\nname = \"things\"\nkey = \"id\"\npath = \"/things\"\nrows = [\"items\"]\ntotal = \"total\"\n\
    [table.columns]\nid = \"int\"\nname = \"text\"\n";
