//! `find_out`: what a source is like, and a spec that fits it then.

use chrono::Utc;
use deskferry_sandbox::{AdminEntry, WorkspaceFile};
use serde_json::{Value, json};

use super::support::{Call, Desk, PAGED, Said, Server, numbered, ok, page, said};
use crate::{Findings, Settings, Spec, find_out};

const SPEC: &str = "name = \"acme\"\ntitle = \"Acme\"\nreaders = [\"rest\"]\n[rest]\nurl = \"{url}\"\nrefused_paths = [\"/delete\"]\n\
    [rest.paging]\nkind = \"page\"\nnumber = \"page\"\nsize = \"size\"\nsize_max = 50\n\n\
    # Tickets, as far as we know.\n[[table]]\nname = \"tickets\"\nkey = \"id\"\npath = [\"/v1/tickets\", \"/v1/cases\"]\nrows = [\"data\"]\ntotal = \"count\"\n\
    updated_at = \"updatedDate\"\nsince = \"FromUpdatedDate\"\ndetail = { path = \"/v1/cases/{id}\" }\n[table.columns]\nid = \"int\"\nupdatedDate = \"timestamp\"   # when\nsubject = \"text\"\ncontent = \"text\"\nnothing = \"text\"\n\n\
    [[table]]\nname = \"logs\"\nkey = \"id\"\nparent = { table = \"tickets\", column = \"ticket_id\", key = \"id\" }\npath = [\"/v1/logs\", \"/v1/tickets/logs\"]\nquery = { TicketId = \"{parent.id}\" }\nrows = [\"items\"]\n\
    [table.columns]\nid = \"int\"\nticket_id = \"int\"\nuserId = \"int\"\n\n\
    [[table]]\nname = \"tags\"\nkey = [\"ticket_id\", \"name\"]\nparent = { table = \"tickets\", column = \"ticket_id\", key = \"id\" }\ninside = \"tags\"\n[table.columns]\nticket_id = \"int\"\nname = \"text\"\n\n\
    [[table]]\nname = \"teams\"\nkey = \"id\"\npath = [\"/v1/teams\", \"/v1/groups\"]\naccess = \"optional\"\n[table.columns]\nid = \"int\"\n";

/// Everything is a little other than the spec says.
#[allow(clippy::disallowed_methods)]
fn answer(call: &Call) -> Said {
    let date = (Utc::now() + chrono::TimeDelta::hours(3)).format("%d.%m.%Y %H:%M:%S").to_string();
    match call.path.as_str() {
        "/v1/cases" => {
            let rows: Vec<Value> =
                (1..=60).map(|id| json!({ "Id": id, "updated_at": date, "title": "secret-title" })).collect();
            let size = call.number("size").clamp(1, 20);
            let from = call.number("page").saturating_sub(1) * size;
            let items: Vec<&Value> = rows.iter().skip(from).take(size).collect();
            ok(json!({ "result": { "items": items, "page": 1 }, "meta": { "totalItems": 60 } }))
                .with("x-ratelimit-remaining", "57")
        }
        path if path.starts_with("/v1/cases/") => {
            ok(json!({ "Id": path.rsplit('/').next(), "body": "b", "Tags": [{ "name": "vip" }] }))
        }
        "/v1/tickets/logs" => ok(
            json!({ "items": if call.param("TicketId") == "2" { json!([{ "id": 9, "author_id": 3 }]) } else { json!([]) } }),
        ),
        _ => said(404, json!({ "message": "no such route" })),
    }
}

async fn asked(server: &Server, text: &str) -> (Findings, Desk) {
    let mut desk = Desk::new(server, PAGED);
    desk.settings = Settings { url: server.url.clone(), ..Settings::default() };
    let found = find_out(&desk.context, "sources/acme.toml", text, &desk.settings, &[]).await.unwrap();
    (found, desk)
}

