//! Agents and teams.

use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::desk::field::CANARY;
use super::super::desk::staff::{Agent, Team};
use super::Dialect;

/// An agent.
pub(crate) fn agent(dialect: &Dialect, desk: &Desk, agent: &Agent, detail: bool) -> Value {
    let name = agent.name.trim();
    let (first, last) = name.split_once(' ').unwrap_or((name, ""));
    let team = agent.teams.first().and_then(|id| desk.team(*id)).map_or("", |team| &team.name);
    let member = |id: &i64| {
        let name = desk.team(*id).map_or("", |team| &team.name);
        json!({"id": agent.id * 100 + id, "agent_id": agent.id, "team_id": id, "team_name": name, "is_manager": false,
               "fortickets": true, "foropps": false})
    };
    let row = dialect.row("agent", agent.id).id("id", agent.id).set("name", agent.name.as_str());
    let row = row.set("isdisabled", agent.disabled).text("email", &agent.email).text("firstname", first);
    let row = row.text("surname", last.trim()).text("team", team).text("jobtitle", &agent.job);
    let row = row.set("is_agent", true).set("isapiagent", agent.api).set("licence_type", 0);
    let row = row.maybe_date("lastlogindate", agent.last_login).set("colour", "#444").set("use", "agent");
    let row = row.set("teams", agent.teams.iter().map(member).collect::<Vec<_>>());
    if !detail {
        return row.done();
    }
    row.html("signature", &format!("<p>{name}</p>")).set("roles", json!([])).set("password", CANARY).done()
}

/// A team.
pub(crate) fn team(dialect: &Dialect, desk: &Desk, team: &Team, detail: bool) -> Value {
    let row = dialect.row("team", team.id).id("id", team.id).guid().set("name", team.name.as_str());
    let row = row.set("sequence", team.id).set("forrequests", !team.sales).set("foropps", team.sales);
    let row = row.set("forprojects", false).id("department_id", team.department);
    let row = row.set("department_name", if team.department == 11 { "Support" } else { "Back office" });
    let row = row.id("organisation_id", 1).set("inactive", team.inactive).text("emailaddress", &team.email);
    let row = row.set("ticket_count", 0);
    if !detail {
        return row.done();
    }
    let members = desk.agents.iter().filter(|agent| agent.teams.contains(&team.id));
    let members = members.map(|agent| json!({"agent_id": agent.id, "agent_name": agent.name, "team_id": team.id}));
    row.set("agents", members.collect::<Vec<_>>()).done()
}
