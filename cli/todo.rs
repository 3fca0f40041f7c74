//! What an administrator has to do in the workspace before a load: one list for `check` and for the checklist.

use deskferry_load::Readiness;

use crate::settings::Settings;

/// What a task is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Topic {
    /// Teammates and teams.
    People,
    /// Attributes and custom object types.
    Data,
    /// What would react to an import.
    Silence,
}

/// One task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Todo {
    /// What it is about.
    pub(crate) topic: Topic,
    /// What to do.
    pub(crate) task: String,
    /// Why.
    pub(crate) why: Option<String>,
    /// Where.
    pub(crate) place: Option<String>,
    /// Whether rows that are to be loaded need it, where that is known.
    pub(crate) needed: Option<bool>,
}

impl Topic {
    /// As SQL has it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Data => "data",
            Self::Silence => "silence",
        }
    }
}

/// The tasks, in the order in which they are best done. `transformed`: the whole desk was looked at, not a sample of it.
pub(crate) fn todos(settings: &Settings, found: &Readiness, transformed: bool) -> Vec<Todo> {
    let stand_in = settings.load.placeholder_admin.as_deref();
    let until = stand_in.map(|who| format!("until then {who} stands in, with the name in the text"));
    let people = |task: String, used: bool, why: Option<String>, place: &str| Todo {
        topic: Topic::People,
        task,
        why,
        place: Some(place.to_owned()),
        needed: transformed.then_some(used),
    };
    let admins = found.admins_missing.iter().map(|admin| {
        let email = admin.email.as_deref().unwrap_or("no e-mail");
        let task = format!("invite teammate {} <{email}>", admin.name);
        people(task, admin.used, until.clone(), "Settings > Workspace > Teammates")
    });
    let teams = found
        .teams_missing
        .iter()
        .map(|team| people(format!("create team {}", team.name), team.used, None, "Settings > Workspace > Teams"));
    let data = |task: String, why: &str, place: &str| Todo {
        topic: Topic::Data,
        task,
        why: Some(why.to_owned()),
        place: Some(place.to_owned()),
        needed: None,
    };
    let attributes = found.attributes_conflicting.iter().map(|c| {
        let task = format!("attribute `{}` of {} is {} here and should be {}", c.name, c.model, c.found, c.wanted);
        data(task, "rename one of them", "Settings > Data, or mapping/attributes.csv")
    });
    let types = found.object_types_missing.iter().map(|name| {
        let task = format!("create the custom object type {name}, with a reference to people that is called the same");
        data(task, "no API makes them", "Settings > Data > Custom objects")
    });
    let silence = found.warnings.iter().map(|warning| Todo {
        topic: Topic::Silence,
        task: warning.what.clone(),
        why: Some(warning.why.clone()),
        place: Some(warning.place.clone()),
        needed: None,
    });
    admins.chain(teams).chain(attributes).chain(types).chain(silence).collect()
}
