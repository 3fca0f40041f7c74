//! The bundled demo desk, case by case: what its generator knows to be nasty (`cli/demo/expected.toml`) against what the
//! models make of it. The desk is extracted and transformed once; each test asks one group of questions.

mod content;

use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

use serde_json::{Value, json};

use crate::support::{Migration, demo, repository};

/// The desk's own counts, as its generator wrote them down.
static EXPECTED: OnceLock<toml::Table> = OnceLock::new();
static DESK: OnceLock<Migration> = OnceLock::new();

fn desk() -> &'static Migration {
    DESK.get_or_init(|| demo::desk("http://127.0.0.1:9"))
}

fn expected() -> &'static toml::Table {
    EXPECTED.get_or_init(|| std::fs::read_to_string(repository("cli/demo/expected.toml")).unwrap().parse().unwrap())
}

fn counted(what: &str) -> i64 {
    expected()["counts"][what].as_integer().unwrap_or_else(|| panic!("no count {what}"))
}

/// The ids of a case, such as `ids("kb_cycle", "kb_articles")`.
fn ids(case: &str, what: &str) -> Vec<i64> {
    let case = &expected()["case"][case];
    case[what].as_array().unwrap().iter().map(|id| id.as_integer().unwrap()).collect()
}

fn id(case: &str, what: &str) -> i64 {
    ids(case, what)[0]
}

/// The ids of a case as a list of SQL.
fn list(case: &str, what: &str) -> String {
    let ids: Vec<String> = ids(case, what).iter().map(i64::to_string).collect();
    format!("({})", ids.join(", "))
}

/// The one row of a table with this key; a table is asked for once.
fn row(table: &str, key: &str) -> Value {
    static TABLES: Mutex<BTreeMap<String, Vec<Value>>> = Mutex::new(BTreeMap::new());
    let found: Vec<Value> = {
        let mut tables = TABLES.lock().unwrap();
        let rows =
            tables.entry(table.to_owned()).or_insert_with(|| desk().rows(&format!("SELECT * FROM intercom.{table}")));
        rows.iter().filter(|row| row["source_key"] == key).cloned().collect()
    };
    assert_eq!(found.len(), 1, "{table} {key}");
    found[0].clone()
}

fn ticket(id: i64) -> Value {
    row("conversations", &format!("hesk:ticket:{id}"))
}

fn reply(id: i64) -> Value {
    row("conversation_parts", &format!("hesk:reply:{id}"))
}

/// The attributes of a conversation or contact.
fn attributes(row: &Value) -> Value {
    serde_json::from_str(row["custom_attributes"].as_str().unwrap()).unwrap()
}

fn body(row: &Value) -> &str {
    row["body"].as_str().unwrap()
}

/// Asserts that a query counts this many rows.
fn count(wanted: i64, query: &str) {
    assert_eq!(desk().count(&format!("SELECT count(*) FROM {query}")), wanted, "{query}");
}

#[test]
fn the_counts_are_those_of_the_generator() {
    count(counted("tickets"), "intercom.conversations");
    let parts = "intercom.conversation_parts WHERE part_type";
    count(counted("tickets"), &format!("{parts} = 'message' AND position = 1"));
    count(counted("replies_staff"), &format!("{parts} = 'comment' AND author_type = 'admin'"));
    count(counted("replies_customer"), &format!("{parts} = 'comment' AND author_type = 'contact'"));
    count(counted("notes_of_tickets"), &format!("{parts} = 'note' AND source_key LIKE 'hesk:note:%'"));
    count(counted("history_lines"), &format!("{parts} = 'note' AND source_key LIKE 'hesk:history:%'"));
    count(counted("kb_categories"), "intercom.collections");
    count(counted("kb_articles"), "intercom.articles");
    count(counted("canned"), "intercom.saved_replies");
    count(counted("users"), "intercom.admins");
    count(counted("categories"), "intercom.teams");
    count(counted("custom_fields_in_use"), "intercom.attributes WHERE source_key LIKE 'hesk:custom_field:%'");
    count(counted("attachments_with_file"), "(SELECT DISTINCT key FROM hesk.files WHERE table_name = 'attachments')");
    for (kind, what) in [
        ("routing", "categories"),
        ("staff rights", "users"),
        ("permission group", "permission_groups"),
        ("custom status", "custom_statuses"),
        ("ticket template", "templates"),
        ("service message", "service_messages"),
        ("banned address", "banned_emails"),
        ("banned IP range", "banned_ips"),
        ("muted address", "muted_emails"),
    ] {
        // Status 42 is no custom status of the desk, but tickets have it: somebody has to decide about it, too.
        let unknown = i64::from(kind == "custom status");
        count(counted(what) + unknown, &format!("intercom.inventory WHERE kind = '{kind}'"));
    }
    for (status, tickets) in expected()["tickets_by_status"].as_table().unwrap() {
        count(tickets.as_integer().unwrap(), &format!("intercom.base_tickets WHERE status = {status}"));
    }
    count(expected()["tickets_by_status"]["3"].as_integer().unwrap(), "intercom.conversations WHERE state = 'closed'");
}

