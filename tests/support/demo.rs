//! The bundled demo desk as a migration, and a workspace that it can be loaded into.

use super::{Migration, Workspace, repository};

/// The desk, extracted and transformed, with its only teammate in the workspace as everybody's stand-in.
pub(crate) fn desk(intercom_url: &str) -> Migration {
    let migration = Migration::new(&format!(
        "[source]\nkind = \"hesk\"\nurl = \"{0}/desk.sql.gz\"\nattachments = \"{0}/attachments\"\n\
         settings_file = \"{0}/hesk_settings.inc.php\"\ntimezone = \"America/New_York\"\n\
         [intercom]\nurl = \"{intercom_url}\"\n[load]\nplaceholder_admin = \"mia@larkspur.example\"\n",
        repository("cli/demo").display()
    ));
    migration.done(&["extract"]);
    migration.done(&["transform"]);
    migration
}

/// A workspace with that teammate and nobody else.
pub(crate) fn workspace() -> Workspace {
    Workspace::start(&[("Mia".to_owned(), "mia@larkspur.example".to_owned())], &[])
}
