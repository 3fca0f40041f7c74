//! From what a spec says of its login to what calls carry.

use std::sync::Arc;

use deskferry_http::{Credentials, Request, Secret};
use deskferry_staging::Context;
use serde_json::{Value, json};
use tokio::sync::Mutex;

use super::{Blame, Fetched, Fixed, post};
use crate::Result;
use crate::rest::api::client;
use crate::rest::values::{Values, address};
use crate::spec::{Login, Params, Place, Template};

/// What calls carry; `None`: nothing.
pub(in crate::rest) type AnyLogin = Option<Arc<dyn deskferry_http::Login>>;

/// How a token is asked for, and where in the reply it is.
struct Asking<'a> {
    url: &'a Template,
    query: &'a Params,
    body: Option<Value>,
    form: Option<Vec<(String, Secret)>>,
    token: String,
    expires_in: Option<String>,
    header: String,
    prefix: String,
    blame: Blame,
}

/// The login of a spec. `http` is how the source itself is called.
///
/// # Errors
/// `Setting` where an address cannot be used.
pub(in crate::rest) fn make(
    context: &Context,
    login: &Login,
    values: &Values,
    http: &deskferry_http::Settings,
) -> Result<AnyLogin> {
    let secret = |template: &Template| Secret::new(values.fill(template));
    let fixed = |headers: Vec<(String, Secret)>, query: Vec<(String, Secret)>, templates: &[&Template]| -> AnyLogin {
        Some(Arc::new(Fixed(Credentials { headers, query, from: format!("{} of [source]", blame(templates)) })))
    };
    let authorization = |value: String| vec![("Authorization".to_owned(), Secret::new(value))];
    Ok(match login {
        Login::None => None,
        Login::Header { name, value } => fixed(vec![(name.clone(), secret(value))], Vec::new(), &[value]),
        Login::Query { name, value } => fixed(Vec::new(), vec![(name.clone(), secret(value))], &[value]),
        Login::Bearer { token } => fixed(authorization(format!("Bearer {}", values.fill(token))), Vec::new(), &[token]),
        Login::Basic { user, password } => {
            let pair = format!("{}:{}", values.fill(user), values.fill(password));
            let value = format!("Basic {}", base64::Engine::encode(&base64::prelude::BASE64_STANDARD, pair));
            fixed(authorization(value), Vec::new(), &[user, password])
        }
        Login::ClientCredentials { .. } | Login::LogIn { .. } => match asking(login, values) {
            Some(asking) => Some(Arc::new(fetched(context, asking, values, http)?)),
            None => None,
        },
    })
}

/// How a token is asked for, by the logins that do.
fn asking<'a>(login: &'a Login, values: &Values) -> Option<Asking<'a>> {
    static NONE: Params = Params(Vec::new());
    let secret = |template: &Template| Secret::new(values.fill(template));
    let templates = |params: &'a Params| params.0.iter().map(|(_, template)| template);
    match login {
        Login::ClientCredentials { url, query, client_id, client_secret, scope } => {
            let mut form = vec![
                ("grant_type".to_owned(), Secret::new("client_credentials")),
                ("client_id".to_owned(), secret(client_id)),
                ("client_secret".to_owned(), secret(client_secret)),
            ];
            let scope_text = scope.as_ref().map(secret).filter(|scope| !scope.reveal().is_empty());
            form.extend(scope_text.map(|scope| ("scope".to_owned(), scope)));
            Some(Asking {
                url,
                query,
                body: None,
                form: Some(form),
                token: "access_token".into(),
                expires_in: Some("expires_in".into()),
                header: "Authorization".into(),
                prefix: "Bearer ".into(),
                blame: Blame {
                    client: blame(&[client_id, client_secret]),
                    scope: scope.as_ref().map_or_else(|| "the scope".to_owned(), |scope| blame(&[scope])),
                    place: blame(&std::iter::once(url).chain(templates(query)).collect::<Vec<_>>()),
                },
            })
        }
        Login::LogIn { url, json, form, token, expires_in, header, prefix } => {
            let client = blame(&templates(json).chain(templates(form)).collect::<Vec<_>>());
            let body: serde_json::Map<String, Value> =
                values.pairs(json).into_iter().map(|(name, value)| (name, json!(value))).collect();
            let fields: Vec<_> = values.pairs(form).into_iter().map(|(name, v)| (name, Secret::new(v))).collect();
            Some(Asking {
                url,
                query: &NONE,
                body: (!body.is_empty()).then_some(Value::Object(body)),
                form: (!fields.is_empty()).then_some(fields),
                token: token.clone(),
                expires_in: expires_in.clone(),
                header: header.clone(),
                prefix: prefix.clone(),
                blame: Blame { scope: client.clone(), client, place: blame(&[url]) },
            })
        }
        _ => None,
    }
}

fn fetched(context: &Context, asking: Asking<'_>, values: &Values, http: &deskferry_http::Settings) -> Result<Fetched> {
    let mut url = address(&values.fill(asking.url), &asking.blame.place)?;
    let query = values.pairs(asking.query);
    if !query.is_empty() {
        url.query_pairs_mut().extend_pairs(query);
    }
    let base_url = url.origin().ascii_serialization();
    // Headers are for the source; who gives tokens may be another.
    let client =
        client(context, deskferry_http::Settings { base_url, grant: None, headers: Vec::new(), ..http.clone() })?;
    let Asking { body, form, token, expires_in, header, prefix, blame, .. } = asking;
    Ok(Fetched {
        client,
        request: Request { body, form, ..post(url.into()) },
        name: http.name.clone(),
        token,
        expires_in,
        header,
        prefix,
        blame,
        clock: Arc::clone(&context.clock),
        issued: Mutex::new(None),
    })
}

/// The settings that stand in some texts.
fn blame(templates: &[&Template]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for place in templates.iter().flat_map(|t| t.places()) {
        if let Place::Name(name) = place
            && !names.contains(&name.as_str())
        {
            names.push(name);
        }
    }
    match names.split_last() {
        None => "the login of the spec".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} and {last}", others.join(", ")),
    }
}