#[test]
fn orphans_are_skipped_and_accounted_for() {
    for id in ids("orphan_replies", "replies") {
        count(0, &format!("intercom.conversation_parts WHERE source_key = 'hesk:reply:{id}'"));
    }
    count(
        counted("replies_orphan"),
        "intercom.dispositions WHERE source_table = 'replies' AND target_key IS NULL AND rule IS NOT NULL",
    );
    for (table, case, what) in [
        ("notes", "orphan_notes", "notes"),
        ("attachments", "orphan_attachment", "attachments"),
        ("ticket_to_customer", "orphan_customer_link", "ticket_to_customer"),
        ("ticket_to_customer", "link_to_deleted_customer", "ticket_to_customer"),
    ] {
        let id = id(case, what);
        let skipped = "target_key IS NULL AND rule IS NOT NULL";
        count(1, &format!("intercom.dispositions WHERE source_table = '{table}' AND source_id = '{id}' AND {skipped}"));
    }
    // The second link points at a ticket that is gone.
    let linked =
        "SELECT source_id FROM intercom.dispositions WHERE source_table = 'linked_tickets' AND target_key IS NULL";
    assert_eq!(desk().rows(linked), [json!({ "source_id": "2" })]);
}

#[test]
fn text_is_decoded_once() {
    let typed = ticket(id("typed_entities", "tickets"));
    assert_eq!(typed["title"], "How do I write &amp; in the shop?");
    let message = row("conversation_parts", &format!("hesk:message:{}", id("typed_entities", "tickets")));
    assert!(body(&message).starts_with("I typed &amp; and &lt;b&gt; and &#39; and &nbsp; literally"));
    assert!(body(&message).ends_with("Fish & chips stay fish & chips."));

    let script = id("script_in_name_subject_message", "tickets");
    assert_eq!(ticket(script)["title"], "<img src=x onerror=alert(1)> 5 < 7 & \"quotes\" 'single'");
    let contact = row("contacts", ticket(script)["contact_key"].as_str().unwrap());
    assert_eq!(contact["name"], "Bob <script>alert(\"name\")</script> & \"Co\"");
    // The opening message is plain text, a reply is HTML.
    let opening = row("conversation_parts", &format!("hesk:message:{script}"));
    assert!(body(&opening).starts_with("<script>alert('message')</script>\nI typed <b>bold</b>."));
    let answer = reply(id("script_in_name_subject_message", "replies"));
    assert!(body(&answer).contains("&lt;b&gt;Bob&lt;/b&gt;") && !body(&answer).contains("<b>"), "{answer}");

    let backtick = id("backtick_and_backslash", "tickets");
    assert_eq!(ticket(backtick)["title"], "App says `NaN` in C:\\temp\\new");
    let hex = row("conversation_parts", &format!("hesk:message:{}", id("hex_literal", "tickets")));
    assert_eq!(body(&hex), "Größe & Maß: 52\"\nzweite Zeile");
    assert_eq!(ticket(id("mojibake", "tickets"))["title"], "VÃ©lo cassÃ©", "never repaired silently");
    count(2, "intercom.warnings WHERE check_name = 'text_is_readable'");
    assert_eq!(ticket(id("cut_entity", "tickets"))["title"], "Frame & fork &am");
    let huge = row("conversation_parts", &format!("hesk:message:{}", id("huge_message", "tickets")));
    assert!(body(&huge).len() > 300_000, "{}", body(&huge).len());
    assert_eq!(row("articles", "hesk:article:20")["title"], "Double &amp; encoded?");
}

