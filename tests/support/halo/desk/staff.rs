//! Who helps: agents and their teams, with those who left, those who are no people, and teams of one name.

use super::moment::{Moment, day};

/// An agent. A `Uname` of the API.
#[derive(Debug, Clone)]
pub(crate) struct Agent {
    pub(crate) id: i64,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) disabled: bool,
    /// A login of an API application.
    pub(crate) api: bool,
    /// The default team first.
    pub(crate) teams: Vec<i64>,
    pub(crate) job: String,
    pub(crate) last_login: Option<Moment>,
}

/// A team. A `SectionDetail` of the API.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// A row of `/TopLevel`.
    pub(crate) department: i64,
    pub(crate) inactive: bool,
    /// Works on opportunities, not on requests.
    pub(crate) sales: bool,
    pub(crate) email: String,
}

/// The agent that stands for "nobody".
pub(crate) const UNASSIGNED: i64 = 1;
/// An agent who has left.
pub(crate) const DISABLED_AGENT: i64 = 7;
/// An agent who is also a contact, `people::AGENT_AS_USER`.
pub(crate) const ANN: i64 = 5;
/// The agent the API application logs in as.
pub(crate) const API_AGENT: i64 = 20;
/// A team that tickets still call by `RENAMED_TEAM_OLD_NAME`.
pub(crate) const RENAMED_TEAM: i64 = 15;
/// The name tickets still give to `RENAMED_TEAM`.
pub(crate) const RENAMED_TEAM_OLD_NAME: &str = "Helpdesk";
/// Two teams in two departments that are both called "Billing".
pub(crate) const TEAMS_OF_ONE_NAME: [i64; 2] = [16, 17];
/// A team that is no longer used.
pub(crate) const DISABLED_TEAM: i64 = 18;

/// Every agent.
pub(crate) fn agents() -> Vec<Agent> {
    let agent = |id: i64, name: &str, email: &str, teams: &[i64]| Agent {
        id,
        name: name.into(),
        email: email.into(),
        disabled: false,
        api: false,
        teams: teams.into(),
        job: if id % 2 == 0 { String::new() } else { "Support agent".into() },
        last_login: (id > 1).then(|| day(2026, 6, 30)),
    };
    vec![
        agent(UNASSIGNED, "Unassigned", "", &[]),
        agent(ANN, "Ann Agent", "ann@desk.example", &[13, 14]),
        agent(6, "Bernd Groß", "bernd@desk.example", &[14]),
        Agent {
            disabled: true,
            last_login: Some(day(2024, 3, 1)),
            ..agent(DISABLED_AGENT, "Dora Departed", "dora@desk.example", &[13])
        },
        agent(8, "Chloé Lévêque", "chloe@desk.example", &[RENAMED_TEAM, 13]),
        agent(9, " Eve  Blank ", "eve@desk.example", &[TEAMS_OF_ONE_NAME[0]]),
        agent(10, "Eve Blank", "eve.blank@desk.example", &[TEAMS_OF_ONE_NAME[1]]),
        agent(11, "Finn Sales", "finn@desk.example", &[19]),
        agent(12, "Greta Nomail", "", &[13]),
        agent(13, "Hiro 山田", "hiro@desk.example", &[13]),
        Agent { api: true, ..agent(API_AGENT, "API Migration", "api@desk.example", &[13]) },
    ]
}

/// Every team.
pub(crate) fn teams() -> Vec<Team> {
    let team = |id: i64, name: &str, department: i64| Team {
        id,
        name: name.into(),
        department,
        inactive: false,
        sales: false,
        email: format!("team{id}@desk.example"),
    };
    vec![
        team(13, "1st Line Support", 11),
        team(14, "2nd Line", 11),
        team(RENAMED_TEAM, "Customer Care", 11),
        team(TEAMS_OF_ONE_NAME[0], "Billing", 11),
        team(TEAMS_OF_ONE_NAME[1], "Billing", 12),
        Team { inactive: true, ..team(DISABLED_TEAM, "Old Projects", 12) },
        Team { sales: true, ..team(19, "Sales", 12) },
    ]
}
