//! Teammates, teams, the token's own account, and short read-only lists.

use crate::call::Call;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, get};
use crate::workspace::{Admin, Team, Workspace};
use serde_json::{Value, json};

pub(crate) const ROUTES: &[Route] = &[
    get("/me", me),
    get("/admins", list),
    get("/admins/{admin_id}", read),
    get("/teams", teams),
    get("/teams/{team_id}", team),
    get("/segments", segments),
    get("/macros", macros),
    get("/subscription_types", empty_list),
    get("/away_status_reasons", empty_list),
    get("/brands", brands),
    get("/emails", empty_list),
];

/// A teammate as the API shows it.
pub(crate) fn json(ws: &Workspace, admin: &Admin) -> Value {
    json!({
        "type": "admin",
        "id": admin.id.to_string(),
        "name": admin.name,
        "email": admin.email,
        "job_title": "",
        "away_mode_enabled": false,
        "away_mode_reassign": false,
        "has_inbox_seat": true,
        "team_ids": team_ids(ws, admin.id),
    })
}

fn team_ids(ws: &Workspace, admin: u64) -> Vec<u64> {
    ws.teams.iter().filter(|team| team.admin_ids.contains(&admin)).map(|team| team.id).collect()
}

fn me(ws: &mut Workspace, _call: &Call) -> Answer {
    let admin = ws.admins.first().ok_or_else(Refusal::no_resource)?;
    let mut out = json(ws, admin);
    out["email_verified"] = json!(true);
    out["avatar"] = json!({ "type": "avatar", "image_url": null });
    out["app"] = json!({
        "type": "app",
        "id_code": ws.app_id,
        "name": "deskferry sandbox",
        "region": "US",
        "timezone": "Etc/UTC",
        "created_at": ws.started,
        "identity_verification": false,
    });
    Ok(Reply::json(out))
}

fn list(ws: &mut Workspace, _call: &Call) -> Answer {
    let admins: Vec<Value> = ws.admins.iter().map(|admin| json(ws, admin)).collect();
    Ok(Reply::json(json!({ "type": "admin.list", "admins": admins })))
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    let admin = call.param(0).parse().ok().and_then(|id| ws.admin(id));
    let admin = admin.ok_or_else(|| Refusal::new(404, "admin_not_found", "Admin not found"))?;
    Ok(Reply::json(json(ws, admin)))
}

fn team_json(team: &Team) -> Value {
    json!({
        "type": "team",
        "id": team.id.to_string(),
        "name": team.name,
        "admin_ids": team.admin_ids,
        "distribution_method": "manual",
    })
}

fn teams(ws: &mut Workspace, _call: &Call) -> Answer {
    let teams: Vec<Value> = ws.teams.iter().map(team_json).collect();
    Ok(Reply::json(json!({ "type": "team.list", "teams": teams })))
}

fn team(ws: &mut Workspace, call: &Call) -> Answer {
    let team = call.param(0).parse().ok().and_then(|id| ws.team(id));
    let team = team.ok_or_else(|| Refusal::new(404, "team_not_found", "Team not found"))?;
    Ok(Reply::json(team_json(team)))
}

fn segments(_ws: &mut Workspace, _call: &Call) -> Answer {
    Ok(Reply::json(json!({ "type": "segment.list", "segments": [] })))
}

fn macros(_ws: &mut Workspace, _call: &Call) -> Answer {
    let pages = json!({ "type": "pages", "per_page": 50, "next": null });
    Ok(Reply::json(json!({ "type": "list", "data": [], "pages": pages })))
}

fn brands(ws: &mut Workspace, _call: &Call) -> Answer {
    let brand = json!({
        "type": "brand",
        "id": "1",
        "name": "deskferry sandbox",
        "is_default": true,
        "created_at": ws.started,
        "updated_at": ws.started,
        "help_center_id": crate::help_center::HELP_CENTER_ID.to_string(),
    });
    Ok(Reply::json(json!({ "type": "list", "data": [brand] })))
}

fn empty_list(_ws: &mut Workspace, _call: &Call) -> Answer {
    Ok(Reply::json(json!({ "type": "list", "data": [] })))
}
