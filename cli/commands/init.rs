//! `init`: a folder with settings and mappings to fill in. Nothing that exists is overwritten.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};
use deskferry_extract::Spec;

use crate::args::Init;
use crate::error::refused;
use crate::{embedded, report, settings};

const HEAD: &str = "# Settings of one migration. ${NAME} is read from the environment; keep secrets there.\n";

/// `[source]` of Hesk.
const HESK: &str = r#"[source]
kind = "hesk"
url = "mysql://reader:${HESK_PASSWORD}@127.0.0.1:3306/hesk"   # or a path: hesk.sql, hesk.sql.gz, export.zip
attachments = "attachments"            # folder (or .tar.gz, or object-store url) with the desk's attachments
table_prefix = "hesk_"
timezone = "America/New_York"          # as in Hesk's settings
# database_timezone = "UTC"            # only for wall times (DATETIME): Hesk 2.5 and older
# settings_file = "hesk_settings.inc.php"   # needed for the custom fields of Hesk 2.6 and older
# site_url = "https://help.example.com"     # images and files of articles are fetched from there
# own_mailboxes = ["support@example.com"]   # must not become contacts

"#;

/// Of sources whose times have no offset.
const TIMEZONE: &str = r#"# timezone = "Europe/Berlin"            # of times without an offset, which are UTC otherwise
"#;

/// Of sources that become a workspace.
const MAILBOXES: &str = r#"# own_mailboxes = ["support@example.com"]   # must not become contacts
"#;

/// Keys that every source with an API has.
const API: &str = r#"# rate_calls = 300                       # calls granted, where you know better than the spec
# rate_seconds = 300                     # … in so many seconds
# rate_share = 0.5                       # use half of the calls granted, leave the rest to other apps

"#;

const OTHERS: &str = r#"[staging]
url = "staging"                        # folder, s3://bucket/prefix, gs://, az://

[intercom]
region = "us"                          # us, eu or au
token = "${INTERCOM_TOKEN}"
# more_tokens = ["${SECOND_TOKEN}"]    # of more apps of the same workspace: their limits come on top of the first's
version = "2.16"

[transform]
# memory_mib = 512                     # for queries
history = "notes"                      # each line of a ticket's history becomes a note; or "none"

[privacy]                              # flag: bring over and mark for review; keep; leave_out
ip_addresses = "flag"
anonymised = "flag"

[load]
# placeholder_admin = "migration@example.com"   # stands in for people who are not in the workspace
# missing_people = "wait"              # without one: "stop", or only the rows that name them wait until they have come
saved_replies = "file"                 # or "snippets", "none"
# tickets_as = "ticket"                # "conversation" if not given
# ticket_type = "Migrated ticket"      # name of the ticket type then
# reject_rate_max = 0.01               # share of refused rows of a table above which a load stops before the next
# in_flight_max = 256                  # threads at work at a time at most
"#;

/// What a copy is told besides its source.
const COPY: &str = r#"[staging]
url = "staging"                        # folder, s3://bucket/prefix, gs://, az://

[transform]
# memory_mib = 512                     # for queries

[distill]                              # without an endpoint what is known about customers is told in the words of the messages
# endpoint = "https://api.example.com/v1"   # any server that speaks OpenAI's chat completions
# model = "…"
# key = "${DISTILL_KEY}"

[load]                                 # without a target the stage is the copy
# target = "postgres://writer:${DATABASE_PASSWORD}@127.0.0.1:5432/support"
# target_schema = "intercom"           # else the connection's default schema

[serve]                                # webhooks
# apply_every = "10s"                  # how long events are collected before they are applied
# lag_max = "15m"                      # how long an event may wait before `/health` says that something is wrong
# keep_days = 30                       # how long events are kept after they were applied
"#;

/// Writes the files.
pub(crate) fn run(directory: &Path, init: &Init) -> Result<ExitCode> {
    let Some(source) = init.source.as_deref().filter(|_| !init.explain_spec) else {
        report::print(Spec::vocabulary())?;
        return Ok(ExitCode::SUCCESS);
    };
    let files = embedded::files(directory)?;
    let spec = embedded::parsed_spec(&files, source)?;
    let path = directory.join(settings::FILE);
    if path.exists() {
        return Err(refused(format!("{} exists already", path.display()), "edit it, or name another folder with -C"));
    }
    let others = if spec.is_copied() { COPY } else { OTHERS };
    create(&path, &format!("{HEAD}{}{others}", section(&spec)))?;
    for (name, text) in embedded::mappings(&files, source) {
        let path = directory.join("mapping").join(name);
        if path.exists() {
            report::say(format!("kept {}", path.display()));
        } else {
            create(&path, text)?;
        }
    }
    report::say(format!("\nNext: fill in deskferry.toml, export {}, then `deskferry check`.", exports(&spec)));
    Ok(ExitCode::SUCCESS)
}

/// `[source]`, out of the settings that the spec declares.
fn section(spec: &Spec) -> String {
    if spec.rest.is_none() {
        return HESK.to_owned();
    }
    let mut section = format!("[source]\nkind = {}\n", quoted(&spec.name));
    if spec.setting("url").is_none() {
        section += &line("url", "https://help.example.com/api", "address of the API");
    }
    if let Some((region, _)) = spec.regions.first() {
        let names = spec.regions.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>().join(", ");
        section += &line(
            "region",
            region,
            &format!("one of {names}: where it is hosted; `deskferry check` tells the right one"),
        );
    }
    for (name, setting) in &spec.settings {
        let stands_for = name == "url" && !spec.regions.is_empty();
        let example = if setting.example.is_empty() { setting.default.as_deref() } else { Some(&*setting.example) };
        let line = line(name, example.unwrap_or_default(), &setting.help);
        section +=
            &if stands_for || setting.optional || setting.default.is_some() { format!("# {line}") } else { line };
    }
    if spec.rest.as_ref().is_some_and(|rest| rest.local_times) {
        section += TIMEZONE;
    }
    if spec.is_copied() { section + API } else { section + MAILBOXES + API }
}

fn line(name: &str, value: &str, help: &str) -> String {
    let pair = format!("{name} = {}", quoted(value));
    format!("{pair:38} # {}\n", help.replace('\n', " "))
}

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}

/// The variables of the environment that the settings name.
fn exports(spec: &Spec) -> String {
    let needed = spec.settings.iter().filter(|(_, setting)| !setting.optional);
    let named = needed.filter_map(|(_, s)| s.example.split_once("${")?.1.split_once('}'));
    let named = named.map(|(name, _)| name);
    let loads = (!spec.is_copied()).then_some("INTERCOM_TOKEN");
    named.chain(loads).collect::<Vec<_>>().join(", ")
}

fn create(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(|| format!("cannot create the folder {}", folder.display()))?;
    }
    let mut file = std::fs::File::create_new(path).with_context(|| format!("cannot create {}", path.display()))?;
    file.write_all(text.as_bytes()).with_context(|| format!("cannot write {}", path.display()))?;
    report::say(format!("wrote {}", path.display()));
    Ok(())
}
