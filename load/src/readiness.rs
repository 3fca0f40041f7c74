//! What an administrator has to do before a load: who and what is missing in the workspace, and what would react to it.

use deskferry_http::Request;
use deskferry_staging::{Context, Manifest};

use crate::Result;
use crate::intercom::Workspace;
use crate::people::{MissingAdmin, MissingTeam, People};
use crate::rows::Rows;
use crate::settings::{Settings, TicketsAs};
use crate::tables::attributes::{Attributes, Standing};
use crate::tables::{ATTRIBUTES, custom_objects, ticket_types};

/// An attribute that the workspace has with another type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeConflict {
    /// contact, company or conversation.
    pub model: String,
    /// Name.
    pub name: String,
    /// Type in the contract table.
    pub wanted: String,
    /// Type in the workspace.
    pub found: String,
}

/// A setting that makes Intercom refuse what is loaded, or react to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What to look at.
    pub what: String,
    /// Why.
    pub why: String,
    /// Where it is found.
    pub place: String,
}

/// Whether a load can begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Readiness {
    /// Name of the workspace.
    pub workspace: String,
    /// Its id.
    pub workspace_id: String,
    /// Its region: US, EU, AU.
    pub region: String,
    /// Its time zone, by whose days contacts are searched.
    pub timezone: String,
    /// Teammates in the workspace.
    pub admins_there: usize,
    /// Teammates who are not.
    pub admins_missing: Vec<MissingAdmin>,
    /// Teams that are not.
    pub teams_missing: Vec<MissingTeam>,
    /// Attributes that will be made: `model.name`.
    pub attributes_new: Vec<String>,
    /// Attributes whose rows will be refused.
    pub attributes_conflicting: Vec<AttributeConflict>,
    /// Custom object types to be made by hand.
    pub object_types_missing: Vec<String>,
    /// What to look at and to switch off.
    pub warnings: Vec<Warning>,
    /// Whether the load would refuse to begin.
    pub blocks: bool,
}

/// Reads the workspace and compares it with the tables of `manifest`. Sends nothing.
///
/// # Errors
/// `Http` where Intercom refuses the token or does not answer; `Setting`; `Contract`.
pub async fn readiness(context: &Context, settings: &Settings, manifest: Option<&Manifest>) -> Result<Readiness> {
    let client = settings.client(context)?;
    let workspace = Workspace::read(&client).await?;
    let people = People::matched(&context.staging, manifest, &workspace, settings).await?;
    let mut found = Readiness {
        workspace: workspace.name.clone(),
        workspace_id: workspace.id.clone(),
        region: workspace.region.clone(),
        timezone: workspace.timezone.clone(),
        admins_there: workspace.admins.len(),
        blocks: people.blocks(),
        admins_missing: people.missing_admins,
        teams_missing: people.missing_teams,
        warnings: warnings(settings, &workspace),
        ..Readiness::default()
    };
    let Some(manifest) = manifest else { return Ok(found) };
    let existing = match settings.tickets_as {
        TicketsAs::Conversation => Attributes::read(&client).await?,
        TicketsAs::Ticket => {
            let types = ticket_types::all(&client).await?;
            Attributes::of_tickets(&client, ticket_types::pick(&types, None, &settings.ticket_type)).await?
        }
    };
    let mut rows = Rows::open(&context.staging, manifest, ATTRIBUTES)?;
    while let Some(row) = rows.next().await? {
        let (model, name) = (row.must("model")?, row.must("name")?);
        match existing.standing(&row)? {
            Standing::Missing | Standing::Archived { .. } => found.attributes_new.push(format!("{model}.{name}")),
            Standing::There { .. } => {}
            Standing::Conflict { found: type_found } => found.attributes_conflicting.push(AttributeConflict {
                model: model.to_owned(),
                name: name.to_owned(),
                wanted: row.must("data_type")?.to_owned(),
                found: type_found,
            }),
        }
    }
    for object_type in custom_objects::types(&context.staging, manifest).await? {
        let request = Request::get(custom_objects::path(&object_type)).with("per_page", 1);
        match client.send(&request).await {
            Ok(_) => {}
            Err(deskferry_http::Error::Refused { status: 404, .. }) => found.object_types_missing.push(object_type),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(found)
}

fn warnings(settings: &Settings, workspace: &Workspace) -> Vec<Warning> {
    let warn = |what: &str, why: &str, place: &str| Warning { what: what.into(), why: why.into(), place: place.into() };
    let mut all = vec![
        warn(
            "workflows and automations on new or closed conversations",
            "opening and closing a thread has no switch to keep them silent: they would run on every old ticket",
            "Fin AI & Automation > Workflows: pause all until the load is done",
        ),
        warn(
            "out-of-office and auto-replies",
            "they would answer opening messages that are years old, by e-mail too",
            "Settings > Channels > Messenger and E-mail",
        ),
        warn(
            "SLAs and assignment preferences",
            "imported threads would start clocks and be handed to teammates who are away",
            "Settings > Inbox > SLAs, and Assignments",
        ),
        warn(
            "campaigns, series and new-user messages",
            "contacts are new to the workspace and would be greeted",
            "Outbound > Messages and Series: pause those that match new users",
        ),
        warn(
            "webhooks and apps",
            "every write is told to every app that listens, and apps may write back",
            "Settings > Integrations, and Developer Hub > Webhooks",
        ),
        warn(
            "phone number validation and required attributes",
            "contacts and conversations that break such a rule are refused",
            "Settings > Data > People, and Conversations",
        ),
        warn(
            "attachment settings",
            "a workspace that does not allow attachments or a file type refuses the message that has them",
            "Settings > Workspace > Security > Attachments",
        ),
    ];
    if settings.tickets_as == TicketsAs::Ticket {
        all.push(warn(
            "tickets in the Messenger and the tickets portal",
            "customers see the tickets that are made for them, old ones too",
            "Settings > Channels > Messenger and Tickets portal; required attributes of the ticket type under Data > Tickets",
        ));
    }
    if settings.base_url.contains("//api.intercom.io") && !matches!(workspace.region.as_str(), "US" | "") {
        all.push(warn(
            &format!("the workspace is in region {}", workspace.region),
            "calls to api.intercom.io pass through the United States",
            "[intercom] region in deskferry.toml",
        ));
    }
    all
}
