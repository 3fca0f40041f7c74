//! Contacts: create, read, update, delete, archive; duplicates are refused with the id of the other one.

use crate::attributes::{self, Model};
use crate::call::Call;
use crate::contact_merge::Merged;
use crate::refusal::Refusal;
use crate::reply::{Answer, Reply};
use crate::routes::{Route, delete, get, post, put};
use crate::tags::Taggings;
use crate::workspace::Workspace;
use serde_json::{Map, Value, json};

pub(crate) const ROUTES: &[Route] = &[
    post("/contacts", create),
    get("/contacts/{contact_id}", read),
    put("/contacts/{contact_id}", update),
    delete("/contacts/{contact_id}", remove),
    get("/contacts/find_by_external_id/{external_id}", find_by_external_id),
    post("/contacts/{contact_id}/archive", archive),
    post("/contacts/{contact_id}/unarchive", unarchive),
];

/// A user or lead.
#[derive(Debug, Default)]
pub(crate) struct Contact {
    pub(crate) n: u32,
    pub(crate) lead: bool,
    pub(crate) external_id: Option<String>,
    pub(crate) email: Option<String>,
    pub(crate) phone: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) avatar: Option<String>,
    pub(crate) owner_id: Option<u64>,
    pub(crate) signed_up_at: Option<i64>,
    pub(crate) last_seen_at: Option<i64>,
    pub(crate) last_replied_at: Option<i64>,
    pub(crate) unsubscribed: bool,
    pub(crate) custom: Map<String, Value>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
    /// Search does not see the contact before this moment.
    pub(crate) searchable_at_ms: i64,
    pub(crate) archived: bool,
    /// The contact that this one has become.
    pub(crate) merged_into: Option<u32>,
    /// Who was merged into it, and when.
    pub(crate) merged: Vec<Merged>,
    pub(crate) companies: Vec<u32>,
    pub(crate) tags: Taggings,
    pub(crate) notes: Vec<u64>,
    pub(crate) conversations: Vec<u64>,
}

impl Contact {
    pub(crate) fn role(&self) -> &'static str {
        if self.lead { "lead" } else { "user" }
    }

    /// How people call this contact.
    pub(crate) fn display_name(&self) -> &str {
        self.name.as_deref().or(self.email.as_deref()).or(self.external_id.as_deref()).unwrap_or("Unknown")
    }
}

/// Lists inside a contact show this many; the rest is behind `url`.
const SHOWN_MAX: usize = 10;

fn addressable(ids: Vec<(String, &str)>, base: &str, kind: &str, list: &str) -> Value {
    let total = ids.len();
    let data: Vec<Value> = ids
        .into_iter()
        .take(SHOWN_MAX)
        .map(|(id, path)| json!({ "type": kind, "id": id, "url": format!("{base}/{path}/{id}") }))
        .collect();
    json!({ "data": data, "url": list, "total_count": total, "has_more": total > SHOWN_MAX })
}

/// A contact as the API shows it.
pub(crate) fn json(ws: &Workspace, contact: &Contact, base: &str) -> Value {
    let id = ws.contact_id(contact.n);
    let path = format!("{base}/contacts/{id}");
    let tags = contact.tags.iter().filter(|t| ws.tags.contains_key(&t.tag)).map(|t| (t.tag.to_string(), "tags"));
    let notes = contact.notes.iter().map(|note| (note.to_string(), "notes"));
    let companies = contact.companies.iter().map(|n| (ws.company_id(*n), "companies"));
    let avatar = contact.avatar.as_ref().map(|url| json!({ "type": "avatar", "image_url": url }));
    let mut out = json!({
        "type": "contact",
        "id": id,
        "external_id": contact.external_id,
        "workspace_id": ws.app_id,
        "role": contact.role(),
        "phone": contact.phone,
        "name": contact.name,
        "avatar": avatar,
        "owner_id": contact.owner_id.map(|id| id.to_string()),
        "social_profiles": { "type": "list", "data": [] },
        "has_hard_bounced": false,
        "marked_email_as_spam": false,
        "unsubscribed_from_emails": contact.unsubscribed,
        "created_at": contact.created_at,
        "updated_at": contact.updated_at,
        "signed_up_at": contact.signed_up_at,
        "last_seen_at": contact.last_seen_at,
        "last_replied_at": contact.last_replied_at,
        "last_contacted_at": null,
        "last_email_opened_at": null,
        "last_email_clicked_at": null,
        "language_override": null,
        "location": { "type": "location", "country": null, "region": null, "city": null },
        "custom_attributes": custom_json(ws, contact),
        "tags": addressable(tags.collect(), base, "tag", &format!("{path}/tags")),
        "notes": addressable(notes.collect(), base, "note", &format!("{path}/notes")),
        "companies": addressable(companies.collect(), base, "company", &format!("{path}/companies")),
    });
    // The description has no null for these two.
    if let Some(email) = &contact.email {
        out["email"] = json!(email);
        out["email_domain"] = json!(email.rsplit('@').next());
    }
    out
}

