//! What was in Intercom before us: it is not taken for ours, whatever a dead load has left open, and is there after a rollback.

use axum::extract::{DefaultBodyLimit, Request};
use axum::response::IntoResponse as _;
use serde_json::json;

use super::*;
use crate::{Filter, load, rollback};

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_made_between_two_loads_is_not_taken_for_ours_after_a_crash() {
    for role in ["user", "lead"] {
        let (_sandbox, url) = sandbox("", None).await;
        let context = context();
        let mut tables = desk(&context).await;
        tables["contacts"][3]["role"] = json!(role);
        let manifest = publish(&context, &tables).await;
        let first = Filter { stop_after: Some("companies".into()), ..Filter::default() };
        load(&context, &settings(&url), &manifest, &first).await.unwrap();
        let theirs = json!({ "role": role, "external_id": "h:4", "name": "Theirs" });
        let id = send(&url, "POST", "/contacts", theirs).await["id"].as_str().unwrap().to_owned();
        // Half an hour later a load dies with its first contact.
        let (proxy_url, dead) = proxy(&url, 1, Death::Before).await;
        let (dying, everything) = (later(&context, 30), manifest.clone());
        die(async move { load(&dying, &settings(&proxy_url), &everything, &Filter::default()).await }, dead).await;
        let summary = load(&later(&context, 31), &settings(&url), &manifest, &Filter::default()).await.unwrap();
        assert_eq!(summary.tables.iter().map(|(_, c)| c.rejected + c.unknown).sum::<u64>(), 0, "{summary:#?}");
        let found = read(&url, &format!("/contacts/{id}")).await;
        assert_eq!(found["name"], "Contact 4", "{role}");
        clean(&rollback(&later(&context, 32), &settings(&url), &all()).await.unwrap());
        let found = read(&url, &format!("/contacts/{id}")).await;
        assert_eq!(found["name"], "Theirs", "{role}: {found}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_contact_had_before_us_is_not_taken_off_when_its_row_no_longer_has_it() {
    let (_sandbox, url, context, _, archived, _) = scene("").await;
    let contacts = read(&url, "/contacts").await;
    let one = contacts["data"].as_array().unwrap().iter().find(|c| c["external_id"] == "crm:1").unwrap()["id"].clone();
    let company = read(&url, "/companies?company_id=co-1").await;
    let company = company["data"].get(0).unwrap_or(&company)["id"].clone();
    send(&url, "POST", &format!("/contacts/{}/companies", one.as_str().unwrap()), json!({ "id": company })).await;
    // The archived one has a tag, too.
    let path = format!("/contacts/{archived}");
    let vip = read(&url, "/tags").await["data"].as_array().unwrap().iter().find(|t| t["name"] == "VIP").unwrap()["id"]
        .clone();
    send(&url, "POST", &format!("{path}/unarchive"), json!(null)).await;
    send(&url, "POST", &format!("{path}/tags"), json!({ "id": vip })).await;
    send(&url, "POST", &format!("{path}/archive"), json!(null)).await;
    let before = picture(&url, &archived).await;

    // Rows 1 and 2 have the tag `vip`, row 1 the tag `Billing` and two companies.
    let mut tables = tables(&context).await;
    let manifest = publish(&context, &tables).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    for contact in 0..2 {
        tables["contacts"][contact]["tag_keys"] = json!(null);
        tables["contacts"][contact]["company_keys"] = json!(null);
    }
    let fewer = publish(&again(&context), &tables).await;
    let planned = crate::plan(&again(&context), &settings(&url), &fewer, &Filter::default()).await.unwrap();
    let second = load(&again(&context), &settings(&url), &fewer, &Filter::default()).await.unwrap();
    assert_eq!(planned.calls, second.calls);
    assert_eq!(second.calls.get("DELETE /contacts/{id}/tags/{id}"), Some(&1), "{:?}", second.calls);
    assert_eq!(second.calls.get("DELETE /contacts/{id}/companies/{id}"), Some(&1), "{:?}", second.calls);
    for path in [path, format!("/contacts/{}", one.as_str().unwrap())] {
        let tags = read(&url, &path).await["tags"]["data"].clone();
        assert!(tags.as_array().unwrap().iter().any(|tag| tag["id"] == vip), "{tags}");
    }
    let third = load(&again(&context), &settings(&url), &fewer, &Filter::default()).await.unwrap();
    assert_eq!((third.writes(), third.tables.iter().map(|(_, c)| c.drift).sum::<u64>()), (0, 0), "{third:#?}");
    // Wanted again, it is there.
    let manifest = publish(&again(&context), &self::tables(&context).await).await;
    load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    clean(&rollback(&again(&context), &settings(&url), &all()).await.unwrap());
    assert_same(&picture(&url, &archived).await, &before);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rows_of_one_address_share_is_told_as_drift_and_not_taken_off() {
    let (_sandbox, url) = sandbox("", None).await;
    let context = context();
    let mut tables = desk(&context).await;
    tables["contacts"][3]["email"] = json!("c2@mail.example");
    tables["contacts"][3]["tag_keys"] = json!(["h:tag:1"]);
    // The one who opened the second thread, and the first once more.
    tables["conversations"][1]["participant_keys"] = json!(["h:contact:4"]);
    tables["conversations"][0]["participant_keys"] = json!(["h:contact:2", "h:contact:3"]);
    let manifest = publish(&context, &tables).await;
    load(&context, &settings(&url), &manifest, &Filter::default()).await.unwrap();
    // The first of two who take part in one thread, and the one who does in another; the second row's name, and a tag of the first
    // that both have.
    tables["conversations"][0]["participant_keys"] = json!(["h:contact:3"]);
    tables["conversations"][1]["participant_keys"] = json!(null);
    tables["contacts"][3]["name"] = json!("Another name");
    tables["contacts"][1]["tag_keys"] = json!(null);
    let manifest = publish(&again(&context), &tables).await;
    let second = load(&again(&context), &settings(&url), &manifest, &Filter::default()).await.unwrap();
    assert_eq!((second.writes(), second.tables.iter().map(|(_, c)| c.drift).sum::<u64>()), (0, 3), "{second:#?}");
    let contacts = contents(&url).await;
    let shared = contacts.iter().find(|line| line.starts_with("contact ") && line.contains("c2@mail.example")).unwrap();
    assert!(shared.contains("Contact 2") && shared.contains("\"is\":\"vip\""), "{shared}");
    clean(&rollback(&again(&context), &settings(&url), &all()).await.unwrap());
    assert_eq!(loaded_rows(&url).await, "");
}

/// Passes everything on but reads of a company by its own id, which it may not do.
async fn without_right_to_read_companies(target: &str) -> String {
    let (target, http) = (target.to_owned(), reqwest::Client::new());
    let forward = move |request: Request| {
        let (target, http) = (target.clone(), http.clone());
        async move {
            let (parts, body) = request.into_parts();
            if parts.method == "GET" && parts.uri.path().starts_with("/companies") {
                return (reqwest::StatusCode::FORBIDDEN, "{}").into_response();
            }
            let body = axum::body::to_bytes(body, 64 << 20).await.unwrap();
            let url = format!("{target}{}", parts.uri);
            let reply = http.request(parts.method, url).headers(parts.headers).body(body).send().await.unwrap();
            (reply.status(), reply.bytes().await.unwrap()).into_response()
        }
    };
    let app = axum::Router::new().fallback(forward).layer(DefaultBodyLimit::disable());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    url
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_may_not_be_read_before_it_is_written_is_loaded_and_left_by_a_rollback() {
    let (_sandbox, url, context, manifest, _, _) = scene("").await;
    let limited = without_right_to_read_companies(&url).await;
    let summary = load(&context, &settings(&limited), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(summary.tables.iter().map(|(_, c)| c.rejected + c.unknown).sum::<u64>(), 0, "{summary:#?}");
    let mut tables = tables(&context).await;
    tables["companies"][0]["name"] = json!("Newer Acme");
    let manifest = publish(&again(&context), &tables).await;
    let second = load(&again(&context), &settings(&limited), &manifest, &Filter::default()).await.unwrap();
    assert_eq!(second.calls.get("POST /companies"), Some(&1), "{:?}", second.calls);
    let stays = |summary: &RollbackSummary| -> Vec<String> {
        let rows = summary.stays.iter().filter(|one| one.step == "create");
        rows.map(|one| format!("{} {} {}", one.table, one.key, one.code.as_deref().unwrap_or_default())).collect()
    };
    let filter = RollbackFilter { run: Some(second.run.as_str().to_owned()), ..all() };
    let undone = rollback(&again(&context), &settings(&url), &filter).await.unwrap();
    assert_eq!(stays(&undone), ["companies h:co:1 changed"]);
    let undone = rollback(&again(&context), &settings(&url), &all()).await.unwrap();
    let mut told = stays(&undone);
    told.sort();
    assert_eq!(told, ["companies h:co:1 unsure", "companies h:co:2 unsure"], "whose it was is not known");
    let found = read(&url, "/companies?company_id=co-1").await;
    assert!(found.to_string().contains("Newer Acme"), "{found}");
}
