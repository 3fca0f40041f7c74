//! Custom properties: their definitions, and values that objects hold.

use serde_json::{Value, json};

use super::super::dice::Dice;

/// A definition.
#[derive(Debug, Clone)]
pub(crate) struct Property {
    pub(crate) id: i64,
    pub(crate) key: &'static str,
    pub(crate) label: &'static str,
    /// `ticket`, `contact`, `company` or `deal`.
    pub(crate) object: &'static str,
    /// `text`, `number`, `date`, `checkbox`, `select` or `multiselect`.
    pub(crate) kind: &'static str,
    pub(crate) options: &'static [&'static str],
}

/// A value of a property.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Held {
    pub(crate) key: &'static str,
    pub(crate) value: Value,
}

/// Every definition. There is none of `eski_alan`, which some objects still hold.
pub(crate) const PROPERTIES: [Property; 10] = [
    property(21, "plan", "Paket", "contact", "select", &["Basic", "Pro"]),
    property(22, "dogum_gunu", "Doğum günü", "contact", "date", &[]),
    property(23, "notlar", "Notlar", "contact", "text", &[]),
    property(24, "sektor", "Sektör", "company", "select", &["Perakende", "Sağlık", "Işıklandırma"]),
    property(25, "calisan", "Çalışan sayısı", "company", "number", &[]),
    property(26, "urun", "Ürün", "ticket", "multiselect", &["POS", "Kılıf", "İnternet"]),
    property(27, "garanti", "Garantili mi", "ticket", "checkbox", &[]),
    property(28, "tutar", "Tutar", "ticket", "number", &[]),
    property(29, "kaynak", "Kaynak", "deal", "text", &[]),
    property(30, "indirim", "İndirim", "deal", "number", &[]),
];

const fn property(
    id: i64,
    key: &'static str,
    label: &'static str,
    object: &'static str,
    kind: &'static str,
    options: &'static [&'static str],
) -> Property {
    Property { id, key, label, object, kind, options }
}

/// The values of object number `id`; `all` has one in every property, and one whose definition is gone.
pub(crate) fn held(seed: u64, object: &str, id: i64, all: bool) -> Vec<Held> {
    let mut values = Vec::new();
    for property in PROPERTIES.iter().filter(|property| property.object == object) {
        let mut dice = Dice::new(seed, property.key, id);
        if !all && !dice.in_thousand(300) {
            continue;
        }
        let value = match property.kind {
            "number" => json!(dice.below(100_000) as f64 / 4.0),
            "date" => json!(format!("19{:02}-0{}-1{}", 60 + dice.below(40), 1 + dice.below(9), dice.below(10))),
            "checkbox" => json!(dice.in_thousand(500)),
            "select" => json!(dice.pick(property.options)),
            "multiselect" => json!([property.options[0], property.options[dice.below(2) as usize + 1]]),
            _ => json!(format!("Değer {} \"tırnak\" & <b>", dice.below(1000))),
        };
        values.push(Held { key: property.key, value });
    }
    if all {
        values.push(Held { key: "eski_alan", value: json!("eski değer") });
    }
    values
}
