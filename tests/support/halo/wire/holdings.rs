//! Contracts and assets, approvals and ratings.

use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::desk::approval::{Approval, Rating};
use super::super::desk::holding::{ASSET_TYPES, Asset, Contract, site_of};
use super::super::desk::moment::minutes;
use super::Dialect;

/// A contract.
pub(crate) fn contract(dialect: &Dialect, desk: &Desk, contract: &Contract, detail: bool) -> Value {
    let row = dialect.row("contract", contract.id).id("id", contract.id).id("client_id", contract.client);
    let row = row.set("client_name", desk.client_name(contract.client));
    let row = row.set("ref", contract.reference.as_str()).set("refextra", contract.title.as_str());
    let row = row.date("start_date", contract.starts).maybe_date("end_date", contract.ends).set("started", true);
    let row = row.set("expired", !contract.active).set("active", contract.active).set("contracttype", 1);
    let row =
        row.set("contracttype_name", "Managed").set("billingperiod", 3).set("periodchargeamount", contract.amount);
    let row = row.id("sla_id", 8).text("note", &contract.note).date("last_modified", contract.modified);
    let row = row.maybe_date("next_invoice_date", None).set("use", "contract").set("table", 6);
    if !detail {
        return row.done();
    }
    row.fields(&contract.fields)
        .set("assets", json!([]))
        .set("sites", json!([]))
        .set("rollingcontract", contract.ends.is_none())
        .done()
}

/// An asset.
pub(crate) fn asset(dialect: &Dialect, desk: &Desk, asset: &Asset, detail: bool) -> Value {
    let kind = ASSET_TYPES.iter().find(|(id, _)| *id == asset.kind).map_or("", |(_, name)| name);
    let row = dialect.row("asset", asset.id).id("id", asset.id).set("inventory_number", asset.number.as_str());
    let row = row.set("key_field", asset.model.as_str()).id("assettype_id", asset.kind).set("assettype_name", kind);
    let row = row.id("client_id", asset.client).id("site_id", site_of(asset)).text("username", &asset.username);
    let row = row.set("client_name", desk.client_name(asset.client)).id("status_id", 1);
    let row = row.set("status_name", "Active").set("inactive", asset.inactive);
    let row =
        row.maybe_date("warranty_end", asset.warranty_ends).id("contract_id", 0).set("use", "asset").set("table", 5);
    if !detail {
        return row.done();
    }
    row.set("fields", json!([{"id": 3, "name": "RAM", "value": "32 GB"}]))
        .text("notes", "")
        .fields(&asset.fields)
        .done()
}

/// `/AssetType`.
pub(crate) fn asset_types() -> Vec<Value> {
    ASSET_TYPES.iter().map(|(id, name)| json!({"id": id, "name": name, "assetgroup_id": 1})).collect()
}

/// An approval of a ticket.
pub(crate) fn approval(dialect: &Dialect, desk: &Desk, approval: &Approval) -> Value {
    let Some(ticket) = desk.ticket(approval.ticket) else { return Value::Null };
    let asked = minutes(ticket.brief.opened, 240);
    let decided = (approval.result > 0).then(|| minutes(asked, 80));
    let row = dialect.row("approval", approval.ticket * 10 + approval.sequence).id("ticket_id", approval.ticket);
    let row = row.set("seq", approval.sequence).set("actionnumber", 5).set("result", approval.result).set("type", 1);
    let row = row.id("user_id", approval.user).set("name", approval.name).date("datetime", asked);
    let row = row.maybe_date("dateapproved", decided).id("approval_process_id", 2).id("step_id", 21);
    row.set("step_name", "Line manager").text("approver_note", approval.note).done()
}

/// A rating.
pub(crate) fn rating(dialect: &Dialect, rating: &Rating) -> Value {
    let row = dialect.row("rating", rating.ticket).id("id", rating.ticket).id("ticket_id", rating.ticket);
    row.set("score", rating.score).date("date", rating.date).text("comment", &rating.comment).done()
}