#[test]
fn bytes_that_are_no_text_are_defects_and_stay_readable() {
    let defects = |ticket: i64, reason: &str| {
        count(
            1,
            &format!(
                "hesk._defects WHERE table_name = 'tickets' AND key = '{ticket}' AND column_name = 'message' AND reason = '{reason}'"
            ),
        );
    };
    let invalid = id("invalid_utf8", "tickets");
    defects(invalid, "not valid UTF-8");
    let message = row("conversation_parts", &format!("hesk:message:{invalid}"));
    assert!(body(&message).starts_with("Display shows \u{fffd}") && body(&message).ends_with("\nEnd"), "{message}");
    let nul = id("nul_byte", "tickets");
    defects(nul, "contains a NUL byte");
    let message = row("conversation_parts", &format!("hesk:message:{nul}"));
    assert!(body(&message).starts_with("before ") && !body(&message).contains('\0'), "{message}");
}

#[test]
fn zero_and_default_dates_take_another_date_of_the_ticket() {
    let [no_date, closed] = ids("zero_date", "tickets")[..] else { panic!() };
    let at = |row: &Value| row["created_at"].as_str().unwrap().to_owned();
    assert_eq!(at(&ticket(no_date)), "2024-04-29T13:27:23Z", "from its history, in the desk's time zone");
    assert_eq!(at(&ticket(id("default_date", "tickets"))), "2024-04-29T14:27:23Z");
    let undated = reply(id("zero_date", "replies"));
    assert_eq!(at(&undated), at(&ticket(closed)));
    assert_eq!(attributes(&ticket(closed))["Hesk closed at"], Value::Null);
    assert_eq!(ticket(id("resolved_without_date", "tickets"))["state"], "closed");
    for (table, key) in
        [("tickets", no_date), ("replies", id("zero_date", "replies")), ("notes", id("zero_date", "notes"))]
    {
        count(
            1,
            &format!(
                "hesk._defects WHERE table_name = '{table}' AND key = '{key}' AND column_name = 'dt' AND reason = 'zero date'"
            ),
        );
    }
    let endless = attributes(&ticket(id("time_worked_max", "tickets")));
    assert_eq!(endless["Hesk time worked (seconds)"], 3_020_399);
    assert_eq!(endless["Hesk locked"], "yes");
    assert_eq!(ticket(id("time_worked_max", "tickets"))["tag_keys"], "[\"hesk:tagged\"]");
    assert_eq!(attributes(&ticket(id("due_date_off_by_a_day", "tickets")))["Hesk due date"], "2025-12-20");
    count(0, "intercom.warnings WHERE reason LIKE 'it is older than%'");
}

#[test]
fn deleted_staff_stay_by_name() {
    let dead = ticket(id("dead_owner", "tickets"));
    assert_eq!((&dead["assignee_key"], &dead["assignee_name"]), (&Value::Null, &json!("Temp Agent")));
    let answer = reply(id("dead_owner", "replies"));
    assert_eq!((&answer["author_type"], &answer["author_key"]), (&json!("admin"), &Value::Null));
    assert_eq!(answer["author_name"], "Temp Agent", "told by the history of tickets that 4 owned or opened");
    let note = row("conversation_parts", &format!("hesk:note:{}", id("dead_owner", "notes")));
    assert_eq!(note["author_name"], "Former staff member 9", "nothing tells the name of 9");
    assert_eq!(attributes(&dead)["Hesk closed by"], "Former staff member 9");
    assert_eq!(attributes(&ticket(ids("dead_owner", "tickets")[1]))["Hesk opened by"], "Temp Agent");
    let article = row("articles", &format!("hesk:article:{}", id("kb_dead_author", "kb_articles")));
    assert_eq!((&article["author_key"], &article["author_name"]), (&Value::Null, &json!("Temp Agent")));
    for user in ids("staff_deleted", "users") {
        count(0, &format!("intercom.admins WHERE source_key = 'hesk:user:{user}'"));
    }
    let away = row("admins", &format!("hesk:user:{}", id("staff_deactivated", "users")));
    assert_eq!((&away["active"], &away["used"]), (&json!(false), &json!(true)));
    assert_eq!(ticket(id("deactivated_owner", "tickets"))["assignee_key"], away["source_key"]);
    // Each collaborator once, the deleted one by name.
    let collaborators = attributes(&ticket(id("collaborators", "tickets")))["Hesk collaborators"].clone();
    assert_eq!(collaborators, "Tomasz Wilk, Temp Agent, Luc Fournier");
}

