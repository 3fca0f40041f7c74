//! What a spec says about a source with a REST API. `vocabulary.toml` beside this file shows all of it in use.

use serde::Deserialize;

use super::template::{Params, Template};

/// `[settings.NAME]`: a key of `[source]` in `deskferry.toml` that this source has.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// What it is and where the user finds it; `init` writes it beside the key.
    pub help: String,
    /// What `init` writes.
    #[serde(default)]
    pub example: String,
    /// Whether it may be left out; it is empty then.
    #[serde(default)]
    pub optional: bool,
    /// Its value where it is left out.
    #[serde(default)]
    pub default: Option<String>,
    /// What it may be set to; any text if nothing is said.
    #[serde(default)]
    pub takes: Option<Takes>,
    /// Whether it is never shown; what has `${` in its example is not either.
    #[serde(default)]
    pub secret: bool,
}

impl Setting {
    /// Whether its value must never be shown.
    pub fn is_secret(&self) -> bool {
        self.secret || self.example.contains("${")
    }

    /// Whether it may be set to this; what it takes instead, if not. A value from the environment is not looked at.
    ///
    /// # Errors
    /// What it takes.
    pub fn fits(&self, value: &str) -> Result<(), String> {
        match &self.takes {
            Some(Takes::Words(words)) if !value.contains("${") && !words.iter().any(|word| word == value) => {
                Err(format!("one of {}", words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")))
            }
            Some(Takes::Kind(Kind::Count)) if !value.contains("${") && value.parse::<u64>().is_err() => {
                Err("a whole number".to_owned())
            }
            _ => Ok(()),
        }
    }
}

/// What a setting may be set to.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a list of words, or `count`")]
pub enum Takes {
    /// One of these words.
    Words(Vec<String>),
    /// What is of this kind.
    Kind(Kind),
}

/// A kind of values of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A whole number from 0 up.
    Count,
}

/// `[rest]`: where the API is and how it is called.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rest {
    /// Address below which the paths are.
    pub url: Template,
    /// Sent with every call.
    #[serde(default)]
    pub headers: Params,
    /// Calls that the source grants; its replies and the user's rate_calls and rate_seconds win.
    #[serde(default)]
    pub rate: Option<Rate>,
    /// Most calls at a time.
    #[serde(default = "in_flight")]
    pub in_flight: usize,
    /// Longest time for one call.
    #[serde(default = "timeout_seconds")]
    pub timeout_seconds: u64,
    /// Hosts that may be called for files, without the login: names, or `*.name` for all below it.
    #[serde(default)]
    pub hosts: Vec<String>,
    /// Beginnings of dates that mean none.
    #[serde(default)]
    pub null_dates: Vec<String>,
    /// Beginnings of paths on the API's own host, below which images are fetched with the login; others are fetched without.
    #[serde(default)]
    pub image_paths: Vec<String>,
    /// Addresses in texts that stand for a file of the API, and the path that gives it.
    #[serde(default)]
    pub images: Vec<ImageLink>,
    /// Forms of dates besides the usual ones, as `%Y.%m.%d %H:%M:%S%.f`.
    #[serde(default)]
    pub dates: Vec<String>,
    /// Country of the desk, as in addresses of the web: it tells old charsets of dropped files apart.
    #[serde(default)]
    pub country: Option<String>,
    /// Whether dates without an offset are in the zone of `[source] timezone`; else they are UTC.
    #[serde(default)]
    pub local_times: bool,
    /// Pieces of paths that are never called, whoever says so.
    #[serde(default)]
    pub refused_paths: Vec<String>,
    /// Texts of a reply of status 500 and above that passes by no repetition: such as that what is asked for does not exist.
    #[serde(default)]
    pub final_if: Vec<String>,
    /// What a refused login says, in replies of status 400 and above that are not 401.
    #[serde(default)]
    pub login_refused_if: Vec<String>,
    /// Most bytes of one file.
    #[serde(default = "file_mib")]
    pub file_mib: u64,
    /// How to log in.
    #[serde(default)]
    pub login: Login,
    /// How lists come in pages; a table may say otherwise.
    #[serde(default)]
    pub paging: Paging,
}