fn lines(found: &Findings) -> Vec<String> {
    let line = |f: &crate::Finding| {
        format!("{} {}: {} [{}]{}", f.table, f.what, f.found, f.was, if f.is_corrected { "*" } else { "" })
    };
    found.findings.iter().map(line).collect()
}

#[tokio::test]
async fn a_spec_that_is_wrong_in_many_ways_fits_afterwards() {
    let server = Server::start(answer).await;
    let (found, mut desk) = asked(&server, SPEC).await;
    let told = lines(&found);
    for wanted in [
        "tickets path: `/v1/cases` answers; not `/v1/tickets`: 404 no such route [`/v1/tickets`, `/v1/cases`]*",
        " rate: x-ratelimit-remaining: 57 []",
        "tickets rows: 20 rows are at `result.items` [data]*",
        "tickets total: the source counts 60 rows at `meta.totalItems` [count]*",
        "tickets column: `id`: rows have `Id` [id]*",
        "tickets column: `updatedDate`: rows have `updated_at` [updatedDate]*",
        "tickets column: `subject`: rows have `title` [subject]*",
        "tickets column: `content`: rows have `body` [content]*",
        "tickets column: `nothing` is in none of 21 rows []",
        "tickets dates: dates are written as `%d.%m.%Y %H:%M:%S%.f` []*",
        "tickets paging: the second page has 20 other rows []",
        "tickets size: 20 rows come where 50 are asked for [50]*",
        "tickets since: `FromUpdatedDate` does not filter: 20 rows since a time to come; without `since` --since-last goes by `updated_at` []",
        "logs path: `/v1/tickets/logs` answers; not `/v1/logs`: 404 no such route [`/v1/logs`, `/v1/tickets/logs`]*",
        "logs column: `userId`: rows have `author_id` [userId]*",
        "tags inside: the rows are at `Tags` [tags]*",
        "teams path: none answers: `/v1/teams`: 404 no such route; `/v1/groups`: 404 no such route []",
    ] {
        assert!(told.iter().any(|line| line == wanted), "{wanted} not in {told:#?}");
    }
    assert!(told.iter().any(|line| line.starts_with(" parameters: an unknown parameter is ignored")), "{told:#?}");
    assert!(server.calls().iter().all(|c| c.method == "GET") && server.calls().len() <= 20, "{}", server.calls().len());
    // What rows hold is in nothing that is told or written.
    assert!(!format!("{found:?}").contains("secret-title"));
    assert!(
        found.spec.contains("# Tickets, as far as we know.\n") && found.spec.contains("   # when\n"),
        "{}",
        found.spec
    );
    assert!(
        found.spec.contains("# probe: 20 rows come where 50 are asked for; was 50\nsize_max = 20\n"),
        "{}",
        found.spec
    );

    // The corrected spec reads it, and there is nothing left to correct.
    desk.spec = Spec::parse("sources/acme.toml", &found.spec).unwrap();
    desk.settings.timezone = Some("Europe/Istanbul".into());
    let manifest = desk.extract().await.unwrap();
    assert_eq!((manifest.rows("tickets"), manifest.rows("logs"), manifest.rows("tags")), (60, 1, 60));
    assert_eq!(desk.rows(&manifest, "logs", &["id", "ticket_id", "userId"]).await, ["9|2|3"]);
    assert_eq!(manifest.tables["tickets"].source_rows, Some(60));
    let (again, _) = asked(&server, &found.spec).await;
    let left: Vec<String> = lines(&again).into_iter().filter(|line| line.ends_with('*')).collect();
    assert_eq!(left, Vec::<String>::new());
    assert_eq!(again.spec, found.spec);
}

