//! How the account is set up: what nobody moves, and somebody has to rebuild by hand.

use serde_json::{Value, json};

use super::staff::{BOT, DESTEK, MEHMET};

/// What is in every secret the account serves, and must be nowhere in what was staged.
pub(crate) const CANARY: &str = "kanarya-5150-sahnelenmez";

/// Tags: id and name; the last is on nothing.
pub(crate) const TAGS: [(i64, &str); 5] =
    [(11, "vip"), (12, "iade"), (13, "ışık"), (14, "Destek"), (15, "kullanılmayan")];

/// Mail accounts.
pub(crate) fn mail_accounts() -> Vec<Value> {
    vec![
        json!({"id": 71, "address": "destek@ornek.example", "name": "Destek", "teamId": DESTEK, "isDefault": true,
               "imap": {"host": "imap.ornek.example", "password": CANARY}}),
        json!({"id": 72, "address": "iade@ornek.example", "name": "İade", "teamId": null, "isDefault": false,
               "oauth": {"refreshToken": CANARY}}),
        json!({"id": 73, "address": "muhasebe@ornek.example", "name": "Muhasebe", "isDefault": false}),
    ]
}

/// Automations.
pub(crate) fn automations() -> Vec<Value> {
    vec![
        json!({"id": 81, "name": "Otomatik atama", "isActive": true, "trigger": {"event": "ticket.created"},
               "conditions": [{"field": "source", "op": "eq", "value": "email"}],
               "actions": [{"type": "assign", "userId": MEHMET}]}),
        json!({"id": 82, "name": "Bekleyeni kapat", "isActive": true, "trigger": {"event": "time", "hours": 72},
               "conditions": [{"field": "status", "op": "eq", "value": 2}], "actions": [{"type": "close"}]}),
        json!({"id": 83, "name": "Eski kural", "isActive": false, "trigger": {}, "conditions": [], "actions":
               [{"type": "webhook", "url": "https://kanca.ornek.example/x", "secret": CANARY}]}),
    ]
}

/// Chat widgets, with the keys that are not ours to take.
pub(crate) fn chat_widgets() -> Vec<Value> {
    let widget = |id: i64, name: &str, domain: &str| {
        json!({"id": id, "name": name, "apiKey": CANARY, "privateKey": CANARY, "domains": [domain], "botId": BOT,
               "language": "tr", "isActive": id < 93})
    };
    vec![
        widget(91, "Web", "ornek.example"),
        widget(92, "Mobil uygulama", "app.ornek.example"),
        widget(93, "Eski site", "eski.ornek.example"),
    ]
}