/// Attributes, with links to custom objects spelled out.
fn custom_json(ws: &Workspace, contact: &Contact) -> Value {
    let mut out = contact.custom.clone();
    for kind in ws.object_types.values() {
        let name = kind.contact_relation.as_deref();
        if let Some(value) = name.and_then(|name| out.get_mut(name)) {
            *value = kind.linked_json(value);
        }
    }
    Value::Object(out)
}

/// `{type, id, external_id}`.
pub(crate) fn reference(ws: &Workspace, n: u32) -> Value {
    let external_id = ws.contacts.get(&n).and_then(|contact| contact.external_id.as_deref());
    json!({ "type": "contact", "id": ws.contact_id(n), "external_id": external_id })
}

/// Fields of a create or update call, checked.
struct Changes {
    lead: Option<bool>,
    owner_id: Option<Option<u64>>,
    custom: Option<Map<String, Value>>,
}

/// Distinguishes "absent" from "null".
fn nullable<'c>(call: &'c Call, name: &str) -> Result<Option<Option<&'c str>>, Refusal> {
    call.field(name).map(|_| call.text(name)).transpose()
}

impl Changes {
    fn of(ws: &Workspace, call: &Call) -> Result<Self, Refusal> {
        call.object()?;
        let lead = match call.text("role")? {
            None => None,
            Some("user") => Some(false),
            Some("lead") => Some(true),
            Some(other) => return Err(Refusal::invalid(format!("role '{other}' is not valid; use user or lead"))),
        };
        if let Some(email) = call.text("email")?
            && (email.split('@').count() != 2
                || email.contains(char::is_whitespace)
                || email.starts_with('@')
                || email.ends_with('@'))
        {
            return Err(Refusal::invalid(format!("Email '{email}' is not a valid address")));
        }
        if call.bool("email_verified")?.is_some() && call.text("email")?.is_none() {
            return Err(Refusal::invalid("email_verified must be supplied together with an email"));
        }
        let owner_id = match call.field("owner_id").map(|_| call.id("owner_id")).transpose()? {
            None => None,
            Some(None) => Some(None),
            Some(Some(id)) => {
                let owner = ws.admin_id(&id);
                let text = "The owner specified is not a member of the workspace";
                Some(Some(owner.ok_or_else(|| Refusal::invalid(text))?))
            }
        };
        for name in ["external_id", "phone", "name", "avatar"] {
            call.text(name)?;
        }
        for name in ["signed_up_at", "last_seen_at"] {
            call.seconds(name)?;
        }
        call.bool("unsubscribed_from_emails")?;
        Ok(Self { lead, owner_id, custom: attributes::checked(ws, Model::Contact, call)? })
    }

