//! That the truth is what the wire tells, for a reader who knows how to read it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::super::Switches;
use super::super::desk::field::CANARY;
use super::super::desk::ticket::{Author, Kind, Part};
use super::super::desk::{people, story};
use super::start;

#[test]
fn a_thread_can_be_told_from_its_rows() {
    let (halo, reader) = start(Switches::default());
    for id in [story::EVERY_ACTION, story::MERGED_INTO, story::OF_NOBODY, 10_001, 10_002, 10_003] {
        let ticket = halo.desk().ticket(id).unwrap();
        let path = format!("/Actions?ticket_id={id}&count=10000&includehtmlnote=true&includeattachments=true");
        let mut rows = reader.rows(&path, "actions");
        rows.sort_by_key(|row| row["id"].as_i64());
        let mut thread = halo.desk().thread(&ticket);
        thread.sort_by_key(|action| action.id);
        assert_eq!(rows.len(), thread.len());
        for (row, action) in rows.iter().zip(&thread) {
            assert_eq!(row["hiddenfromuser"], json!(action.hidden), "{id}: {row}");
            assert_eq!(row["who_agentid"], json!(if let Author::Agent(agent) = action.author { agent } else { 0 }));
            assert_eq!(row["actionby_user_id"], json!(if let Author::User(user) = action.author { user } else { 0 }));
            let text = row["note_html"].as_str().unwrap_or_default();
            assert!(text.contains(&action.body.marker), "{id}: {row}");
            assert_eq!(action.part == Part::Event, text.is_empty(), "{id}: {row}");
        }
    }
}

#[test]
fn what_is_shown_of_the_stories() {
    let (halo, _) = start(Switches::default());
    let desk = halo.desk();
    let shown = |id: i64| desk.shown(&desk.ticket(id).unwrap());
    let public = |id: i64| shown(id).iter().filter(|message| message.public).count();
    assert_eq!((shown(story::EVERY_ACTION).len(), public(story::EVERY_ACTION)), (10, 8));
    assert_eq!((shown(story::MERGED).len(), shown(story::DELETED).len()), (0, 0));
    assert_eq!(shown(story::MERGED_INTO).len(), 8, "its own four and the other's four");
    assert_eq!((shown(story::NOTES_ONLY).len(), public(story::NOTES_ONLY)), (4, 1));
    assert_eq!(shown(story::NO_OPENING).len(), 4);
    let order: Vec<i64> = shown(story::OUT_OF_ORDER).iter().map(|message| message.action).collect();
    assert_eq!(order, [0, 4, 2, 3]);
    let author = |id: i64| shown(id)[0].author.clone();
    let outsider = |name: &str, address: &str| Author::Outsider(name.into(), address.into());
    assert_eq!(author(story::OF_MERGED_USER), outsider("Samuel Carter", "samuel@acme.example"));
    assert_eq!(author(story::OF_GENERAL_USER), outsider("", "walk.in@acme.example"));
    assert_eq!(author(story::OF_AGENT_AS_USER), Author::User(people::AGENT_AS_USER));
    assert_eq!(desk.ticket(story::GOLD_PRIORITY).unwrap().priority_name(), Some("This week"));
    let team = |id: i64| desk.ticket(id).unwrap().team_of_today(desk);
    assert_eq!((team(story::OF_RENAMED_TEAM), team(story::OF_AMBIGUOUS_TEAM)), (Some("Customer Care".into()), None));
}

#[test]
fn markers_are_in_one_text_only() {
    let (halo, _) = start(Switches::default());
    let desk = halo.desk();
    let mut seen = BTreeSet::new();
    for brief in desk.briefs() {
        for message in desk.shown(&desk.ticket(brief.id).unwrap()) {
            assert!(message.marker.is_empty() || seen.insert(message.marker.clone()), "{}", message.marker);
        }
    }
    assert!(seen.len() > 1000, "{}", seen.len());
}

#[test]
fn the_counts_are_of_what_is_served() {
    let (halo, reader) = start(Switches::default());
    let counts = halo.desk().counts();
    let total = |path: &str| reader.get(path).1["record_count"].as_u64().unwrap() as usize;
    assert_eq!(counts.open, total("/Tickets?open_only=true"));
    assert_eq!(counts.closed, total("/Tickets?closed_only=true"));
    assert_eq!(counts.deleted, total("/Tickets?deleted=true"));
    assert_eq!(counts.tickets[&Kind::Opportunity], total("/Opportunities"));
    assert_eq!(counts.ratings, reader.get("/Feedback").1.as_array().unwrap().len());
    assert_eq!(counts.tickets.values().sum::<usize>(), counts.open + counts.closed);
    let mut served: BTreeMap<&str, usize> = BTreeMap::new();
    for brief in halo.desk().briefs().iter().filter(|brief| !brief.deleted) {
        *served.entry("actions").or_default() += total(&format!("/Actions?ticket_id={}", brief.id));
        *served.entry("files").or_default() += total(&format!("/Attachment?ticket_id={}", brief.id));
    }
    assert_eq!(served, [("actions", counts.actions.values().sum()), ("files", counts.files)].into());
}

#[test]
fn secrets_are_where_they_are_in_a_real_desk() {
    let (_halo, reader) = start(Switches::default());
    let secret = |path: &str| reader.get(path).1.to_string().contains(CANARY);
    for path in ["/Webhook", "/Agent/5", "/Report/118", "/FieldInfo?typeid=1"] {
        assert!(secret(path), "{path}");
    }
    let (_, ticket) = reader.get(&format!("/Tickets/{}?includedetails=true", story::EVERY_FIELD));
    let fields = ticket["customfields"].as_array().unwrap();
    let of = |row: &Value| row["isencrypted"] == json!(true) || row["inputtype"] == json!(6);
    assert_eq!((fields.len(), fields.iter().filter(|row| of(row)).count()), (16, 2));
    assert!(fields.iter().all(|row| of(row) == row["value"].to_string().contains(CANARY)));
}

#[test]
fn an_article_has_three_texts_and_those_are_not_in_lists() {
    let (halo, reader) = start(Switches::default());
    let listed = reader.rows("/KBArticle?pageinate=true&page_size=100", "articles");
    assert!(listed.iter().all(|row| row.get("resolution_html").is_none() && row.get("faqlists").is_none()));
    for article in halo.desk().articles.all() {
        let (_, row) = reader.get(&format!("/KBArticle/{}?includedetails=true", article.id));
        let has = |key: &str, marker: &str| row[key].as_str().unwrap_or_default().contains(marker);
        let kind = if article.markdown { "markdown" } else { "html" };
        assert!(has(&format!("resolution_{kind}"), &article.resolution.marker), "{row}");
        assert!(has(&format!("internalmemoagent_{kind}"), &article.memo.marker), "{row}");
        assert_eq!(row["faqlists"].as_array().unwrap().len(), article.lists.len());
        assert_eq!(row["attachments"].as_array().unwrap().len(), article.attachments.len());
    }
}

#[test]
fn pictures_in_texts_open_without_a_login() {
    let (halo, reader) = start(Switches::default());
    let ticket = halo.desk().ticket(story::INLINE_IMAGES).unwrap();
    let (_, row) = reader.get(&format!("/Tickets/{}?includedetails=true", story::INLINE_IMAGES));
    let html = row["details_html"].as_str().unwrap();
    let links: Vec<&str> = html.split("src=\"").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
    assert_eq!(links.len(), ticket.body.images.len());
    let status = |link: &str| reader.send(|client| client.get(link)).0;
    assert_eq!((status(links[0]), status(links[1])), (200, 404));
}
