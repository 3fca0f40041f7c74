//! Custom fields: every type in every scope, and the values that lead astray.

use serde_json::{Value, json};

use super::super::dice::Dice;
use super::moment::{day, minutes};

/// Where a field belongs; its number is the `typeid` of `/FieldInfo`.
///
/// Tickets, clients, sites and assets are as the vendor's clients use them, users and contracts follow the enum of tables;
/// the number for articles is not known: 21 is ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Ticket = 1,
    Client = 2,
    Site = 3,
    User = 4,
    Asset = 5,
    Contract = 6,
    Article = 21,
}

/// Every scope.
pub(crate) const SCOPES: [Scope; 7] =
    [Scope::Ticket, Scope::Client, Scope::Site, Scope::User, Scope::Asset, Scope::Contract, Scope::Article];

/// What fields are called, with `type`, `inputtype`, whether they are encrypted.
pub(crate) const KINDS: [(&str, i64, i64, bool); 14] = [
    ("Reference", 0, 0, false),
    ("Remarks", 1, 0, false),
    ("Environment", 2, 0, false),
    ("Modules", 3, 0, false),
    ("Due day", 4, 0, false),
    ("Call at", 5, 0, false),
    ("Confirmed", 6, 0, false),
    ("Lines", 7, 0, false),
    ("Analysis", 10, 0, false),
    ("Seats", 0, 1, false),
    ("Cost", 0, 2, false),
    ("Link", 0, 5, false),
    ("Door code", 0, 6, false),
    ("Secret word", 0, 0, true),
];

/// In every value that must never be staged: encrypted fields, passwords of agents and webhooks.
pub(crate) const CANARY: &str = "canary-4f1d2b-must-not-be-staged";

/// The options of select fields: id, text, whether inactive.
pub(crate) const OPTIONS: [(i64, &str, bool); 5] = [
    (1, "Test", false),
    (2, "Staging, pre-live", false),
    (3, "Production", false),
    (4, "Old <one>", true),
    (5, "Büro", false),
];

/// A field. A `FieldInfo` of the API.
#[derive(Debug, Clone)]
pub(crate) struct Field {
    pub(crate) id: i64,
    pub(crate) scope: Scope,
    /// The API name, beginning with "CF".
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: i64,
    pub(crate) input: i64,
    pub(crate) encrypted: bool,
    /// Its list of options in `/Lookup`, or 0.
    pub(crate) lookup: i64,
}

/// What an object holds in a field.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) field: i64,
    pub(crate) name: String,
    pub(crate) label: String,
    pub(crate) kind: i64,
    pub(crate) input: i64,
    pub(crate) encrypted: bool,
    /// As the API gives it.
    pub(crate) value: Value,
    /// As the API gives it; empty where a select's option is gone.
    pub(crate) display: String,
}

impl Held {
    /// Whether it must not leave the source.
    pub(crate) fn secret(&self) -> bool {
        self.encrypted || self.input == 6
    }
}

/// A ticket field that values still name though its definition is gone.
pub(crate) const GONE_FIELD: i64 = 199;
/// An option that a value of a select still names though it is gone.
pub(crate) const GONE_OPTION: i64 = 99;

/// Every definition.
pub(crate) fn fields() -> Vec<Field> {
    SCOPES
        .iter()
        .flat_map(|scope| KINDS.iter().enumerate().map(move |(at, kind)| field(*scope, at as i64, kind)))
        .collect()
}

fn field(scope: Scope, at: i64, (label, kind, input, encrypted): &(&str, i64, i64, bool)) -> Field {
    let first_word = label.split(' ').next().unwrap_or(label);
    Field {
        id: scope as i64 * 100 + 1 + at,
        scope,
        name: format!("CF{first_word}{scope:?}"),
        label: format!("{label} ({scope:?})"),
        kind: *kind,
        input: *input,
        encrypted: *encrypted,
        lookup: match kind {
            2 => 2000 + scope as i64,
            3 => 3000 + scope as i64,
            _ => 0,
        },
    }
}

/// What object number `id` of a scope holds: `every` field, or about a third of them.
pub(crate) fn held(seed: u64, scope: Scope, id: i64, every: bool) -> Vec<Held> {
    let mut dice = Dice::new(seed, "fields", id * 100 + scope as i64);
    let of_scope = KINDS.iter().enumerate().map(|(at, kind)| field(scope, at as i64, kind));
    of_scope.filter_map(|field| (dice.in_thousand(330) || every).then(|| value(&mut dice, &field))).collect()
}

/// A value of a field whose definition is gone, and one of an option that is gone.
pub(crate) fn gone() -> [Held; 2] {
    let option = field(Scope::Ticket, 2, &KINDS[2]);
    [
        Held {
            field: GONE_FIELD,
            name: "CFRetired".into(),
            label: "Retired".into(),
            kind: 2,
            input: 0,
            encrypted: false,
            value: json!(4),
            display: "Fourth way".into(),
        },
        Held { value: json!(GONE_OPTION), ..of(&option, Value::Null, "") },
    ]
}

fn of(field: &Field, value: Value, display: &str) -> Held {
    Held {
        field: field.id,
        name: field.name.clone(),
        label: field.label.clone(),
        kind: field.kind,
        input: field.input,
        encrypted: field.encrypted,
        value,
        display: display.into(),
    }
}

fn value(dice: &mut Dice, field: &Field) -> Held {
    let number = dice.below(900) + 100;
    let text = |text: String| of(field, json!(text), &text);
    if field.encrypted || field.input == 6 {
        return text(format!("{CANARY}-{number}"));
    }
    match (field.kind, field.input) {
        (0, 1) => of(field, json!(number), &number.to_string()),
        (0, 2) => of(field, json!(number as f64 + 0.5), &format!("{number}.50")),
        (0, 5) => text(format!("https://orders.desk.example/{number}?a=1&b=2")),
        (1, _) => text(format!("First line {number}\r\nSecond \"line\"; more")),
        (2, _) => {
            let (id, name, _) = dice.pick(&OPTIONS);
            of(field, json!(id), name)
        }
        (3, _) => {
            let (one, other) = (dice.pick(&OPTIONS[..2]), dice.pick(&OPTIONS[2..]));
            of(field, json!([one.0, other.0]), &format!("{}, {}", one.1, other.1))
        }
        (4, _) => {
            let moment = minutes(day(2025, 1, 1), number * 1440).format("%Y-%m-%dT%H:%M:%S").to_string();
            of(field, json!(moment), &minutes(day(2025, 1, 1), number * 1440).format("%d/%m/%Y").to_string())
        }
        (5, _) => text(format!("{:02}:30", number % 24)),
        (6, _) => {
            let yes = dice.in_thousand(500);
            of(field, json!(yes), if yes { "Yes" } else { "No" })
        }
        (7, _) => of(field, rows(number), ""),
        (10, _) => {
            of(field, json!(format!("<p>Cause <b>{number}</b> &amp; more</p>")), &format!("Cause {number} & more"))
        }
        _ => text(format!("REF-{number} ü")),
    }
}

/// Rows of a table field; their cells are custom fields again.
fn rows(number: i64) -> Value {
    let cell = |id: i64, name: &str, value: Value| json!({"id": id, "name": name, "label": name, "type": 0, "value": value, "display": value});
    json!([
        {"id": 1, "customfields": [cell(901, "CFItem", json!("Wheel")), cell(902, "CFCount", json!(number))]},
        {"id": 2, "customfields": [cell(901, "CFItem", json!("Bell"))]},
    ])
}
