//! That the stand-in does what it is told to: each of its traps, once.

mod faults;
mod lists;
mod truth;

use std::time::Duration;

use serde_json::{Value, json};

use super::desk::{people, story};
use super::{Halo, Switches};

/// A reader without any sense.
struct Reader {
    runtime: tokio::runtime::Runtime,
    client: reqwest::Client,
    token: String,
    url: String,
}

impl Reader {
    fn of(halo: &Halo) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let client = reqwest::Client::builder().tls_built_in_root_certs(false).build().unwrap();
        let mut reader = Self { runtime, client, token: String::new(), url: halo.url.clone() };
        reader.token = reader.log_in(halo, "tenant=acme", "all").1["access_token"].as_str().unwrap().to_owned();
        reader
    }

    fn log_in(&self, halo: &Halo, query: &str, scope: &str) -> (u16, Value) {
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", "deskferry-app"),
            ("client_secret", "app-secret-5150"),
            ("scope", scope),
        ];
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.send(|client| {
            client
                .post(format!("{}/token?{query}", halo.auth_url))
                .header("content-type", "application/x-www-form-urlencoded")
                .body(body)
        })
    }

    fn send(&self, request: impl FnOnce(reqwest::Client) -> reqwest::RequestBuilder) -> (u16, Value) {
        self.runtime.block_on(async {
            let reply = request(self.client.clone()).send().await.unwrap();
            let status = reply.status().as_u16();
            let text = reply.text().await.unwrap();
            (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
        })
    }

    fn get(&self, path: &str) -> (u16, Value) {
        self.send(|client| client.get(format!("{}{path}", self.url)).bearer_auth(&self.token))
    }

    fn try_get(&self, path: &str) -> Result<String, reqwest::Error> {
        self.runtime.block_on(async {
            let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
            request.send().await?.text().await
        })
    }

    fn rows(&self, path: &str, key: &str) -> Vec<Value> {
        let (status, mut body) = self.get(path);
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_value(body[key].take()).unwrap()
    }
}

fn start(switches: Switches) -> (Halo, Reader) {
    let halo = Halo::start(switches);
    let reader = Reader::of(&halo);
    (halo, reader)
}

#[test]
fn pages_are_cut_at_100_and_without_pageinate_there_are_none() {
    let (halo, reader) = start(Switches::default());
    let (_, body) = reader.get("/tickets?pageinate=true&page_size=1000&page_no=1&order=id&open_only=true");
    assert_eq!(body["tickets"].as_array().unwrap().len(), 100);
    let open = halo.desk().briefs().iter().filter(|brief| !brief.closed && !brief.deleted).count();
    assert_eq!(body["record_count"], json!(open));
    assert_eq!(reader.rows("/Tickets?page_size=100&page_no=2", "tickets").len(), 50);
    assert_eq!(reader.rows("/Tickets?pageinate=true&page_size=100&page_no=99", "tickets").len(), 0);
    let (_, all) = reader.get("/FieldInfo?pageinate=true&page_size=10&page_no=2");
    assert_eq!(all.as_array().unwrap().len(), halo.desk().fields.len(), "bare arrays know no pages");
}

#[test]
fn past_the_end_the_last_page_is_repeated_if_told_so() {
    let (_halo, reader) = start(Switches { repeats_last_page: true, ..Switches::default() });
    let page = |number: i64| reader.rows(&format!("/Client?pageinate=true&page_size=100&page_no={number}"), "clients");
    assert_eq!(page(2), page(3));
    assert!(!page(3).is_empty());
}

#[test]
fn two_passes_and_the_deleted_make_the_whole_desk() {
    let (halo, reader) = start(Switches::default());
    let mut ids = Vec::new();
    for pass in ["open_only", "closed_only", "deleted"] {
        for page in 1..=10 {
            let path =
                format!("/Tickets?pageinate=true&page_size=100&page_no={page}&order=id&orderdesc=false&{pass}=true");
            ids.extend(reader.rows(&path, "tickets").iter().map(|row| row["id"].as_i64().unwrap()));
        }
    }
    ids.sort_unstable();
    assert_eq!(ids, halo.desk().briefs().iter().map(|brief| brief.id).collect::<Vec<_>>());
}