    fn apply(self, contact: &mut Contact, call: &Call) -> Result<(), Refusal> {
        let texts = [
            ("external_id", &mut contact.external_id),
            ("email", &mut contact.email),
            ("phone", &mut contact.phone),
            ("name", &mut contact.name),
            ("avatar", &mut contact.avatar),
        ];
        for (name, slot) in texts {
            if let Some(text) = nullable(call, name)? {
                *slot = text.filter(|text| !text.is_empty()).map(str::to_owned);
            }
        }
        contact.lead = self.lead.unwrap_or(contact.lead);
        if let Some(owner_id) = self.owner_id {
            contact.owner_id = owner_id;
        }
        for (name, slot) in [("signed_up_at", &mut contact.signed_up_at), ("last_seen_at", &mut contact.last_seen_at)] {
            // Null empties it, as the description has it.
            if call.field(name).is_some() {
                *slot = call.seconds(name)?;
            }
        }
        contact.unsubscribed = call.bool("unsubscribed_from_emails")?.unwrap_or(contact.unsubscribed);
        if let Some(custom) = self.custom {
            attributes::merge(&mut contact.custom, custom);
        }
        contact.updated_at = call.now();
        Ok(())
    }
}

/// Refuses a second contact with the same external id, or a second user with the same e-mail.
fn refuse_duplicate(ws: &Workspace, call: &Call, lead: bool, own: Option<u32>) -> Result<(), Refusal> {
    let by_external = match call.text("external_id")? {
        Some(id) => ws.contact_by_external.get(id).copied(),
        None => None,
    };
    let by_email = match call.text("email")? {
        Some(email) if !lead => ws.users_with_email(email).find(|n| Some(*n) != own),
        _ => None,
    };
    let Some(n) = by_external.filter(|n| Some(*n) != own).or(by_email) else { return Ok(()) };
    let archived = ws.contacts.get(&n).is_some_and(|contact| contact.archived);
    let which = if archived { "An archived contact" } else { "A contact" };
    let text = format!("{which} matching those details already exists with id={}", ws.contact_id(n));
    Err(Refusal::new(409, "conflict", text))
}

impl Workspace {
    /// Users (not leads) with an e-mail address.
    fn users_with_email(&self, email: &str) -> impl Iterator<Item = u32> {
        let list = self.contact_by_email.get(&email.to_lowercase()).into_iter().flatten().copied();
        list.filter(|n| self.contacts.get(n).is_some_and(|contact| !contact.lead))
    }

    /// A contact that is not archived, by e-mail; users before leads.
    pub(crate) fn contact_with_email(&self, email: &str) -> Option<u32> {
        let list = self.contact_by_email.get(&email.to_lowercase())?;
        let live = list.iter().filter_map(|n| self.contacts.get(n)).filter(|contact| !contact.archived);
        live.min_by_key(|contact| (contact.lead, contact.n)).map(|contact| contact.n)
    }

    /// A contact that is not archived, by external id.
    pub(crate) fn contact_with_external_id(&self, id: &str) -> Option<u32> {
        let n = *self.contact_by_external.get(id)?;
        self.contacts.get(&n).filter(|contact| !contact.archived).map(|contact| contact.n)
    }

    fn index_contact(&mut self, n: u32) {
        let Some(contact) = self.contacts.get(&n) else { return };
        if let Some(id) = contact.external_id.clone() {
            self.contact_by_external.insert(id, n);
        }
        if let Some(email) = &contact.email {
            let list = self.contact_by_email.entry(email.to_lowercase()).or_default();
            list.push(n);
        }
    }

    pub(crate) fn unindex_contact(&mut self, n: u32) {
        let Some(contact) = self.contacts.get(&n) else { return };
        if let Some(id) = &contact.external_id {
            self.contact_by_external.remove(id);
        }
        let key = contact.email.as_ref().map(|email| email.to_lowercase());
        if let Some(key) = key
            && let Some(list) = self.contact_by_email.get_mut(&key)
        {
            list.retain(|other| *other != n);
            if list.is_empty() {
                self.contact_by_email.remove(&key);
            }
        }
    }

    /// A new contact, seen by search after the delay.
    pub(crate) fn add_contact(&mut self, mut contact: Contact, call: &Call) -> u32 {
        contact.n = self.next.contact();
        contact.created_at = call.now();
        contact.updated_at = call.now();
        contact.searchable_at_ms = call.now_ms.saturating_add(self.search_delay_ms);
        let n = contact.n;
        self.contacts.insert(n, contact);
        self.index_contact(n);
        n
    }
}

