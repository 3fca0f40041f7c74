//! What Hesk keeps outside of its database: `hesk_settings.inc.php`.
//!
//! Only keys of an allow-list reach the stage, as table `settings`; the file also holds the passwords of the database and of the
//! mail accounts. Up to Hesk 2.6 the definitions of custom fields are in this file and nowhere else: they become rows of
//! `custom_fields` in the form that 2.7 and later keep in the database.

use serde_json::{Map, Value, json};

use super::php;
use crate::columns::{SourceColumn, Zoned};
use crate::reader::{Sink, Survey};
use crate::spec::ReaderKind;
use crate::{Error, Result, Settings};

/// The staged table.
pub(crate) const TABLE: &str = "settings";

/// Keys that are staged. The four mail accounts are the help desk's own addresses, which must not become contacts.
const KEYS: [&str; 19] = [
    "attach_dir",
    "customer_accounts",
    "daylight",
    "diff_hours",
    "diff_minutes",
    "email_view_ticket",
    "format_timestamp",
    "hesk_url",
    "hesk_version",
    "imap_user",
    "language",
    "languages",
    "multi_eml",
    "noreply_mail",
    "pop3_user",
    "site_url",
    "timeformat",
    "timezone",
    "webmaster_mail",
];

/// Most bytes of a settings file that are read; a real one has some 30 kB.
const FILE_BYTES: u64 = 4 << 20;

/// What the settings file says.
#[derive(Debug, Clone, Default)]
pub(crate) struct Desk {
    values: Map<String, Value>,
    custom_fields: Map<String, Value>,
    remarks: Vec<String>,
}

impl Desk {
    /// Reads the file named by the settings; without one nothing is known.
    pub(crate) fn read(settings: &Settings) -> Result<Self> {
        let Some(path) = &settings.settings_file else { return Ok(Self::default()) };
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(Error::read(path))?;
        std::io::Read::read_to_end(&mut std::io::Read::take(file, FILE_BYTES), &mut bytes)
            .map_err(Error::read(path))?;
        let desk = Self::parse(&String::from_utf8_lossy(&bytes));
        if desk.values.is_empty() {
            return Err(Error::Unsupported {
                path: path.display().to_string(),
                reason: "it assigns no `$hesk_settings[…]`".into(),
                hint: "[source] settings_file is Hesk's own hesk_settings.inc.php".into(),
            });
        }
        Ok(desk)
    }

    fn parse(text: &str) -> Self {
        let mut all = php::assignments(text, "hesk_settings");
        let custom_fields = match all.remove("custom_fields") {
            Some(Value::Object(fields)) => fields,
            _ => Map::new(),
        };
        all.retain(|key, _| KEYS.contains(&key.as_str()));
        let mut desk = Self { values: all, custom_fields, remarks: Vec::new() };
        if let Some(name) = desk.get("timezone").filter(|n| n.parse::<chrono_tz::Tz>().is_err()) {
            let remark = format!("the settings file names the time zone `{name}`, which is not known here");
            desk.remarks.push(remark);
            desk.values.remove("timezone");
        }
        desk
    }

    /// A value as text.
    pub(crate) fn get(&self, key: &str) -> Option<String> {
        match self.values.get(key)? {
            Value::Null => None,
            Value::String(text) => Some(text.clone()).filter(|t| !t.is_empty()),
            other => Some(other.to_string()),
        }
    }

    pub(crate) fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// The settings with what the file knows and the user has not said.
    pub(crate) fn complete(&self, settings: &Settings) -> Settings {
        let mut settings = settings.clone();
        settings.timezone = settings.timezone.or_else(|| self.get("timezone"));
        settings
    }

    /// Rows of the staged table: the file's keys, then what extract found out.
    pub(crate) fn rows(&self, settings: &Settings, reader: ReaderKind, version: Option<&str>) -> Vec<(String, String)> {
        let mut rows: Vec<(String, String)> = self
            .values
            .keys()
            .filter(|key| *key != "timezone")
            .filter_map(|key| Some((key.clone(), self.get(key)?)))
            .collect();
        rows.extend(settings.timezone.clone().map(|zone| ("timezone".to_owned(), zone)));
        rows.extend(version.map(|v| ("detected_version".to_owned(), v.to_owned())));
        rows.push(("reader".to_owned(), reader.to_string()));
        rows
    }

    /// Stages the custom fields of the file where the database has no table of them. Returns the table it has made.
    pub(crate) async fn stage_custom_fields(&self, sink: &Sink, survey: &Survey) -> Result<Option<&'static str>> {
        const MADE: &str = "custom_fields";
        if survey.table(MADE).is_some() || !sink.wants(MADE) || self.custom_fields.is_empty() {
            return Ok(None);
        }
        let names = ["id", "use", "place", "type", "req", "category", "name", "value", "order"];
        let mut table = sink.table(MADE, &names.map(|name| SourceColumn::new(name, Zoned::NotTime)))?;
        let language = self.get("language").unwrap_or_else(|| "English".into());
        for (at, (key, field)) in self.custom_fields.iter().enumerate() {
            if let Some(row) = custom_field(key, field, &language, at) {
                let cells: Vec<Option<&[u8]>> = row.iter().map(|c| c.as_deref().map(str::as_bytes)).collect();
                table.push(&cells);
            }
        }
        table.close().await?;
        Ok(Some(MADE))
    }
}