#[test]
fn what_nobody_listens_to_filters_nothing_and_is_counted() {
    let (halo, reader) = start(Switches::default());
    let all = reader.get("/Tickets?pageinate=true").1["record_count"].clone();
    assert_eq!(reader.get("/Tickets?pageinate=true&tickettype_id=3").1["record_count"], all);
    assert_ne!(reader.get("/Tickets?pageinate=true&requesttype_id=3").1["record_count"], all);
    assert_eq!(halo.stats().ignored, [("tickets?tickettype_id".to_owned(), 1)].into());
}

#[test]
fn count_gives_the_newest_1000_and_then_the_total_lies() {
    let (_halo, reader) = start(Switches { tickets: 2000, bare_list_has_all: true, ..Switches::default() });
    let (_, body) = reader.get("/Tickets?count=5000");
    assert_eq!((body["tickets"].as_array().unwrap().len(), &body["record_count"]), (1000, &json!(1000)));
    assert_eq!(body["tickets"][0]["id"], json!(12_000));
    assert!(reader.get("/Tickets?pageinate=true").1["record_count"].as_i64().unwrap() > 2000);
}

#[test]
fn a_thread_is_asked_for_by_its_ticket_newest_first() {
    let (halo, reader) = start(Switches { long_thread: true, ..Switches::default() });
    assert_eq!(reader.get("/Actions").1, json!({"record_count": 0, "actions": []}));
    let actions = reader.rows("/Actions?ticket_id=1001&count=1000", "actions");
    let ticket = halo.desk().ticket(story::EVERY_ACTION).unwrap();
    let thread = halo.desk().thread(&ticket);
    assert!(thread.iter().rev().map(|action| json!(action.id)).eq(actions.iter().map(|row| row["id"].clone())));
    assert!(actions.iter().all(|row| row.get("note_html").is_none()));
    let (_, long) = reader.get(&format!("/Actions?ticket_id={}&includehtmlnote=true", story::LONG_THREAD));
    assert_eq!(long["record_count"], json!(story::LONG_THREAD_ACTIONS));
    assert_eq!(long["actions"].as_array().unwrap().len(), 50);
    assert!(long["actions"][0]["note_html"].is_string());
}

#[test]
fn links_end_and_want_no_login() {
    let (halo, reader) = start(Switches { link_life: Duration::from_millis(300), ..Switches::default() });
    let id = story::FILES * 10 + 3;
    let (_, told) = reader.get(&format!("/Attachment/{id}"));
    let link = told["link"].as_str().unwrap().to_owned();
    assert!(link.starts_with(&halo.files_url));
    let content = halo.desk().attachment(id).unwrap().content().unwrap();
    assert_eq!(reader.send(|client| client.get(&link)).1, json!(String::from_utf8(content).unwrap()));
    assert_eq!(reader.send(|client| client.get(&link).bearer_auth("x")).0, 400);
    std::thread::sleep(Duration::from_millis(350));
    assert_eq!(reader.send(|client| client.get(&link)).0, 403);
    assert_eq!((halo.stats().logins_leaked, halo.stats().expired_links), (1, 1));
    assert_eq!(reader.get(&format!("/Attachment/{}", story::FILES * 10)).0, 404);
}

#[test]
fn rows_of_lists_and_details_differ() {
    let (halo, reader) = start(Switches::default());
    let list = reader.rows("/Users?pageinate=true&page_size=100&client_id=12", "users");
    let (_, sam) = reader.get(&format!("/Users/{}?includedetails=true", people::SAM));
    let listed = list.iter().find(|row| row["id"] == sam["id"]).unwrap();
    assert!(listed.get("customfields").is_none() && sam["customfields"].as_array().unwrap().len() == 14);
    assert_eq!(sam["site_id"].to_string(), "121.0");
    assert!(!list.iter().any(|row| row["id"] == json!(people::INACTIVE_USER)), "active ones only");
    assert_eq!(reader.get(&format!("/Users/{}", people::MERGED_USER)).0, 404);
    assert!(halo.desk().user(people::GENERAL_USER).is_some_and(|user| user.general));
}