fn create(ws: &mut Workspace, call: &Call) -> Answer {
    let changes = Changes::of(ws, call)?;
    let has = |name: &str| call.text(name).map(|text| text.is_some_and(|text| !text.is_empty()));
    let lead = changes.lead.unwrap_or(false);
    if !has("email")? && !has("external_id")? && !lead {
        return Err(Refusal::missing("a user needs email or external_id"));
    }
    refuse_duplicate(ws, call, lead, None)?;
    let mut contact = Contact::default();
    changes.apply(&mut contact, call)?;
    if lead && contact.external_id.is_none() {
        // Intercom gives a lead an id of its own.
        contact.external_id = Some(crate::ids::uuid(ws.seed, u64::from(ws.next.other() as u32)));
    }
    let n = ws.add_contact(contact, call);
    show(ws, call, n)
}

fn show(ws: &Workspace, call: &Call, n: u32) -> Answer {
    let contact = ws.contacts.get(&n).ok_or_else(Refusal::no_contact)?;
    Ok(Reply::json(shown(ws, contact, call)))
}

/// As a call wants to see it.
pub(crate) fn shown(ws: &Workspace, contact: &Contact, call: &Call) -> Value {
    let mut out = json(ws, contact, &call.base_url);
    // Only users have a history.
    if call.query("include_merge_history") == Some("true") && !contact.lead {
        out["merge_history"] = contact.merged.iter().map(|merged| merged.json(ws)).collect();
    }
    out
}

fn read(ws: &mut Workspace, call: &Call) -> Answer {
    let contact = ws.contact(call.param(0))?;
    if contact.merged_into.is_some() {
        return Err(Refusal::merged_contact());
    }
    show(ws, call, contact.n)
}

fn find_by_external_id(ws: &mut Workspace, call: &Call) -> Answer {
    let n = ws.contact_with_external_id(call.param(0));
    // Users only, not leads.
    let n = n.filter(|n| ws.contacts.get(n).is_some_and(|contact| !contact.lead));
    show(ws, call, n.ok_or_else(Refusal::no_contact)?)
}

fn update(ws: &mut Workspace, call: &Call) -> Answer {
    let contact = ws.contact(call.param(0))?;
    let (n, lead) = (contact.n, contact.lead);
    let changes = Changes::of(ws, call)?;
    refuse_duplicate(ws, call, changes.lead.unwrap_or(lead), Some(n))?;
    ws.unindex_contact(n);
    let applied = match ws.contacts.get_mut(&n) {
        Some(contact) => changes.apply(contact, call),
        None => Err(Refusal::no_contact()),
    };
    ws.index_contact(n);
    applied?;
    show(ws, call, n)
}

fn remove(ws: &mut Workspace, call: &Call) -> Answer {
    let n = ws.contact(call.param(0))?.n;
    let mut out = reference(ws, n);
    out["deleted"] = json!(true);
    ws.unindex_contact(n);
    if let Some(contact) = ws.contacts.remove(&n) {
        for company in contact.companies {
            if let Some(company) = ws.companies.get_mut(&company) {
                company.contacts.remove(&n);
            }
        }
        for note in contact.notes {
            ws.notes.remove(&note);
        }
    }
    Ok(Reply::json(out))
}

fn set_archived(ws: &mut Workspace, call: &Call, archived: bool) -> Answer {
    let contact = ws.contact_mut(call.param(0))?;
    contact.archived = archived;
    contact.updated_at = call.now();
    let n = contact.n;
    let mut out = reference(ws, n);
    out["archived"] = json!(archived);
    Ok(Reply::json(out))
}

fn archive(ws: &mut Workspace, call: &Call) -> Answer {
    set_archived(ws, call, true)
}

fn unarchive(ws: &mut Workspace, call: &Call) -> Answer {
    set_archived(ws, call, false)
}

#[cfg(test)]
mod tests {
    use crate::harness::Harness;
    use serde_json::{Value, json};

