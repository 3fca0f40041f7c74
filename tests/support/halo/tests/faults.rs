//! What is refused, and what goes wrong when it is told to.

use std::time::Duration;

use serde_json::json;

use super::super::desk::{people, story, ticket::Part};
use super::super::{Rate, Switches, changes};
use super::start;

#[test]
fn tokens_end_and_are_not_given_to_just_anybody() {
    let (halo, reader) = start(Switches { token_seconds: 1, ..Switches::default() });
    assert_eq!(reader.get("/Team").0, 200);
    std::thread::sleep(Duration::from_millis(1100));
    assert_eq!(reader.get("/Team"), (401, json!("")));
    assert_eq!(reader.log_in(&halo, "tenant=acme", "read:users").1["error"], "invalid_scope");
    let (status, page) = reader.log_in(&halo, "tenant=other", "all");
    assert!(status == 500 && page.as_str().unwrap().starts_with("<!DOCTYPE html>"));
    let (_, info) = reader.get("/authinfo");
    assert_eq!((info["auth_url"].as_str(), &info["tenant_id"]), (Some(halo.auth_url.as_str()), &json!("acme")));
}

#[test]
fn a_name_and_a_password_log_in_as_well() {
    let (halo, reader) = start(Switches::default());
    let ask = |content_type: &'static str, password: &str| {
        let form =
            format!("grant_type=password&client_id=deskferry-app&username=migration&password={password}&scope=all");
        let url = format!("{}/token?tenant=acme", halo.auth_url);
        reader.send(|client| client.post(url).header("content-type", content_type).body(form))
    };
    let form = "application/x-www-form-urlencoded";
    assert_eq!(
        (ask(form, "login-secret-5150").0, ask(form, "wrong").1["error"].clone()),
        (200, json!("invalid_grant"))
    );
    assert_eq!(ask("application/json", "login-secret-5150").0, 400, "a form and nothing else");
}

#[test]
fn a_scope_that_is_missing_and_a_right_that_is_missing_are_403() {
    let (halo, mut reader) = start(Switches { forbidden: vec!["ticketrules".into()], ..Switches::default() });
    assert_eq!(reader.get("/TicketRules").0, 403);
    reader.token = reader.log_in(&halo, "tenant=acme", "read:tickets").1["access_token"].as_str().unwrap().to_owned();
    assert_eq!((reader.get("/Tickets").0, reader.get("/Client").0, reader.get("/Agent").0), (200, 403, 200));
}

#[test]
fn a_revoked_token_is_of_no_use_a_new_one_is() {
    let (halo, mut reader) = start(Switches { revoke_after: Some(2), ..Switches::default() });
    assert_eq!([(); 4].map(|()| reader.get("/Team").0), [200, 200, 401, 401]);
    reader.token = reader.log_in(&halo, "tenant=acme", "all").1["access_token"].as_str().unwrap().to_owned();
    assert_eq!(reader.get("/Team").0, 200);
}

#[test]
fn too_many_calls_are_refused_until_the_window_has_rolled_on() {
    let rate = Rate { calls: 3, ..Rate::hosted(600) };
    let (halo, reader) = start(Switches { rate: Some(rate), ..Switches::default() });
    let statuses = [(); 4].map(|()| reader.get("/Team").0);
    assert_eq!(statuses, [200, 200, 200, 429]);
    std::thread::sleep(rate.window());
    assert_eq!(reader.get("/Team").0, 200);
    assert_eq!(halo.stats().refused, 1);
}

#[test]
fn writes_are_refused_and_counted() {
    let (halo, reader) = start(Switches::default());
    let (status, _) =
        reader.send(|client| client.post(format!("{}/Tickets", halo.url)).bearer_auth(&reader.token).body("[{}]"));
    assert_eq!((status, halo.stats().writes), (400, 1));
}

