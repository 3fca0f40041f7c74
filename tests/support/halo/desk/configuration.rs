//! How the desk is set up: rules, workflows, approval processes, canned texts, reports, webhooks, own organisation.
//! Nothing of it becomes a ticket; a migration lists it, so that somebody builds it again.

use serde_json::{Value, json};

use super::super::dice::guid;
use super::field::CANARY;

/// One thing of the set-up.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    /// A number, or a GUID for webhooks.
    pub(crate) id: Value,
    pub(crate) name: &'static str,
    pub(crate) active: bool,
    /// Given only to who asks for all: owned by a team or an agent.
    pub(crate) owned: bool,
    /// What lists and details have.
    pub(crate) listed: Value,
    /// What only details have.
    pub(crate) detail: Value,
}

/// Endpoints of the set-up, in lower case, with the key of their rows (none: a bare array) and their entries.
pub(crate) fn all(seed: u64) -> Vec<(&'static str, Option<&'static str>, Vec<Entry>)> {
    vec![
        ("ticketrules", None, ticket_rules()),
        ("workflow", None, workflows()),
        ("approvalprocess", None, approval_processes()),
        ("approvalprocessrule", None, approval_rules()),
        ("cannedtext", None, canned_texts()),
        ("report", Some("reports"), reports()),
        ("webhook", None, webhooks(seed)),
        ("toplevel", Some("tree"), top_levels()),
        (
            "organisation",
            None,
            vec![entry(1, "Desk Example Ltd", json!({"website": "https://desk.example"}), json!({}))],
        ),
        ("notification", None, notifications(seed)),
    ]
}

fn entry(id: i64, name: &'static str, listed: Value, detail: Value) -> Entry {
    Entry { id: json!(id), name, active: true, owned: false, listed, detail }
}

fn ticket_rules() -> Vec<Entry> {
    let rule = |id: i64, name, precedence: i64, flow: i64| {
        entry(
            id,
            name,
            json!({"precedence": precedence, "use": 0, "active": true, "stopmatching": true, "new_team": "2nd Line",
                   "new_agent_id": 0, "new_priority_id": 1, "new_status_id": 0, "flowdetail_id": flow}),
            json!({
                "criteria": [
                    {"id": id * 2, "rule_id": id, "tablename": "faults", "fieldname": "areaint", "type": 0,
                     "value_type": "int", "value_int": 12, "value_display": "Acme Ltd"},
                    {"id": id * 2 + 1, "rule_id": id, "tablename": "faults", "fieldname": "symptom", "type": 2,
                     "value_type": "string", "value_string": "urgent", "value_display": "urgent", "partialmatch": true},
                ],
                "outcomes": [{"id": id * 3, "rule_id": id, "fieldname": "team", "value_type": "string",
                              "value_string": "2nd Line", "value_display": "2nd Line"}],
            }),
        )
    };
    vec![
        rule(44, "VIP to 2nd line", 10, 0),
        rule(45, "Invoices to Billing", 20, 0),
        Entry { active: false, ..rule(46, "Old rule", 30, 0) },
        rule(47, "Of a workflow step", 5, 61),
    ]
}

fn workflows() -> Vec<Entry> {
    let workflow = |id: i64, name| {
        let step = |number: i64, name: &str, last: bool| {
            json!({"fdid": id * 10 + number, "step_id": number, "flow_id": id, "name": name, "isstart": number == 1,
                   "isend": last, "stage_number": number, "actions": [
                       {"id": id * 100 + number, "start_step": number, "end_step": number + 1, "action_id": 31,
                        "action_name": "Send for approval", "automation_type": 0}]})
        };
        entry(
            id,
            name,
            json!({"note": "", "active": true, "notinuse": false}),
            json!({"stages": [{"id": 1, "flow_id": id, "sequence": 1, "name": "Request"}],
                   "steps": [step(1, "Approve", false), step(2, "Prepare", false), step(3, "Done", true)],
                   "targets": [], "flow_chart_json": "{}"}),
        )
    };
    vec![workflow(6, "New starter"), Entry { active: false, ..workflow(7, "Leaver (old)") }]
}