#[test]
fn nothing_of_an_anonymised_person_is_left() {
    let tables = desk().rows(
        "SELECT table_name, column_name FROM information_schema.columns \
         WHERE table_schema = 'intercom' AND data_type LIKE '%Utf8%'",
    );
    assert!(tables.len() > 100, "{}", tables.len());
    // The leak is in the source, so that this test can fail.
    count(1, "hesk.tickets WHERE u_name LIKE '%PII-LEAK%'");
    count(1, "hesk.tickets WHERE custom51 LIKE '%PII-LEAK%'");
    count(1, "hesk.customers WHERE name = 'Anna Nymova'");
    let searches: Vec<String> = tables
        .iter()
        .map(|column| {
            let (table, column) = (column["table_name"].as_str().unwrap(), column["column_name"].as_str().unwrap());
            format!(
                "SELECT '{table}.{column}' AS place FROM intercom.{table} \
                 WHERE regexp_like(lower(\"{column}\"), 'pii-leak|nymova|canary')"
            )
        })
        .collect();
    for some in searches.chunks(40) {
        assert_eq!(desk().rows(&some.join(" UNION ALL ")), Vec::<Value>::new());
    }
    for id in ids("anonymised", "tickets") {
        let ticket = ticket(id);
        assert_eq!(ticket["contact_key"], format!("hesk:ticket_person:{id}"));
        assert_eq!(attributes(&ticket)["Personal data to review"], "anonymised in Hesk");
        assert_eq!(attributes(&ticket)["Hesk IP address"], Value::Null);
        let contact = row("contacts", &format!("hesk:ticket_person:{id}"));
        assert_eq!((&contact["name"], &contact["email"]), (&json!("Anonymised customer"), &Value::Null));
    }
    let customer = id("anonymised", "customers");
    count(
        1,
        &format!(
            "intercom.dispositions WHERE source_table = 'customers' AND source_id = '{customer}' AND target_key IS NULL"
        ),
    );
}

#[test]
fn a_person_is_one_contact() {
    let spellings = list("same_email_by_case", "tickets");
    count(
        3,
        &format!(
            "intercom.conversations WHERE contact_key = 'hesk:contact:hanna.berg@example.com' AND CAST(split_part(source_key, ':', 3) AS BIGINT) IN {spellings}"
        ),
    );
    let hanna = row("contacts", "hesk:contact:hanna.berg@example.com");
    assert_eq!((&hanna["name"], &attributes(&hanna)["Hesk customer IDs"]), (&json!("H. Berg"), &json!("56 57 58 59")));
    for customer in ids("customer_without_email", "customers") {
        let contact = row("contacts", &format!("hesk:customer:{customer}"));
        assert_eq!(attributes(&contact)["Hesk person without e-mail"], true);
        assert!(contact["name"].as_str().is_some_and(|name| !name.starts_with('[')), "{contact}");
    }
    let odd: Vec<Value> = ids("odd_email", "tickets").iter().map(|id| ticket(*id)["contact_key"].clone()).collect();
    assert_eq!(odd[0], "hesk:customer:60");
    assert_eq!(odd[1], "hesk:contact:two@example.com", "the first of two addresses");
    assert_eq!(odd[2], "hesk:customer:62", "`spaces in@example.com` is no address and no list");
    assert_eq!(odd[5], "hesk:contact:o'brien&sons@example.com");
    assert_eq!(attributes(&row("contacts", "hesk:customer:60"))["Hesk e-mail as entered"], "not-an-email");

    // The desk's own mailbox: no contact has its address, it follows nothing, and what it opened is still there.
    for address in expected()["desk"]["own_mailboxes"].as_array().unwrap() {
        let address = address.as_str().unwrap();
        count(0, &format!("intercom.contacts WHERE email = '{address}' OR source_key = 'hesk:contact:{address}'"));
    }
    let [followed, _, opened] = ids("own_mailbox", "tickets")[..] else { panic!() };
    assert_eq!(ticket(followed)["participant_keys"], Value::Null);
    assert!(ticket(opened)["contact_key"].as_str().unwrap().starts_with("hesk:person:"));

    // A teammate who is also a customer is both, told apart by which side wrote.
    let staff = ticket(id("staff_is_customer", "tickets"));
    assert_eq!(staff["contact_key"], "hesk:contact:sam.peters@example.com");
    let by = desk().rows(&format!(
        "SELECT author_key FROM intercom.conversation_parts WHERE conversation_key = '{}' AND part_type = 'comment' ORDER BY position",
        staff["source_key"].as_str().unwrap()
    ));
    assert_eq!(
        by,
        [json!({ "author_key": "hesk:user:8" }), json!({ "author_key": "hesk:contact:sam.peters@example.com" })]
    );
}

