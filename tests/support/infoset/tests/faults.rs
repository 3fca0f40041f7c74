//! What is refused, and what goes wrong when it is told to.

use std::collections::BTreeMap;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::super::desk::call::{MISSED, OMNI_CALL, RECORDING_GONE};
use super::super::desk::{room, story};
use super::super::{Me, Rate, Switches, TokenReply, changes};
use super::start;

#[test]
fn a_token_comes_bare_or_in_an_object_names_the_user_and_ends() {
    let switches = Switches { token_reply: TokenReply::Bare, token_claim: "UserId", ..Switches::default() };
    let (infoset, mut reader) = start(Switches { token_seconds: 1, ..switches.clone() });
    let (email, password) = switches.login;
    let (_, bare) = reader.log_in(&email, &password);
    let token = bare.as_str().unwrap().to_owned();
    let claims: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap()).unwrap();
    assert!(claims["UserId"] == "5001" && claims["exp"].is_i64(), "{claims}");
    reader.login = ("Authorization", format!("Bearer {token}"));
    assert_eq!(reader.status("tickets"), 200);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(reader.status("tickets"), 401);
    infoset.switch(|switches| switches.token_reply = TokenReply::Object);
    assert!(reader.log_in(&email, &password).1["token"].is_string());
    assert_eq!(reader.log_in(&email, "wrong").0, 401);
    reader.login = ("X-API-Key", "another".into());
    assert_eq!(reader.status("tickets"), 401);
    assert_eq!(infoset.stats().tokens, 2);
}

#[test]
fn a_key_may_have_no_user() {
    let (infoset, reader) = start(Switches { me: Me::Under("Id"), ..Switches::default() });
    assert_eq!(reader.get("users/me").1["Id"], 5001);
    infoset.switch(|switches| switches.me = Me::Forbidden);
    assert_eq!(reader.status("users/me"), 403);
}

#[test]
fn what_is_left_is_told_and_what_is_too_much_refused() {
    let rate = Rate { retry_after: true, ..Rate::a_minute(3, 100) };
    let (infoset, reader) = start(Switches { rate: Some(rate), ..Switches::default() });
    let left = || {
        let (status, headers, _) = reader.answer("teams");
        let header = |name: &str| headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        (status, header("x-ratelimit-remaining").unwrap(), header("retry-after"))
    };
    let told = [(); 4].map(|()| left());
    assert_eq!(told.each_ref().map(|(status, ..)| *status), [200, 200, 200, 429]);
    assert_eq!(told.each_ref().map(|(_, left, _)| left.as_str()), ["2", "1", "0", "0"]);
    assert_eq!((told[0].2.as_deref(), told[3].2.as_deref()), (None, Some("1")));
    std::thread::sleep(rate.window());
    infoset.switch(|switches| switches.rate = Some(Rate::a_minute(1, 100)));
    assert_eq!(left().0, 200);
    assert_eq!((left().2, infoset.stats().refused), (None, 2));
}

#[test]
fn calls_fail_now_and_then() {
    let (infoset, reader) = start(Switches { unavailable: 300, ..Switches::default() });
    let statuses: Vec<u16> = (0..40).map(|_| reader.status("teams")).collect();
    assert!(statuses.contains(&500) && statuses.contains(&200), "{statuses:?}");
    infoset.switch(|switches| {
        (switches.unavailable, switches.hangs, switches.hang) = (0, 1000, Duration::from_millis(200));
    });
    let began = std::time::Instant::now();
    assert!(reader.status("teams") == 200 && began.elapsed() >= Duration::from_millis(200));
    infoset.switch(|switches| (switches.hangs, switches.cut) = (0, 1000));
    let request = reader.client.get(format!("{}/teams", reader.url)).header(reader.login.0, &reader.login.1);
    let broken = reader.runtime.block_on(async { request.send().await?.text().await });
    assert!(broken.is_err());
}

#[test]
fn a_route_can_be_missing_forbidden_or_not_paid_for() {
    let refused = BTreeMap::from([("calls".to_owned(), 402), ("rooms".to_owned(), 404), ("teams".to_owned(), 403)]);
    let (_infoset, reader) = start(Switches { refused, ..Switches::default() });
    assert_eq!(["calls", "rooms", "teams", "users"].map(|route| reader.status(route)), [402, 404, 403, 200]);
}