fn approval_processes() -> Vec<Entry> {
    let process = |id: i64, name| {
        entry(
            id,
            name,
            json!({"type": 0}),
            json!({"steps": [{"id": id * 10 + 1, "processid": id, "sequence": 1, "name": "Line manager", "type": 4,
                              "minapprovers": 1, "statusafteraccept": 2, "statusafterreject": 9}]}),
        )
    };
    vec![process(2, "Manager approval"), process(3, "Change board")]
}

fn approval_rules() -> Vec<Entry> {
    let listed = json!({"precedence": 1, "approval_process_id": 2, "approval_process_step_id": 21, "user_name": "Max Boss",
                        "agent_name": "", "criteria": []});
    vec![entry(5, "Changes over 1000", listed, json!({}))]
}

fn canned_texts() -> Vec<Entry> {
    let text = |id: i64, name, group: &str, text: &str| {
        let html = text.replace('&', "&amp;").replace("\r\n", "<br>");
        entry(
            id,
            name,
            json!({"group_id": group.len(), "group_name": group, "text": text, "html": format!("<p>{html}</p>"),
                   "restriction_type": 0, "department_id": 0, "team_id": 0, "agent_id": 0, "tags": []}),
            json!({"access_control": []}),
        )
    };
    let mut of_team = text(20, "Of the 2nd line", "Internal", "Escalated to $-TEAM.");
    of_team.listed["team_id"] = json!(14);
    of_team.listed["restriction_type"] = json!(2);
    let mut of_agent = text(21, "Ann's own", "Internal", "Ann here & ready.");
    of_agent.listed["agent_id"] = json!(5);
    of_agent.listed["restriction_type"] = json!(3);
    let mut plain = text(22, "Plain text only", "General", "Line one\r\nLine two $-UNKNOWNVARIABLE");
    plain.listed["html"] = json!("");
    vec![
        text(17, "Greeting", "General", "Hi $-FIRSTNAME,\r\n\r\nthank you for $-FAULTID."),
        text(18, "Greeting", "Billing", "Dear $-USERNAME, your agent is $-AGENTNAME <$-AGENTEMAIL>."),
        text(19, "Status", "", "Your ticket is $-STATUS since $-DATEOCCURRED."),
        Entry { owned: true, ..of_team },
        Entry { owned: true, ..of_agent },
        plain,
    ]
}

fn reports() -> Vec<Entry> {
    let report = |id: i64, name| {
        entry(
            id,
            name,
            json!({"group_id": 4, "group_name": "Service desk", "description": "", "type": 0, "datasource_id": 0,
                   "systemreportid": 0, "mainentity": "Tickets"}),
            json!({"sql": "select faultid from faults where 1 < 2", "is_published": false, "report_access_token": CANARY}),
        )
    };
    vec![report(118, "Open tickets by team"), report(119, "Time by client & month")]
}

fn webhooks(seed: u64) -> Vec<Entry> {
    let webhook = |id: i64, name: &'static str, kind: i64| {
        let guid = guid(seed, "webhook", id);
        Entry {
            id: json!(guid),
            name,
            active: true,
            owned: false,
            listed: json!({"type": kind, "url": "https://hooks.example/halo", "content_type": "application/json",
                           "authentication_type": 3, "authentication_header": "Token", "basic_username": "hook",
                           "basic_password": CANARY, "method": 0, "active": true, "payload_type": 0,
                           "events": [{"id": 12, "type": -2, "delivery_method": 6, "eventno": 61, "webhook_id": guid}]}),
            detail: json!({"mappings": [], "steps": [], "log_retention_policy_days": 30}),
        }
    };
    vec![webhook(1, "CRM sync", 0), webhook(2, "Runbook", 1)]
}

fn notifications(seed: u64) -> Vec<Entry> {
    let webhook = guid(seed, "webhook", 1);
    vec![entry(12, "Ticket updated", json!({"webhook_id": webhook, "type": -2, "eventno": 61}), json!({}))]
}

fn top_levels() -> Vec<Entry> {
    let level = |id: i64, name, parent: i64, kind: i64| {
        entry(
            id,
            name,
            json!({"parentid": parent, "organisation_id": 1, "type": kind, "notes": ""}),
            json!({"long_name": name}),
        )
    };
    vec![
        level(3, "Customers", 0, 0),
        level(4, "Partners", 0, 0),
        level(11, "Support", 0, 1),
        level(12, "Back office", 0, 1),
    ]
}