#[test]
fn requesters_and_followers_are_found() {
    let contact = |id: i64| ticket(id)["contact_key"].as_str().unwrap().to_owned();
    let [deleted, nobody, follower, vanished] = ids("no_requester", "tickets")[..] else { panic!() };
    assert_eq!(contact(deleted), "hesk:contact:gone.customer@example.com");
    assert_eq!(contact(nobody), format!("hesk:ticket_person:{nobody}"));
    assert_eq!(row("contacts", &contact(follower))["name"], "Plain Name");
    assert_eq!(ticket(follower)["participant_keys"], "[\"hesk:contact:frankie.doyle@example.org\"]");
    assert_eq!(contact(vanished), "hesk:contact:vanished@example.com");
    assert_eq!(reply(id("reply_of_deleted_customer", "replies"))["author_key"], contact(deleted));

    assert_eq!(ticket(id("doubled_customer_link", "tickets"))["participant_keys"], Value::Null);
    assert_eq!(ticket(id("two_requesters", "tickets"))["participant_keys"], "[\"hesk:contact:theo.p@example.com\"]");
    let upgraded = id("upgraded_multi_email", "tickets");
    let followers = "[\"hesk:contact:nora@fitzgerald.example\",\"hesk:contact:shop@fitzgerald.example\"]";
    assert_eq!(ticket(upgraded)["participant_keys"], followers);

    for (case, author, name) in [
        ("reply_entered_by_staff", "laura@bianchi.example", "Laura Bianchi"),
        ("reply_by_follower", "katrin.oeztuerk@example.org", "Katrin Öztürk"),
        ("reply_by_outsider", "benoit@velopop.example", "Benoît Garçon"),
        ("reply_without_customer", "laura@bianchi.example", "Laura Bianchi"),
    ] {
        let reply = reply(id(case, "replies"));
        assert_eq!(reply["author_type"], "contact", "{case}");
        assert_eq!(
            (&reply["author_key"], &reply["author_name"]),
            (&json!(format!("hesk:contact:{author}")), &json!(name)),
            "{case}"
        );
    }
    assert!(body(&reply(id("reply_entered_by_staff", "replies"))).contains("Customer reply entered by: Tomasz Wilk"));
}

#[test]
fn threads_are_in_time_order_and_merges_keep_their_aliases() {
    let merged = ticket(id("merged_aliases", "tickets"));
    assert_eq!(attributes(&merged)["Hesk merged tickets"], "YV6-SHP-DUUQ MMH-YXZ-DQB5");
    let late = reply(id("reply_ids_not_in_time_order", "replies"));
    let before = reply(id("reply_ids_not_in_time_order", "replies") - 2);
    assert_eq!(late["conversation_key"], merged["source_key"]);
    assert!(late["position"].as_i64() < before["position"].as_i64(), "{late} {before}");
    let [target, half] = ids("half_merged", "tickets")[..] else { panic!() };
    for reply_id in ids("half_merged", "replies") {
        assert_eq!(reply(reply_id)["conversation_key"], format!("hesk:ticket:{target}"));
    }
    assert_eq!(
        row("conversation_parts", &format!("hesk:message:{half}"))["position"],
        1,
        "the other half is still there"
    );
    let twice = id("attachment_referenced_twice", "attachments");
    let parts = desk().rows(&format!(
        "SELECT part_key FROM intercom.attachments WHERE source_key LIKE 'hesk:attachment:%:{twice}' ORDER BY part_key"
    ));
    assert_eq!(parts, [json!({ "part_key": format!("hesk:message:{half}") }), json!({ "part_key": "hesk:reply:102" })]);
    for id in ids("duplicate_trackid", "tickets") {
        assert_eq!(attributes(&ticket(id))["Hesk tracking ID"], "DUP-DUP-1234");
    }
    assert_eq!(attributes(&ticket(id("old_trackid", "tickets")))["Hesk tracking ID"], "QWJ8ZLTAE9");
    assert_eq!(attributes(&ticket(id("rating_empty_enum", "tickets")))["Hesk ratings"], "1 helpful, 1 not helpful");
    let linked = id("linked_tickets", "tickets");
    assert_eq!(attributes(&ticket(linked))["Hesk linked tickets"], attributes(&ticket(linked + 1))["Hesk tracking ID"]);
}