impl Rest {
    /// The texts that prove who calls: whatever stands in them is a secret.
    pub(super) fn proofs(&self) -> Vec<&Template> {
        let headers = self.headers.0.iter().map(|(_, template)| template);
        let login: Vec<&Template> = match &self.login {
            Login::ClientCredentials { client_secret, .. } => vec![client_secret],
            Login::Header { value, .. } | Login::Query { value, .. } => vec![value],
            Login::Bearer { token } => vec![token],
            Login::Basic { password, .. } => vec![password],
            Login::LogIn { json, form, .. } => json.0.iter().chain(&form.0).map(|(_, template)| template).collect(),
            Login::None => Vec::new(),
        };
        headers.chain(login).collect()
    }
}

/// `[rest] images`: an image whose address has `link` in it is fetched from `path`, with the login.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageLink {
    /// What the address ends with or has in it, with one placeholder: `download?uuid={id}`.
    pub link: Template,
    /// The path, with the same placeholder.
    pub path: Template,
}

/// `retention` of a table: the source deletes rows that are so old.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Age in days.
    pub days: u32,
    /// Column with the time from which it counts.
    pub column: String,
}

fn in_flight() -> usize {
    8
}

fn timeout_seconds() -> u64 {
    300
}

fn file_mib() -> u64 {
    256
}

/// Calls granted in any stretch of time of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// Calls.
    pub calls: u64,
    /// Length of the stretch.
    pub seconds: u64,
}

/// How to log in.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Login {
    /// OAuth 2 client credentials: a token that is fetched, sent as `Authorization: Bearer`, and fetched anew when it ends.
    ClientCredentials {
        /// Address that gives tokens.
        url: Template,
        /// Parameters of that address; one without a value is left out.
        #[serde(default)]
        query: Params,
        /// Whose token.
        client_id: Template,
        /// Proof of that.
        client_secret: Template,
        /// What it is for.
        #[serde(default)]
        scope: Option<Template>,
    },
    /// A header with every call.
    Header {
        /// Its name.
        name: String,
        /// Its value.
        value: Template,
    },
    /// A parameter with every call.
    Query {
        /// Its name.
        name: String,
        /// Its value.
        value: Template,
    },
    /// `Authorization: Bearer` with every call.
    Bearer {
        /// The token.
        token: Template,
    },
    /// `Authorization: Basic` with every call.
    Basic {
        /// User name.
        user: Template,
        /// Password; may be empty.
        password: Template,
    },
    /// A call whose reply has a token.
    LogIn {
        /// Its address; the call is a POST.
        url: Template,
        /// Fields of its JSON body.
        #[serde(default)]
        json: Params,
        /// Or fields of its form.
        #[serde(default)]
        form: Params,
        /// Where in the reply the token is: `data.token`.
        token: String,
        /// Where in the reply the seconds are for which it lasts.
        #[serde(default)]
        expires_in: Option<String>,
        /// Header that carries it.
        #[serde(default = "authorization")]
        header: String,
        /// What stands before it there.
        #[serde(default = "bearer")]
        prefix: String,
    },
    /// No login.
    #[default]
    None,
}

fn authorization() -> String {
    "Authorization".to_owned()
}

fn bearer() -> String {
    "Bearer ".to_owned()
}

/// How a list comes in pages.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Paging {
    /// By the number of the page.
    Page {
        /// Parameter of the number.
        number: String,
        /// Number of the first page.
        #[serde(default = "one")]
        first: u64,
        /// Parameter of the size.
        #[serde(default)]
        size: Option<String>,
        /// Most rows of a page.
        #[serde(default)]
        size_max: Option<u64>,
    },
    /// By the number of rows before the page.
    Offset {
        /// Parameter of that number.
        offset: String,
        /// Parameter of the size.
        #[serde(default)]
        size: Option<String>,
        /// Most rows of a page.
        #[serde(default)]
        size_max: Option<u64>,
    },
    /// By a text in the reply that asks for the next page.
    Cursor {
        /// Parameter that takes it.
        cursor: String,
        /// Where in the reply it is: `meta.next_cursor`. The list ends where it is missing, null or empty.
        at: String,
        /// Parameter of the size.
        #[serde(default)]
        size: Option<String>,
        /// Most rows of a page.
        #[serde(default)]
        size_max: Option<u64>,
    },
    /// By a text in the reply that asks for the next page, until a page is empty. What the source forgets or refuses in the
    /// middle is read anew from the start; where another reading of the list stands open, it is waited for.
    Scroll {
        /// Parameter that takes it.
        cursor: String,
        /// Where in the reply it is.
        at: String,
    },
    /// By the address of the next page, which must be on the host of `url`.
    NextLink {
        /// Where in the reply it is; without it in the header `Link`, as `rel="next"`.
        #[serde(default)]
        at: Option<String>,
        /// Parameter of the size.
        #[serde(default)]
        size: Option<String>,
        /// Most rows of a page.
        #[serde(default)]
        size_max: Option<u64>,
    },
    /// One call for each stretch of time, from `begin` until now.
    Windows {
        /// Parameter of a stretch's begin.
        from: String,
        /// Parameter of its end.
        to: String,
        /// Length of a stretch.
        hours: u32,
        /// The first moment: `2019-01-01`.
        begin: Template,
    },
    /// All in one reply.
    #[default]
    None,
}

