//! Clients, sites and contacts: what lists have of them, and what only details have.

use serde_json::{Value, json};

use super::super::desk::Desk;
use super::super::desk::field::{Scope, held};
use super::super::desk::people::{ACME, Client, SAM, Site, User, main_site};
use super::Dialect;

/// A client.
pub(crate) fn client(dialect: &Dialect, client: &Client, detail: bool) -> Value {
    let top_level = if client.top_level == 3 { "Customers" } else { "Partners" };
    let row = dialect.row("client", client.id).id("id", client.id).set("name", client.name.as_str());
    let row = row.id("toplevel_id", client.top_level).set("toplevel_name", top_level);
    let row = row.set("inactive", client.inactive).set("colour", "#2bd3c6").text("notes", &client.notes);
    let row = row.set("ref", format!("C-{}", client.id)).set("is_vip", client.vip).set("is_account", true);
    let row = row.set("customertype", 0).set("stopped", client.stopped);
    let row = row.id("accountmanagertech", client.account_manager).maybe_date("calldate", None);
    let row = row.id("main_site_id", main_site(client.id)).text("main_phonenumber", &client.phone);
    let row = row.set("use", "client").set("table", 2);
    if !detail {
        return row.done();
    }
    let main_contact = if client.id == ACME { SAM } else { 0 };
    let address = json!({"id": client.id, "type": 1, "line1": "1 High St", "line2": "Leeds", "line3": "", "line4": "",
                         "postcode": "AB1 2CD", "primary": true, "site_id": main_site(client.id)});
    row.set("main_site_name", "Main")
        .id("main_contact_id", main_contact)
        .text("main_contact_name", if main_contact == 0 { "" } else { "Sam Carter" })
        .set("main_invoice_address", address)
        .text("domain", &client.domain)
        .text("website", &client.website)
        .date("datecreated", client.created)
        .date("alastupdate", client.updated)
        .fields(&held(dialect.seed, Scope::Client, client.id, client.id == ACME))
        .done()
}

/// A site. Its client's id is a double, as the vendor declares it.
pub(crate) fn site(dialect: &Dialect, desk: &Desk, site: &Site, detail: bool) -> Value {
    let client = desk.client_name(site.client);
    let row = dialect.row("site", site.id).id("id", site.id).set("name", site.name.as_str());
    let row = row.set("client_id", site.client as f64).set("client_name", client.as_str());
    let row = row.set("clientsite_name", format!("{client}/{}", site.name)).set("inactive", site.inactive);
    let row = row.id("sla_id", 0).text("phonenumber", &site.phone).set("timezone", "GMT Standard Time");
    let row =
        row.text("notes", "").set("isstocklocation", false).id("maincontact_id", site.main_contact).set("use", "site");
    if !detail {
        return row.done();
    }
    let [line1, line2, line3, line4, postcode] = &site.address;
    let address = json!({"id": site.id, "type": 2, "line1": line1, "line2": line2, "line3": line3, "line4": line4,
                         "postcode": postcode, "primary": true, "site_id": site.id});
    row.set("delivery_address", address)
        .date("datecreated", site.created)
        .date("slastupdate", site.updated)
        .fields(&held(dialect.seed, Scope::Site, site.id, site.id == main_site(ACME)))
        .done()
}

/// A contact. Its site's id is a double, as the vendor declares it.
pub(crate) fn user(dialect: &Dialect, desk: &Desk, user: &User, detail: bool) -> Value {
    let client = desk.client_name(user.client);
    let site = desk.site(user.site).map_or("", |site| &site.name);
    let (first, last) = user.name.trim().split_once(' ').unwrap_or((user.name.trim(), ""));
    let row = dialect.row("user", user.id).id("id", user.id).set("name", user.name.as_str());
    let row = row.set("site_id", user.site as f64).id("site_id_int", user.site).set("site_name", site);
    let row = row.id("client_id", user.client).set("client_name", client.as_str());
    let row = row.text("firstname", first).text("surname", last.trim()).text("title", &user.job);
    let row = row.text("emailaddress", &user.email).text("phonenumber", &user.phone).text("login", &user.email);
    let row = row.text("mobilenumber", &user.mobile).text("whatsapp_number", &user.whatsapp).text("notes", &user.notes);
    let row = row.set("inactive", user.inactive).set("isimportantcontact", user.id == SAM);
    let row = row.set("neversendemails", user.never_mailed).set("isserviceaccount", user.service);
    let row = row.id("linked_agent_id", user.agent).id("relationship_id", 0);
    let row =
        row.set("user_with_clientsite", format!("{} ({client}/{site})", user.name)).set("use", "user").set("table", 4);
    if !detail {
        return row.done();
    }
    row.text("email2", &user.more_emails[0])
        .text("email3", &user.more_emails[1])
        .text("facebook_username", &user.facebook)
        .text("department", "")
        .maybe_date("lastlogindate", None)
        .date("datecreated", user.created)
        .date("ulastupdate", user.updated)
        .set("isexternal", false)
        .fields(&held(dialect.seed, Scope::User, user.id, user.id == SAM))
        .done()
}