#[test]
fn history_lines_keep_order_and_find_their_author() {
    let ticket = id("history_formats", "tickets");
    let lines = desk().rows(&format!(
        "SELECT source_key, author_key, body FROM intercom.conversation_parts \
         WHERE source_key LIKE 'hesk:history:{ticket}:%' ORDER BY position"
    ));
    let order: Vec<String> = (1..=lines.len()).map(|line| format!("hesk:history:{ticket}:{line}")).collect();
    assert_eq!(lines.iter().map(|l| l["source_key"].as_str().unwrap()).collect::<Vec<_>>(), order);
    assert_eq!(lines.len(), 15);
    assert!(body(&lines[1]).contains("priority changed to * Critical * by Peter Printer (staff) (peterp)"));
    // `March 6, 2019, 1:05 pm` in New York, older than the ticket; the last parenthesis is the login.
    assert!(body(&lines[3]).contains("2019-03-06 18:05:00 UTC"), "{}", lines[3]);
    assert_eq!(lines[3]["author_key"], "hesk:user:1");
    assert_eq!(lines[5]["author_key"], "hesk:user:6");
    assert!(body(&lines[11]).ends_with("<p>Hesk: line without a date</p>"), "{}", lines[11]);
    assert_eq!(lines[2]["author_key"], Value::Null, "temp was deleted");
}

#[test]
fn codes_and_custom_fields_become_attributes() {
    let unknown = attributes(&ticket(id("unknown_codes", "tickets")));
    assert_eq!(unknown["Hesk status"], "Status 42");
    assert_eq!(unknown["Hesk priority"], "Priority 9");
    assert_eq!(unknown["Hesk category"], "Deleted category 88");
    assert_eq!(unknown["Hesk IP address"], Value::Null, "`Unknown` is no address");
    let custom = attributes(&ticket(id("custom_codes", "tickets")));
    assert_eq!(
        (&custom["Hesk status"], &custom["Hesk priority"]),
        (&json!("Customs & courier"), &json!("Blocker \"P0\""))
    );
    assert_eq!(attributes(&ticket(id("closed_automatically", "tickets")))["Hesk closed by"], "automatically");

    let fields = attributes(&ticket(id("all_field_types", "tickets")));
    assert_eq!(fields["Order number"], "LC-<20>");
    assert_eq!(fields["Bike details"], "line 1\nline 2 & https://example.com/?q=1&r=2");
    assert_eq!(fields["Model & version"], "Larkspur Tern 2 (2019)");
    assert_eq!(fields["How urgent is it?"], "I can't ride!");
    assert_eq!(fields["Affected parts"], "Frame, Battery & charger");
    assert_eq!(fields["Other contacts"], "second@example.net, third@example.net");
    assert_eq!(fields["Internal reference"], "INT-1");
    assert_eq!(fields["Callback `phone`"], "+44 20 7946 0000");
    assert_eq!(fields["Purchase date"], Value::Null);
    assert_eq!(fields["Hesk values as entered"], "Purchase date: not a date");
    let old = attributes(&ticket(id("date_field_negative", "tickets")));
    assert_eq!(old["Purchase date"], -68_400, "midnight of 1969-12-31 in New York");

    let model = row("attributes", "hesk:custom_field:3");
    assert_eq!(model["data_type"], "list");
    assert!(model["options"].as_str().unwrap().contains("\"Larkspur Tern 2 (2019)\""), "{model}");
    assert_eq!(row("attributes", "hesk:custom_field:6")["data_type"], "datetime");
    assert!(row("attributes", "hesk:custom_field:9")["description"].as_str().unwrap().ends_with("staff only"));
    let scoped = row("attributes", "hesk:custom_field:1");
    assert!(
        scoped["description"].as_str().unwrap().ends_with("only in Orders & delivery, Returns / Возврат"),
        "{scoped}"
    );
    count(0, "intercom.attributes WHERE model = 'conversation' AND data_type IN ('boolean', 'decimal')");
}
