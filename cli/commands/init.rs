//! `init`: a folder with settings and mappings to fill in. Nothing that exists is overwritten.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context as _, Result};

use crate::args::Init;
use crate::error::refused;
use crate::{embedded, report, settings};

const TEMPLATE: &str = r#"# Settings of one migration. ${NAME} is read from the environment; keep secrets there.
[source]
kind = "KIND"
url = "mysql://reader:${HESK_PASSWORD}@127.0.0.1:3306/hesk"   # or a path: hesk.sql, hesk.sql.gz, export.zip
attachments = "attachments"            # folder (or .tar.gz, or object-store url) with the desk's attachments
table_prefix = "hesk_"
timezone = "America/New_York"          # as in Hesk's settings
# database_timezone = "UTC"            # only for wall times (DATETIME): Hesk 2.5 and older
# settings_file = "hesk_settings.inc.php"   # needed for the custom fields of Hesk 2.6 and older
# site_url = "https://help.example.com"     # images and files of articles are fetched from there
# own_mailboxes = ["support@example.com"]   # must not become contacts

[staging]
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
saved_replies = "file"                 # or "snippets", "none"
# tickets_as = "ticket"                # "conversation" if not given
# ticket_type = "Migrated ticket"      # name of the ticket type then
# reject_rate_max = 0.01               # share of refused rows of a table above which a load stops before the next
# in_flight_max = 256                  # threads at work at a time at most
"#;

/// Writes the files.
pub(crate) fn run(directory: &Path, init: &Init) -> Result<ExitCode> {
    let files = embedded::files(directory)?;
    embedded::spec(&files, &init.source)?;
    let path = directory.join(settings::FILE);
    if path.exists() {
        return Err(refused(format!("{} exists already", path.display()), "edit it, or name another folder with -C"));
    }
    create(&path, &TEMPLATE.replace("KIND", &init.source))?;
    for (name, text) in embedded::mappings(&files, &init.source) {
        let path = directory.join("mapping").join(name);
        if path.exists() {
            report::say(format!("kept {}", path.display()));
        } else {
            create(&path, text)?;
        }
    }
    report::say("\nNext: fill in deskferry.toml, export INTERCOM_TOKEN, then `deskferry check`.");
    Ok(ExitCode::SUCCESS)
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