#[test]
fn nothing_is_written() {
    let (infoset, reader) = start(Switches::default());
    for path in ["tickets", "tickets/8800001", "deals/logs", "nowhere"] {
        let url = format!("{}/{path}", reader.url);
        let (status, ..) = reader.send(|client| client.put(url).header(reader.login.0, &reader.login.1).body("{}"));
        assert_eq!(status, 403, "{path}");
    }
    assert_eq!(infoset.stats().writes, 4);
}

#[test]
fn links_end_and_want_no_key() {
    let (infoset, reader) = start(Switches { link_life: Duration::from_millis(300), ..Switches::default() });
    let calls = reader.all("calls");
    let link = |id: i64| calls.iter().find(|row| row["id"] == id).unwrap()["recordingUrl"].as_str().map(String::from);
    let recorded = link(OMNI_CALL).unwrap();
    assert!(recorded.starts_with(&infoset.files_url));
    let get = |url: &str| reader.send(|client| client.get(url)).0;
    assert_eq!((get(&recorded), get(&link(RECORDING_GONE).unwrap()), link(MISSED)), (200, 404, None));
    assert_eq!(reader.send(|client| client.get(&recorded).header("X-API-Key", "k")).0, 400);
    std::thread::sleep(Duration::from_millis(350));
    assert_eq!(get(&recorded), 403);
    assert_eq!((infoset.stats().logins_leaked, infoset.stats().expired_links), (1, 1));
    let (_, file) = reader.get(&format!("files/{}", story::FILES * 100 + 4));
    assert_eq!(get(file["url"].as_str().unwrap()), 200);
    let (_, ticket) = reader.get(&format!("tickets/{}", story::INLINE_IMAGES));
    let images: Vec<u16> = ticket["content"]
        .as_str()
        .unwrap()
        .split("src=\"")
        .skip(1)
        .map(|rest| get(rest.split('"').next().unwrap()))
        .collect();
    assert_eq!(images, [200, 404]);
}

#[test]
fn old_rooms_go_and_are_still_named() {
    let (infoset, reader) = start(Switches { retention_days: Some(90), ..Switches::default() });
    let oldest = &reader.rows("rooms?sortCol=createdDate&sortDir=asc&ItemsPerPage=1")[0];
    assert_eq!(reader.status(&format!("rooms/{}", room::OLD_ROOM)), 404);
    assert_eq!(reader.status(&format!("rooms/{}/messages", room::GOING_ROOM)), 200);
    let first = infoset.desk().rooms.all().into_iter().min_by_key(|room| room.created).unwrap();
    assert!(oldest["roomId"] == first.id && first.created >= infoset.desk().size.now - chrono::Duration::days(90));
    let named = reader.rows(&format!("tickets/logs?TicketId={}", story::OF_OLD_CHAT));
    assert!(named.iter().any(|row| row["roomId"] == json!(room::OLD_ROOM)));
    let ticket = infoset.desk().ticket(story::OF_OLD_CHAT).unwrap();
    assert_eq!(infoset.desk().purged_rooms(&ticket), [room::OLD_ROOM]);
}

#[test]
fn the_desk_changes_while_it_is_read() {
    let (infoset, reader) = start(Switches { change_after_page: Some(1), ..Switches::default() });
    let before = infoset.desk().ticket(story::CHANGED_WHILE_LISTING).unwrap().updated;
    assert_eq!(reader.rows("tickets").len(), 15);
    let after = infoset.desk().ticket(story::CHANGED_WHILE_LISTING).unwrap().updated;
    assert!(after > before && infoset.desk().ticket(story::DELETED_WHILE_LISTING).is_none());
    changes::open(infoset.desk(), 8_899_001, story::OMNI);
    changes::close(infoset.desk(), 8_899_001);
    let (_, opened) = reader.get("tickets/8899001");
    assert!(opened["status"] == 4 && opened["content"].as_str().unwrap().contains("L8899001n1z"), "{opened}");
    assert_eq!(reader.rows("tickets/logs?TicketId=8899001").len(), 1);
}