    fn message(body: &Value) -> &str {
        body["errors"][0]["message"].as_str().unwrap()
    }

    #[test]
    fn a_duplicate_is_a_conflict_that_names_the_other_contact() {
        let mut h = Harness::new();
        let first = h.ok("POST", "/contacts", json!({ "external_id": "hesk:1", "email": "A@x.test" }));
        let id = first["id"].as_str().unwrap();
        assert_eq!(id.len(), 24);
        for body in [json!({ "external_id": "hesk:1" }), json!({ "external_id": "hesk:2", "email": "a@X.test" })] {
            let (status, refused) = h.call("POST", "/contacts", body);
            assert_eq!((status, &refused["errors"][0]["code"]), (409, &json!("conflict")));
            assert_eq!(message(&refused), format!("A contact matching those details already exists with id={id}"));
        }
        let lead = json!({ "role": "lead", "email": "a@x.test" });
        assert_eq!(h.ok("POST", "/contacts", lead)["role"], "lead");
    }

    #[test]
    fn an_archived_duplicate_says_so_and_can_be_brought_back() {
        let mut h = Harness::new();
        let id = h.contact("a@x.test");
        assert_eq!(h.ok("POST", &format!("/contacts/{id}/archive"), json!(null))["archived"], true);
        assert_eq!(h.get("/contacts")["total_count"], 0);
        let (status, refused) = h.call("POST", "/contacts", json!({ "email": "a@x.test" }));
        assert_eq!(status, 409);
        assert!(message(&refused).starts_with("An archived contact"), "{refused}");
        assert!(message(&refused).ends_with(&format!("id={id}")));
        h.ok("POST", &format!("/contacts/{id}/unarchive"), json!(null));
        assert_eq!(h.get("/contacts")["total_count"], 1);
    }

    #[test]
    fn an_update_moves_the_index_and_a_delete_frees_the_address() {
        let mut h = Harness::new();
        let id = h.contact("a@x.test");
        h.ok("PUT", &format!("/contacts/{id}"), json!({ "email": "b@x.test", "external_id": "e 1" }));
        assert_eq!(h.get("/contacts/find_by_external_id/e%201")["id"], id.as_str());
        let other = h.contact("a@x.test");
        let (status, _) = h.call("PUT", &format!("/contacts/{other}"), json!({ "email": "b@x.test" }));
        assert_eq!(status, 409);
        assert_eq!(h.ok("DELETE", &format!("/contacts/{id}"), json!(null))["deleted"], true);
        h.ok("PUT", &format!("/contacts/{other}"), json!({ "email": "b@x.test" }));
        assert_eq!(h.call("GET", &format!("/contacts/{id}"), json!(null)).0, 404);
    }

    #[test]
    fn null_empties_what_can_be_empty() {
        let mut h = Harness::new();
        let body = json!({ "external_id": "e1", "name": "N", "phone": "1", "signed_up_at": 1_600_000_000 });
        let id = h.ok("POST", "/contacts", body)["id"].as_str().unwrap().to_owned();
        let empty = json!({ "name": null, "phone": null, "signed_up_at": null });
        let contact = h.ok("PUT", &format!("/contacts/{id}"), empty);
        assert_eq!(
            (&contact["name"], &contact["phone"], &contact["signed_up_at"]),
            (&json!(null), &json!(null), &json!(null))
        );
        assert_eq!(contact["external_id"], "e1");
    }

    #[test]
    fn unknown_owner_bad_email_and_a_nameless_user_are_refused() {
        let mut h = Harness::new();
        let cases = [
            json!({ "email": "a@x.test", "owner_id": "5" }),
            json!({ "email": "not an address" }),
            json!({ "role": "user" }),
            json!({ "external_id": "1", "email_verified": true }),
            json!({ "external_id": "1", "signed_up_at": 1_600_000_000_000_i64 }),
            json!({ "external_id": "1", "signed_up_at": "2020-01-01" }),
        ];
        for body in cases {
            assert_eq!(h.call("POST", "/contacts", body.clone()).0, 400, "{body}");
        }
    }
}