#[test]
fn a_big_desk_is_made_when_it_is_asked_for() {
    let (halo, reader) = start(Switches { tickets: 100_000, ..Switches::default() });
    let (_, page) = reader.get("/Tickets?pageinate=true&page_size=100&page_no=500&order=id&closed_only=true");
    let closed = halo.desk().briefs().iter().filter(|brief| brief.closed && !brief.deleted).count();
    assert_eq!(page["record_count"], json!(closed));
    let again = Halo::start(Switches { tickets: 100_000, ..Switches::default() });
    let id = page["tickets"][42]["id"].as_i64().unwrap();
    assert_eq!(again.desk().ticket(id).unwrap().body, halo.desk().ticket(id).unwrap().body, "the seed makes the desk");
}

#[test]
fn every_endpoint_has_its_envelope() {
    let (_halo, reader) = start(Switches::default());
    let keys = [
        ("Tickets", "tickets"),
        ("Opportunities", "tickets"),
        ("Projects", "tickets"),
        ("Client", "clients"),
        ("Site", "sites"),
        ("Users", "users"),
        ("Asset", "assets"),
        ("KBArticle", "articles"),
        ("ClientContract", "contracts"),
        ("Report", "reports"),
        ("TopLevel", "tree"),
        ("CRMNote", "actions"),
    ];
    for (endpoint, key) in keys {
        assert!(!reader.rows(&format!("/{endpoint}"), key).is_empty(), "{endpoint}");
    }
    let bare = "Agent Team FieldInfo Lookup?lookupid=2001 Status TicketType SLA Priority Category Outcome Tags FAQLists \
                CannedText TicketRules Workflow ApprovalProcess Webhook Notification Feedback TicketApproval AssetType \
                Organisation";
    for endpoint in bare.split_whitespace() {
        let (status, body) = reader.get(&format!("/{endpoint}"));
        assert!(status == 200 && body.as_array().is_some_and(|rows| !rows.is_empty()), "{endpoint}: {body}");
    }
    let (_halo, reader) = start(Switches { agents_in_results: true, without_totals: true, ..Switches::default() });
    assert_eq!(reader.rows("/Agent", "results").len(), 8, "without disabled, unassigned and API agents");
    assert!(reader.get("/Client").1.get("record_count").is_none());
}

#[test]
fn an_endpoint_that_ignores_pages_gives_the_same_rows_again() {
    let (_halo, reader) = start(Switches::default());
    let page = |number: i64| reader.get(&format!("/CRMNote?pageinate=true&page_size=10&page_no={number}")).1;
    assert_eq!(page(1), page(2));
}

#[test]
fn what_is_not_active_or_not_ours_has_to_be_asked_for() {
    let (halo, reader) = start(Switches::default());
    let count = |path: &str, key: &str| reader.get(path).1[key].as_i64().unwrap();
    let all = |path: &str| count(&format!("{path}?includeinactive=true&includeactive=true"), "record_count");
    for (path, total) in [
        ("/Client", halo.desk().clients.len()),
        ("/Site", halo.desk().sites.len()),
        ("/Users", halo.desk().users.len()),
        ("/KBArticle", halo.desk().articles.len()),
        ("/ClientContract", halo.desk().contracts.len()),
        ("/Asset", halo.desk().assets.len()),
    ] {
        assert_eq!(all(path), i64::try_from(total).unwrap(), "{path}");
        assert!(count(path, "record_count") < all(path), "{path}");
        assert_eq!(count(&format!("{path}?activeinactive=true,true"), "record_count"), all(path), "{path}");
    }
    let length = |path: &str| reader.get(path).1.as_array().unwrap().len();
    assert!(length("/Outcome") < length("/Outcome?showhidden=true"));
    assert!(length("/CannedText") < length("/CannedText?showall=true"));
    assert!(length("/Team") < length("/Team?showall=true"));
    let everyone = "/Agent?includeenabled=true&includedisabled=true&includeunassigned=true&includeapiagents=true";
    assert_eq!(length(everyone), halo.desk().agents.len());
}
