//! Users, teams, pipelines.

use serde_json::{Value, json};

use super::super::desk::staff::{Bot, Pipeline, Team, User};
use super::Dialect;

/// A user.
pub(crate) fn user(dialect: &Dialect, user: &User) -> Value {
    let row = dialect.row("user", user.id).set("id", user.id).set("firstName", user.first).set("lastName", user.last);
    row.set("email", user.email).set("role", user.role).set("isActive", user.active).done()
}

/// A team.
pub(crate) fn team(dialect: &Dialect, team: &Team) -> Value {
    dialect.row("team", team.id).set("id", team.id).set("name", team.name).set("userIds", team.users).done()
}

/// A chatbot.
pub(crate) fn bot(dialect: &Dialect, bot: &Bot) -> Value {
    let row = dialect.row("bot", bot.id).set("id", bot.id).set("name", bot.name).set("isActive", bot.active);
    row.set("flow", json!([{"step": 1, "say": "Merhaba! Size nasıl yardımcı olabilirim?"}])).done()
}

/// A pipeline with its stages.
pub(crate) fn pipeline(dialect: &Dialect, pipeline: &Pipeline) -> Value {
    let stages = pipeline.stages.iter().enumerate();
    let stages: Vec<Value> = stages.map(|(at, (id, name))| json!({"id": id, "name": name, "order": at + 1})).collect();
    let row = dialect.row("pipeline", pipeline.id).set("id", pipeline.id).set("name", pipeline.name);
    row.set("type", pipeline.object).set("stages", stages).done()
}