#[tokio::test]
async fn a_spec_that_fits_is_left_as_it_is_and_sizes_are_found_out() {
    let text = format!("name = \"acme\"\ntitle = \"Acme\"\nreaders = [\"rest\"]\n[rest]\nurl = \"{{url}}\"\n{PAGED}");
    let rows = numbered(35);
    let server = Server::start(move |call| match call.param("deskferry_probe") {
        "" => page(call, &rows, 20),
        _ => said(400, json!({ "message": "unknown parameter" })),
    })
    .await;
    let (found, _) = asked(&server, &text).await;
    assert!(!found.is_corrected() && found.spec == text, "{:#?}", lines(&found));
    let told = lines(&found);
    assert!(
        told.contains(&"things size: 20 asked for, 20 came: a larger size_max would take fewer calls []".to_owned()),
        "{told:#?}"
    );
    assert!(told.iter().any(|line| line.contains("is refused (400 unknown parameter)")), "{told:#?}");
    assert_eq!(found.calls, 4);

    // A size that is refused.
    let rows = numbered(35);
    let server =
        Server::start(
            move |call| if call.number("size") > 50 { said(400, json!("too many")) } else { page(call, &rows, 50) },
        )
        .await;
    let (found, _) = asked(&server, &text.replace("size_max = 10", "size_max = 200")).await;
    assert!(
        found.spec.contains("# probe: 200 rows a page are refused, 50 are not; was 200\nsize_max = 50\n"),
        "{}",
        found.spec
    );
}

#[tokio::test]
async fn an_intercom_workspace_is_as_its_spec_says() {
    let sandbox = deskferry_sandbox::serve(deskferry_sandbox::Settings {
        workspace: WorkspaceFile {
            admins: vec![AdminEntry { id: Some(1), name: "A".into(), email: "a@desk.example".into() }],
            ..WorkspaceFile::default()
        },
        search_delay: std::time::Duration::ZERO,
        ..deskferry_sandbox::Settings::default()
    })
    .await
    .unwrap();
    let url = format!("http://{}", sandbox.addr());
    let http = reqwest::Client::new();
    let post = async |path: &str, body: Value| {
        let reply =
            http.post(format!("{url}{path}")).bearer_auth("t").header("Intercom-Version", "2.16").json(&body).send();
        reply.await.unwrap().error_for_status().unwrap().json::<Value>().await.unwrap()
    };
    for id in ["a", "b"] {
        let contact =
            post("/contacts", json!({ "external_id": id, "email": format!("{id}@desk.example"), "name": id })).await;
        post("/conversations", json!({ "from": { "type": "user", "id": contact["id"] }, "body": "hello" })).await;
    }
    let text = Spec::built_in("intercom").unwrap();
    let desk = Desk::new(&Server::start(|_| ok(json!([]))).await, PAGED);
    let settings = Settings { url, values: [("token".to_owned(), "t".to_owned())].into(), ..Settings::default() };
    let found = find_out(&desk.context, "sources/intercom.toml", text, &settings, &[]).await.unwrap();
    let corrected: Vec<String> = lines(&found).into_iter().filter(|line| line.ends_with('*')).collect();
    assert_eq!(corrected, Vec::<String>::new());
    assert_eq!(found.spec, text);
    assert!(
        found.findings.iter().any(|f| f.table == "conversations" && f.found == "`query.value` filters"),
        "{:#?}",
        lines(&found)
    );
}

