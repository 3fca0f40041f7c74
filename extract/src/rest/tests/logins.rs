//! Every kind of login, and what is said where one is refused.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use super::support::{Call, Desk, Said, Server, bytes, numbered, ok, said};

const THINGS: &str =
    "[[table]]\nname = \"things\"\nkey = \"id\"\npath = \"/things\"\n[table.columns]\nid = \"int\"\nname = \"text\"\n";
const OAUTH: &str = "[rest.login]\nkind = \"client_credentials\"\nurl = \"{url}/auth/token\"\nquery = { tenant = \"{tenant}\" }\n\
    client_id = \"me\"\nclient_secret = \"{key}\"\nscope = \"all\"\n";

#[tokio::test]
async fn fixed_logins_go_with_every_call() {
    for (login, proof) in [
        ("kind = \"header\"\nname = \"X-Key\"\nvalue = \"{key}\"", "x-key: s3cret-key"),
        ("kind = \"query\"\nname = \"api_key\"\nvalue = \"{key}\"", "?api_key=s3cret-key"),
        ("kind = \"bearer\"\ntoken = \"{key}\"", "authorization: Bearer s3cret-key"),
        ("kind = \"basic\"\nuser = \"{key}\"\npassword = \"x\"", "authorization: Basic czNjcmV0LWtleTp4"),
    ] {
        let server = Server::start(|_| ok(json!(numbered(1)))).await;
        let desk = Desk::with(&server, &format!("[rest.login]\n{login}\n"), THINGS).key("s3cret-key");
        desk.extract().await.unwrap();
        let call = server.calls().remove(0);
        let has = match proof.split_once(": ") {
            Some((name, value)) => call.header(name) == value,
            None => call.param("api_key") == "s3cret-key",
        };
        assert!(has, "{login}: {call:?}");
        // Refused, the setting is named and the secret is not shown, also where the server shows it.
        server.answer(|_| said(401, json!({ "error": "bad key s3cret-key" })));
        let error = desk_again(&desk).await;
        assert!(error.contains("key") && error.contains("***") && !error.contains("s3cret-key"), "{error}");
    }
}

async fn desk_again(desk: &Desk) -> String {
    super::support::told(&desk.extract().await.unwrap_err())
}

/// A server of which each token is taken `uses` times.
fn oauth(uses: usize) -> (impl Fn(&Call) -> Said + Send + Sync, Arc<AtomicUsize>) {
    let (issued, used) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let tokens = Arc::clone(&issued);
    let answer = move |call: &Call| {
        if call.path == "/auth/token" {
            assert_eq!((call.method.as_str(), call.param("tenant")), ("POST", "north"));
            assert_eq!(call.body, "grant_type=client_credentials&client_id=me&client_secret=pass+word&scope=all");
            used.store(0, Ordering::SeqCst);
            let number = issued.fetch_add(1, Ordering::SeqCst) + 1;
            return ok(json!({ "access_token": format!("t{number}"), "expires_in": 3600, "token_type": "Bearer" }));
        }
        let token = format!("Bearer t{}", issued.load(Ordering::SeqCst));
        if call.header("authorization") != token || used.fetch_add(1, Ordering::SeqCst) >= uses {
            return said(401, json!(""));
        }
        if call.path == "/things" { ok(json!(numbered(40))) } else { ok(json!({ "name": call.path })) }
    };
    (answer, tokens)
}

fn with_tenant(mut desk: Desk) -> Desk {
    desk.settings.values.insert("tenant".into(), "north".into());
    desk.key("pass word")
}

#[tokio::test]
async fn one_token_serves_all_calls_and_a_new_one_those_after_its_end() {
    let tables = THINGS.replace("[table.columns]", "detail = { path = \"/things/{id}\" }\n[table.columns]");
    let (answer, tokens) = oauth(usize::MAX);
    let server = Server::start(answer).await;
    with_tenant(Desk::with(&server, OAUTH, &tables)).extract().await.unwrap();
    assert_eq!((tokens.load(Ordering::SeqCst), server.count("/things/")), (1, 40));

    let (answer, tokens) = oauth(25);
    let server = Server::start(answer).await;
    let desk = with_tenant(Desk::with(&server, OAUTH, &tables));
    let manifest = desk.extract().await.unwrap();
    assert_eq!(tokens.load(Ordering::SeqCst), 2);
    let names = desk.rows(&manifest, "things", &["name"]).await;
    assert_eq!((names.len(), names[0].as_str()), (40, "/things/1"));
}

#[tokio::test]
async fn a_token_that_a_new_one_does_not_heal_ends_the_run_and_names_the_settings() {
    let (answer, tokens) = oauth(0);
    let server = Server::start(answer).await;
    let error = with_tenant(Desk::with(&server, OAUTH, THINGS)).refused().await;
    assert!(error.contains("key") && error.contains("401"), "{error}");
    assert_eq!(tokens.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_refused_log_in_names_the_setting_to_correct() {
    let page = || Said { status: 500, ..bytes("text/html", b"<html>no such tenant</html>") };
    let cases: [(Said, &[&str]); 6] = [
        (
            said(401, json!({ "error": "invalid_client", "error_description": "unknown" })),
            &["invalid_client", "key of"],
        ),
        (said(400, json!({ "error": "invalid_client" })), &["invalid_client", "check key"]),
        (said(400, json!({ "error": "invalid_scope" })), &["invalid_scope", "scope"]),
        (page(), &["500", "url and tenant"]),
        (bytes("text/html", b"<html>log in</html>"), &["an HTML page", "url and tenant"]),
        (ok(json!({ "token": "elsewhere" })), &["no token", "url and tenant"]),
    ];
    for (answer, wanted) in cases {
        let server = Server::start(move |_| answer.clone()).await;
        let started = std::time::Instant::now();
        let error = with_tenant(Desk::with(&server, OAUTH, THINGS)).refused().await;
        assert!(wanted.iter().all(|part| error.contains(part)), "{wanted:?} in {error}");
        assert!(started.elapsed().as_secs() < 5, "{error}");
    }
}

#[tokio::test]
async fn a_log_in_call_gives_the_token() {
    let server = Server::start(|call| match (call.path.as_str(), call.header("x-auth")) {
        ("/login", _) if call.body == "{\"password\":\"pw\"}" => ok(json!({ "data": { "token": "abc" } })),
        ("/things", "Token abc") => ok(json!(numbered(2))),
        _ => said(401, json!("no")),
    })
    .await;
    let login = "[rest.login]\nkind = \"log_in\"\nurl = \"{url}/login\"\njson = { password = \"{key}\" }\ntoken = \"data.token\"\n\
                 header = \"X-Auth\"\nprefix = \"Token \"\n";
    let manifest = Desk::with(&server, login, THINGS).key("pw").extract().await.unwrap();
    assert_eq!(manifest.rows("things"), 2);
}

#[tokio::test]
async fn what_is_no_api_is_said_to_be_none() {
    let server = Server::start(|_| bytes("text/html", b"<!doctype html><title>Log in</title>")).await;
    let error = Desk::new(&server, THINGS).refused().await;
    assert!(error.contains("an HTML page instead of JSON") && error.contains("[source] url"), "{error}");
    let server = Server::start(|_| ok(json!({ "rows": 7 }))).await;
    let error = Desk::new(&server, THINGS).refused().await;
    assert!(error.contains("an object of rows instead of an array") && error.contains("things"), "{error}");
}