#[test]
fn gateways_fail_replies_break_off_and_pages_come_instead_of_json() {
    let (halo, reader) = start(Switches { unavailable: 400, ..Switches::default() });
    let statuses: Vec<u16> = (0..40).map(|_| reader.get("/Team").0).collect();
    let failed = statuses.iter().filter(|status| [502, 503].contains(*status)).count();
    assert!((5..30).contains(&failed) && statuses.contains(&200), "{statuses:?}");
    halo.switch(|switches| (switches.unavailable, switches.cut) = (0, 1000));
    assert!(reader.try_get("/Team").is_err());
    halo.switch(|switches| (switches.cut, switches.html_at) = (0, Some(halo.stats().api_calls + 1)));
    let (status, page) = reader.get("/Team");
    assert!(status == 200 && page.as_str().is_some_and(|page| page.starts_with("<!DOCTYPE html>")));
    assert!(reader.get("/Team").1.is_array());
}

#[test]
fn a_restricted_agent_sees_short_lists_and_404() {
    let (halo, reader) = start(Switches { only_teams: Some(vec![14]), ..Switches::default() });
    let (_, list) = reader.get("/Tickets?pageinate=true&open_only=true");
    let of_team = halo.desk().briefs().iter().filter(|b| b.team == Some(14) && !b.closed && !b.deleted).count();
    assert_eq!(list["record_count"], json!(of_team));
    let (status, text) = reader.get(&format!("/Tickets/{}", story::EVERY_ACTION));
    assert_eq!((status, text), (404, json!("Ticket not found, or you do not have access")));
}

#[test]
fn the_desk_changes_between_pages() {
    let (halo, reader) = start(Switches { change_after_page: Some(1), ..Switches::default() });
    let page = |number: i64| {
        let path = format!("/Tickets?pageinate=true&page_size=100&page_no={number}&order=id&open_only=true");
        reader.rows(&path, "tickets").iter().map(|row| row["id"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    let first = page(1);
    assert!(first.contains(&story::PURGED_WHILE_LISTING) && first.contains(&story::CLOSED_WHILE_LISTING));
    let skipped = halo.desk().briefs().iter().filter(|b| !b.closed && !b.deleted).map(|b| b.id).nth(99).unwrap();
    assert!(!page(2).contains(&skipped) && page(1).contains(&skipped), "rows moved up by as many as left");
    assert_eq!(reader.get(&format!("/Tickets/{}", story::PURGED_WHILE_LISTING)).0, 404);
    let since = "lastupdatefromdate=2026-08-01T06:30:00.000Z";
    let (_, changed) = reader.get(&format!("/Tickets?pageinate=true&includeclosed=1&{since}"));
    assert_eq!(changed["record_count"], json!(3), "written to, closed, opened again: {changed}");
}

#[test]
fn what_is_written_later_is_part_of_the_truth() {
    let (halo, reader) = start(Switches::default());
    changes::open(halo.desk(), 20_000, story::EVERY_FIELD);
    changes::delete(halo.desk(), story::TAGGED);
    halo.desk().users.change(|users| users.retain(|user| user.id != people::BLANK_USER));
    let since = "/Tickets?pageinate=true&includeclosed=1&lastupdatefromdate=2026-08-01";
    assert_eq!(reader.rows(since, "tickets").iter().map(|row| &row["id"]).collect::<Vec<_>>(), [&json!(20_000)]);
    assert_eq!(reader.get(&format!("{since}&deleted=true")).1["record_count"], json!(1));
    assert_eq!(reader.get(&format!("/Users/{}", people::BLANK_USER)).0, 404);
    changes::write_again(halo.desk(), story::REOPENED);
    let ticket = halo.desk().ticket(story::REOPENED).unwrap();
    let last = halo.desk().thread(&ticket).pop().unwrap();
    assert_eq!((last.id, last.part), (7, Part::Reply));
    let rows = reader.rows(&format!("/Actions?ticket_id={}", story::REOPENED), "actions");
    assert!(rows[0]["note"].as_str().unwrap().contains(&last.body.marker));
}
