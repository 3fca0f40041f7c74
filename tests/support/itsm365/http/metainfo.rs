//! What superusers may ask: the configuration as XML, and a module that tells classes.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::super::super::standin::reply::Reply;
use super::super::desk::tenant::STATES;
use super::find;
use super::server::{Call, Server};

/// `smpsync/…`.
pub(crate) fn answer(server: &Server, place: &str) -> Reply {
    if !server.switches().superuser {
        return Reply::text(403, "Недостаточно прав: требуется суперпользователь");
    }
    match place {
        "metainfo" => {
            let mut reply = Reply::text(200, &xml(server));
            reply.headers = vec![("content-type", "application/xml; charset=utf-8".into())];
            reply
        }
        "version" => Reply::text(200, "4.20.0"),
        "groovy_version" => Reply::text(200, "3.0.9"),
        _ => Reply::page(404, "HTTP Status 404"),
    }
}

/// Classes, their attributes and the states of tickets.
fn xml(server: &Server) -> String {
    let tenant = server.desk.facts().tenant;
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<metainfo>\n");
    for (class, attributes) in &server.schemas {
        let _ = writeln!(xml, " <class fqn=\"{}\">", tenant.class(class));
        for code in attributes {
            let _ = writeln!(xml, "  <attribute code=\"{code}\"/>");
        }
        if *class == "serviceCall" {
            for state in STATES {
                let (code, title) = (tenant.state(state), tenant.state_title(state));
                let _ = writeln!(xml, "  <state code=\"{code}\" title=\"{title}\"/>");
            }
        }
        xml.push_str(" </class>\n");
    }
    xml.push_str("</metainfo>\n");
    xml
}

/// `modules.sdkController.getMetaClassInfo`.
pub(crate) fn module(server: &Server, call: &Call) -> Reply {
    let facts = server.desk.facts();
    if !server.switches().superuser {
        return Reply::text(500, "Модуль sdkController не найден");
    }
    let fqn = call.text("meta").unwrap_or_default();
    let class = match find::class(server, &facts, fqn) {
        Ok(class) => class,
        Err(refusal) => return refusal,
    };
    let attributes: Vec<Value> = server.schemas[class]
        .iter()
        .map(|code| json!({"title": code, "code": code, "type": "string", "hardcoded": false, "required": false}))
        .collect();
    Reply::json(&json!({"title": fqn, "fullCode": fqn, "classCode": facts.tenant.class(class), "caseCode": null,
                        "children": [], "hasWorkflow": class == "serviceCall", "attributes": attributes}))
}
