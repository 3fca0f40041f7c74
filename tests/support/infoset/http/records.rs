//! Routes of which nothing but guesses is known: deals, calls, the help center, service levels, how the account is set up.

use serde_json::{Value, json};

use super::super::desk::article::{CATEGORIES, LANGUAGES};
use super::super::desk::configuration::{self, TAGS};
use super::super::desk::property::PROPERTIES;
use super::super::desk::service::SLAS;
use super::super::wire::records;
use super::call::Call;
use super::lists::page;
use super::refusals::{invalid, not_found};
use super::reply::Reply;
use super::server::Server;

/// The answer of an endpoint, if it is one of these.
pub(crate) fn answer(server: &Server, call: &Call, endpoint: &str, id: Option<i64>) -> Option<Reply> {
    let (dialect, desk) = (&server.dialect, &server.desk);
    Some(match (endpoint, id) {
        ("deals", _) => deals(server, call),
        ("deals/{id}", Some(id)) => {
            let found = desk.deals.find(|deal| deal.id == id);
            found.map_or_else(not_found, |deal| Reply::json(&records::deal(dialect, &deal, true)))
        }
        ("deals/logs", id) => {
            let of = id.or_else(|| call.number("dealid"));
            let found = desk.deals.all().into_iter().filter(|deal| of.is_none_or(|id| deal.id == id));
            let notes = found.flat_map(|deal| deal.notes.into_iter().map(move |note| (deal.id, note))).collect();
            page(server, call, notes, |(deal, note)| records::deal_log(dialect, deal, &note))
        }
        ("calls", _) => {
            page(server, call, desk.calls.all(), |made| records::call(dialect, &made, |file| server.new_link(file)))
        }
        ("properties", _) => page(server, call, PROPERTIES.iter().collect(), |known| records::property(dialect, known)),
        ("tags", _) => page(server, call, TAGS.to_vec(), |(id, name)| json!({"id": id, "name": name})),
        ("slas", _) => page(server, call, (0..SLAS.len()).collect(), records::sla),
        ("slas/breaches", _) => breaches(server, call),
        ("reports/csat", _) => page(server, call, desk.ratings(), |rating| records::rating(dialect, &rating)),
        ("helpcenter/languages", _) => page(server, call, (0..LANGUAGES.len()).collect(), records::language),
        ("helpcenter/categories", _) => {
            page(server, call, CATEGORIES.iter().collect(), |known| records::category(dialect, known))
        }
        ("helpcenter/articles", _) => articles(server, call),
        ("email/accounts", _) => whole(server, call, configuration::mail_accounts()),
        ("automations", _) => whole(server, call, configuration::automations()),
        ("chat/widgets", _) => whole(server, call, configuration::chat_widgets()),
        _ => return None,
    })
}

fn whole(server: &Server, call: &Call, rows: Vec<Value>) -> Reply {
    page(server, call, rows, |row| row)
}

/// Custom properties filter: `key[op]=1&key[val]=…`, where every operator is "equal" here.
fn deals(server: &Server, call: &Call) -> Reply {
    let mut found = server.desk.deals.all();
    if let Some(name) = call.text("name") {
        found.retain(|deal| deal.name.contains(name));
    }
    for property in &PROPERTIES {
        let (operator, value) = (call.number(&format!("{}[op]", property.key)), format!("{}[val]", property.key));
        if let (Some(_), Some(wanted)) = (operator, call.text(&value)) {
            let holds = |value: &Value| value.as_str().map_or_else(|| value.to_string(), String::from) == wanted;
            found.retain(|deal| deal.properties.iter().any(|held| held.key == property.key && holds(&held.value)));
        }
    }
    page(server, call, found, |deal| records::deal(&server.dialect, &deal, false))
}

fn breaches(server: &Server, call: &Call) -> Reply {
    let (Some(kind), Some(id)) = (call.text("linkedtype"), call.number("linkedid")) else {
        return invalid(&server.switches(), "LinkedId", "The LinkedId field is required.");
    };
    let ticket = server.desk.ticket(id).filter(|_| kind.eq_ignore_ascii_case("ticket"));
    let found = ticket.map(|ticket| server.desk.breaches(&ticket)).unwrap_or_default();
    page(server, call, found, |breach| records::breach(&server.dialect, &breach))
}

fn articles(server: &Server, call: &Call) -> Reply {
    let language = call.text("language");
    let articles = server.desk.articles.all();
    let versions = articles.iter().flat_map(|article| article.versions.iter().map(move |version| (article, version)));
    let found = versions.filter(|(_, version)| language.is_none_or(|wanted| wanted == version.language)).collect();
    page(server, call, found, |(article, version)| records::article(&server.dialect, article, version))
}