/// One field of the file as a row of 2.7's `custom_fields`.
fn custom_field(key: &str, field: &Value, language: &str, order: usize) -> Option<[Option<String>; 9]> {
    let id: u32 = key.strip_prefix("custom")?.parse().ok()?;
    let text = |name: &str| match field.get(name) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Bool(on)) => u8::from(*on).to_string(),
        _ => String::new(),
    };
    let (kind, raw) = (text("type"), text("value"));
    let options = || raw.trim_start_matches("{HESK_SELECT}").split("#HESK#").collect::<Vec<_>>();
    let value = match kind.as_str() {
        "textarea" => {
            let (rows, cols) = raw.split_once('#').unwrap_or(("", ""));
            json!({ "rows": rows, "cols": cols })
        }
        "select" => json!({ "show_select": u8::from(raw.starts_with("{HESK_SELECT}")), "select_options": options() }),
        "radio" => json!({ "radio_options": options() }),
        "checkbox" => json!({ "checkbox_options": options() }),
        _ => json!({ "max_length": text("maxlen"), "default_value": raw }),
    };
    let or = |text: String, default: &str| if text.is_empty() { default.to_owned() } else { text };
    Some([
        Some(id.to_string()),
        Some(or(text("use"), "0")),
        Some(or(text("place"), "0")),
        Some(or(kind, "text")),
        Some(or(text("req"), "0")),
        None,
        Some(json!({ language: text("name") }).to_string()),
        Some(value.to_string()),
        Some(order.to_string()),
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = r"<?php
$hesk_settings['hesk_version']='2.5.2';
$hesk_settings['db_pass']='geheim';
$hesk_settings['smtp_password']='geheim';
$hesk_settings['url_key']='geheim';
$hesk_settings['pop3_user']='support@acme.example';
$hesk_settings['timezone']='Europe/Prague';
$hesk_settings['custom_fields']=array(
'custom1'=>array('use'=>1,'place'=>0,'type'=>'text','req'=>1,'name'=>'Order &amp; no','maxlen'=>20,'value'=>'x'),
'custom2'=>array('use'=>1,'place'=>1,'type'=>'select','req'=>0,'name'=>'Plan','maxlen'=>255,'value'=>'{HESK_SELECT}A#HESK#B &gt; A'),
'custom3'=>array('use'=>0,'place'=>0,'type'=>'textarea','req'=>0,'name'=>'Notes','maxlen'=>255,'value'=>'5#30'));
";

    #[test]
    fn only_keys_of_the_allow_list_are_kept() {
        let desk = Desk::parse(FILE);
        let rows = desk.rows(&desk.complete(&Settings::default()), ReaderKind::Mysqldump, Some("2.5"));
        assert!(rows.contains(&("pop3_user".into(), "support@acme.example".into())));
        assert!(rows.contains(&("timezone".into(), "Europe/Prague".into())));
        assert!(rows.contains(&("detected_version".into(), "2.5".into())));
        assert!(!format!("{rows:?}").contains("geheim"));
    }

    #[test]
    fn user_setting_wins_over_the_file() {
        let settings = Settings { timezone: Some("UTC".into()), ..Settings::default() };
        assert_eq!(Desk::parse(FILE).complete(&settings).timezone.as_deref(), Some("UTC"));
        let unknown = Desk::parse("$hesk_settings['timezone']='Mars/Base';");
        assert_eq!(unknown.complete(&Settings::default()).timezone, None);
        assert_eq!(unknown.remarks().len(), 1);
    }

    #[test]
    fn custom_fields_take_the_form_of_2_7() {
        let desk = Desk::parse(FILE);
        let row = |key: &str| custom_field(key, &desk.custom_fields[key], "English", 0).unwrap();
        assert_eq!(row("custom1")[6].as_deref(), Some(r#"{"English":"Order &amp; no"}"#));
        assert_eq!(row("custom1")[7].as_deref(), Some(r#"{"max_length":"20","default_value":"x"}"#));
        assert_eq!(row("custom2")[7].as_deref(), Some(r#"{"show_select":1,"select_options":["A","B &gt; A"]}"#));
        assert_eq!(row("custom3")[7].as_deref(), Some(r#"{"rows":"5","cols":"30"}"#));
        assert_eq!(row("custom3")[1].as_deref(), Some("0"));
        assert!(custom_field("other", &desk.custom_fields["custom1"], "English", 0).is_none());
    }
}