#[tokio::test]
async fn where_members_are_asked_for_one_whole_row_shows_what_others_there_are() {
    let row = json!({ "UUID": "call$1", "title": "t", "descriptionInRTF": "<p>", "accessKey": "canary" });
    let server = Server::start(move |call| {
        let known = ["UUID", "title", "descriptionInRTF"];
        let asked = call.param("attrs");
        match asked.split(',').find(|name| !asked.is_empty() && !known.contains(name)) {
            Some(unknown) => said(500, json!(format!("no attribute {unknown}"))),
            None if asked.is_empty() => ok(json!([row])),
            None => ok(json!([asked
                .split(',')
                .map(|name| (name.to_owned(), row[name].clone()))
                .collect::<serde_json::Map<_, _>>()])),
        }
    })
    .await;
    let text = "name = \"acme\"\ntitle = \"Acme\"\nreaders = [\"rest\"]\n[rest]\nurl = \"{url}\"\n[[table]]\nname = \"calls\"\nkey = \"UUID\"\npath = \"/find/call\"\n\
        columns_in = \"attrs\"\n[table.columns]\nUUID = \"text\"\ntitle = \"text\"\ndescriptionRTF = \"text\"\nmark = \"int\"\n";
    let (found, mut desk) = asked(&server, text).await;
    let told = lines(&found);
    for wanted in [
        "calls column: `mark`: the source does not know the member `mark` []",
        "calls column: `descriptionRTF`: rows have `descriptionInRTF` [descriptionRTF]*",
        "calls undeclared: accessKey, descriptionInRTF []",
    ] {
        assert!(told.iter().any(|line| line == wanted), "{wanted} not in {told:#?}");
    }
    assert!(!format!("{found:?}").contains("canary"));
    desk.spec = Spec::parse("sources/acme.toml", &found.spec).unwrap();
    let manifest = desk.extract().await.unwrap();
    assert_eq!(desk.rows(&manifest, "calls", &["UUID", "descriptionRTF", "mark"]).await, ["call$1|<p>|-"]);
}

/// A list whose pages have a parameter of the number (or of the rows before) and one of the size.
fn paged_by(place: &'static str, is_offset: bool, first: usize, size: &'static str) -> impl Fn(&Call) -> Said {
    let rows = numbered(35);
    move |call| {
        let asked = |name: &str| (!call.param(name).is_empty()).then(|| call.number(name));
        let size = asked(size).unwrap_or(8).clamp(1, 12);
        let at = asked(place).unwrap_or(first).saturating_sub(first);
        let from = if is_offset { at } else { at * size };
        let items: Vec<&Value> = rows.iter().skip(from).take(size).collect();
        ok(json!({ "items": items, "total": rows.len() }))
    }
}

#[tokio::test]
async fn parameters_of_pages_are_found_by_their_usual_names() {
    let own = PAGED.replace("[rest.paging]\n", "# How pages go.\n[rest.paging]\n");
    let text = format!("name = \"acme\"\ntitle = \"Acme\"\nreaders = [\"rest\"]\n[rest]\nurl = \"{{url}}\"\n\n{own}");
    let text = text
        .replace("\"page\"\nsize = \"size\"", "\"seite\"\nsize = \"menge\"")
        .replace("size_max = 10", "size_max = 50");
    for (place, is_offset, first, size, wanted) in [
        ("page", false, 1, "limit", "kind = \"page\"\nnumber = \"page\"\nsize = \"limit\"\nsize_max = 12\n"),
        (
            "pageNumber",
            false,
            0,
            "per_page",
            "kind = \"page\"\nnumber = \"pageNumber\"\nfirst = 0\nsize = \"per_page\"\nsize_max = 12\n",
        ),
        ("skip", true, 0, "top", "kind = \"offset\"\noffset = \"skip\"\nsize = \"top\"\nsize_max = 12\n"),
    ] {
        let server = Server::start(paged_by(place, is_offset, first, size)).await;
        let (found, mut desk) = asked(&server, &text).await;
        assert!(
            found.spec.contains(wanted) && found.spec.contains("\n# How pages go.\n# probe: pages go by"),
            "{}",
            found.spec
        );
        assert!(found.calls < 40, "{}", found.calls);
        desk.spec = Spec::parse("sources/acme.toml", &found.spec).unwrap();
        let manifest = desk.extract().await.unwrap();
        assert_eq!((manifest.rows("things"), manifest.incomplete().count()), (35, 0));
        let (again, _) = asked(&server, &found.spec).await;
        assert_eq!(again.spec, found.spec);
    }
    // Of a list without pages nothing is made up.
    let rows = numbered(5);
    let server = Server::start(move |_| ok(json!({ "items": rows, "total": 5 }))).await;
    let (found, _) = asked(&server, &text).await;
    assert_eq!(found.spec, text);
}