fn one() -> u64 {
    1
}

impl Paging {
    /// The parameter of the size and what is asked for.
    pub fn size(&self) -> Option<(&str, u64)> {
        match self {
            Self::Page { size, size_max, .. }
            | Self::Offset { size, size_max, .. }
            | Self::Cursor { size, size_max, .. }
            | Self::NextLink { size, size_max, .. } => Some((size.as_deref()?, (*size_max)?)),
            Self::Scroll { .. } | Self::Windows { .. } | Self::None => None,
        }
    }
}

/// How a row is read in full.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Detail {
    /// Its path.
    pub path: Template,
    /// Parameters.
    #[serde(default)]
    pub query: Params,
    /// Where in the reply the row is; the reply itself if not given.
    #[serde(default)]
    pub row: String,
    /// Whether rows of the list are read so; else only rows that are asked for by key and are not on it.
    #[serde(default = "yes")]
    pub of_listed: bool,
}

fn yes() -> bool {
    true
}

/// What takes a time, so that only rows that changed since are listed: `"changed_after"`, or
/// `{ at = "query.value", as = "seconds" }`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "SinceForm")]
pub struct Since {
    /// The parameter; of a list with a body the place in it.
    pub at: String,
    /// Whether the time is written as seconds since 1970, and not as `2026-01-31T12:00:00Z`.
    pub in_seconds: bool,
}

#[derive(Deserialize)]
#[serde(untagged, expecting = "a parameter, or { at = \"place\", as = \"seconds\" }")]
enum SinceForm {
    Parameter(String),
    Placed(Placed),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Placed {
    at: String,
    #[serde(rename = "as")]
    form: TimeForm,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
enum TimeForm {
    Seconds,
    Text,
}

impl From<SinceForm> for Since {
    fn from(form: SinceForm) -> Self {
        match form {
            SinceForm::Parameter(at) => Self { at, in_seconds: false },
            SinceForm::Placed(placed) => Self { at: placed.at, in_seconds: matches!(placed.form, TimeForm::Seconds) },
        }
    }
}

/// Columns that are neither staged nor kept where a row has one of some members: secrets that no list of columns can tell.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hidden {
    /// The columns.
    pub columns: Vec<String>,
    /// Members and the text that each must have; one is enough.
    #[serde(rename = "if")]
    pub conditions: std::collections::BTreeMap<String, String>,
}

/// How the file of a row is fetched.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Download {
    /// Its path: the bytes, or JSON with a link to them.
    #[serde(default)]
    pub path: Option<Template>,
    /// Column with its address, where it has no path. Links end: they are followed as soon as the row is there.
    #[serde(default)]
    pub url: Option<String>,
    /// Parameters.
    #[serde(default)]
    pub query: Params,
    /// Where in the reply the link is, where the reply is JSON that has one.
    #[serde(default)]
    pub link: Option<String>,
    /// Column of the file's name.
    #[serde(default)]
    pub name: Option<String>,
    /// Column of its size in bytes.
    #[serde(default)]
    pub size: Option<String>,
}

/// What it means that the source refuses a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// Nothing is published without it.
    #[default]
    Required,
    /// The run goes on without it, says so, and ends with exit code 1.
    Optional,
}
