//! `find`, `search`, `get`: bare arrays, no total, no order that means something.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::super::standin::dice::Dice;
use super::super::super::standin::reply::Reply;
use super::super::desk::Facts;
use super::super::switches::Key;
use super::super::wire::{self, Wanted};
use super::filter::Filter;
use super::server::Server;

/// What is asked of a class.
#[derive(Debug, Default)]
pub(crate) struct Question<'a> {
    /// A class, or one type of it, as the tenant calls it.
    pub(crate) fqn: &'a str,
    pub(crate) filter: Filter,
    /// Attributes that are wanted; none is all.
    pub(crate) attrs: Option<BTreeSet<String>>,
    pub(crate) offset: usize,
    pub(crate) limit: Option<usize>,
}

/// The usual name of the class of a type, if the tenant has it and it may be asked.
pub(crate) fn class(server: &Server, facts: &Facts, fqn: &str) -> Result<&'static str, Reply> {
    let own = fqn.split('$').next().unwrap_or_default();
    let usual = facts.tenant.usual_class(own).unwrap_or_default();
    let absent = server.switches().absent_classes.iter().any(|class| class == usual);
    let found = server.schemas.keys().find(|class| **class == usual && !absent);
    let text = || Reply::text(500, &format!("Операция не может быть выполнена: метакласс '{fqn}' не найден"));
    found.copied().ok_or_else(text)
}

/// The rows that a question is about.
pub(crate) fn rows(server: &Server, key: &Key, question: &Question<'_>) -> Result<Vec<Map<String, Value>>, Reply> {
    let facts = server.desk.facts();
    let class = class(server, &facts, question.fqn)?;
    let (wanted, hidden) = attributes(server, &facts, key, class, question)?;
    let mut filter = question.filter.clone();
    // What is not known filters nothing, if it is not refused.
    filter.0.retain(|code, _| {
        let known = server.schemas[class].contains(code);
        if !known {
            *server.stats.lock().unwrap().ignored.entry(format!("find/{class}?{code}")).or_default() += 1;
        }
        known
    });
    let ids = matching(server, &facts, key, class, question.fqn, &filter)?;
    let most = server.switches().limit_max.unwrap_or(usize::MAX);
    let limit = question.limit.unwrap_or(usize::MAX).min(most);
    let page = ids.into_iter().skip(question.offset).take(limit);
    let wanted = wanted.as_ref().map_or(Wanted::All, Wanted::Codes);
    let found = page.filter_map(|id| wire::row(&facts, class, id, wanted));
    let rows = found.map(|mut row| {
        for code in &hidden {
            row.shift_remove(code);
        }
        // Objects of other types have more attributes: those are empty here.
        if let Wanted::Codes(codes) = wanted {
            for code in codes {
                row.entry(code.clone()).or_insert(Value::Null);
            }
        }
        row
    });
    let rows = rows.collect();
    if class == "serviceCall" && question.filter.0.is_empty() {
        server.listed_tickets();
    }
    Ok(rows)
}

/// Attributes that are wanted and may be seen, and all that may not.
fn attributes(
    server: &Server,
    facts: &Facts,
    key: &Key,
    class: &str,
    question: &Question<'_>,
) -> Result<(Option<BTreeSet<String>>, Vec<String>), Reply> {
    let known = &server.schemas[class];
    let mut wanted = question.attrs.clone();
    let asked = question.attrs.iter().flatten().chain(question.filter.0.keys());
    let unknown: Vec<&String> = asked.filter(|code| !known.contains(code)).collect();
    if let Some(code) = unknown.first().filter(|_| !server.switches().unknown_is_ignored) {
        let fqn = facts.tenant.class(class);
        let text = format!("Операция не может быть выполнена: атрибут '{code}' не найден в метаклассе '{fqn}'");
        return Err(Reply::text(500, &text));
    }
    let hidden = |code: &String| key.hidden_attributes.iter().any(|one| *one == format!("{class}.{code}"));
    if let Some(codes) = &mut wanted {
        codes.retain(|code| known.contains(code) && !hidden(code));
    }
    Ok((wanted, known.iter().filter(|code| hidden(code)).cloned().collect()))
}

/// Numbers of the objects that a filter takes, in the order of the moment.
fn matching(
    server: &Server,
    facts: &Facts,
    key: &Key,
    class: &'static str,
    fqn: &str,
    filter: &Filter,
) -> Result<Vec<i64>, Reply> {
    let narrow = filter.0.contains_key("source") || filter.0.contains_key("UUID");
    if ["comment", "file"].contains(&class) && server.switches().wants_source && !narrow {
        return Err(Reply::text(500, "Операция не может быть выполнена: не указан атрибут 'source'"));
    }
    let ids = match (filter.any_of("UUID"), filter.any_of("source")) {
        (Some(uuids), _) => uuids.iter().filter_map(|uuid| number(facts, class, uuid)).collect(),
        (None, Some(sources)) if class == "comment" || class == "file" => belonging(facts, class, &sources),
        _ => order(server, facts, class).to_vec(),
    };
    let mut codes = filter.codes();
    codes.insert("metaClass".into());
    let of_type = fqn.contains('$').then_some(fqn);
    if filter.0.is_empty() && of_type.is_none() && key.hidden_classes.is_empty() {
        return Ok(ids);
    }
    let hidden = |fqn: &str| key.hidden_classes.iter().any(|hidden| hidden == class || facts.tenant.fqn(hidden) == fqn);
    let takes = |id: &i64| {
        let row = wire::row(facts, class, *id, Wanted::Codes(&codes)).unwrap_or_default();
        let fqn = row.get("metaClass").and_then(Value::as_str).unwrap_or_default().to_owned();
        // A file in a text only is known to who knows its number.
        let listed = class != "file" || filter.0.contains_key("UUID") || !in_text_only(facts, *id);
        !row.is_empty() && listed && filter.takes(&row) && of_type.is_none_or(|of| of == fqn) && !hidden(&fqn)
    };
    Ok(ids.into_iter().filter(takes).collect())
}

fn in_text_only(facts: &Facts, file: i64) -> bool {
    facts.files.get(&file).is_some_and(|file| file.place == super::super::desk::file::Place::InTextOnly)
}

/// The number in an identifier, if it is one of this class.
pub(crate) fn number(facts: &Facts, class: &str, uuid: &str) -> Option<i64> {
    let (own, number) = uuid.split_once('$')?;
    (own == facts.tenant.class(class)).then(|| number.parse().ok()).flatten()
}

/// Comments or files of these sources.
fn belonging(facts: &Facts, class: &str, sources: &[String]) -> Vec<i64> {
    let mut all = Vec::new();
    for uuid in sources {
        let Some((own, id)) = uuid.split_once('$') else { continue };
        let (Some(usual), Ok(id)) = (facts.tenant.usual_class(own), id.parse()) else { continue };
        let Some(usual) =
            ["serviceCall", "comment", "KB", "problem", "changeRequest", "task"].into_iter().find(|one| *one == usual)
        else {
            continue;
        };
        if class == "comment" {
            all.extend(facts.comments_of((usual, id)).iter().map(|comment| comment.id));
        } else {
            all.extend(facts.listed_files((usual, id)).iter().map(|file| file.id));
        }
    }
    // As they happen to lie.
    all.sort_by_key(|id| Dice::new(facts.seed, class, *id).throw());
    all
}

/// All objects of a class as they happen to lie: by chance, but every time alike; or nearly so.
fn order(server: &Server, facts: &Facts, class: &'static str) -> Arc<Vec<i64>> {
    let mut orders = server.orders.lock().unwrap();
    let held = orders.get(class).filter(|(version, _)| *version == facts.version).map(|(_, ids)| Arc::clone(ids));
    let ids = held.unwrap_or_else(|| {
        let mut ids = wire::ids(facts, class);
        if class == "file" {
            ids.retain(|id| !in_text_only(facts, *id));
        }
        ids.sort_by_cached_key(|id| Dice::new(facts.seed, class, *id).throw());
        let ids = Arc::new(ids);
        orders.insert(class, (facts.version, Arc::clone(&ids)));
        ids
    });
    let share = server.switches().unstable;
    if share == 0 {
        return ids;
    }
    let call = server.stats.lock().unwrap().api_calls.cast_signed();
    let mut moved = ids.to_vec();
    for place in 0..moved.len() {
        let mut dice = Dice::new(facts.seed, "moves", call * 1_000_003 + place as i64);
        if dice.in_thousand(share) {
            let other = dice.below(moved.len() as i64) as usize;
            moved.swap(place, other);
        }
    }
    Arc::new(moved)
}

/// `get`: one object.
pub(crate) fn get(server: &Server, key: &Key, uuid: &str, attrs: Option<BTreeSet<String>>) -> Reply {
    let fqn = uuid.split('$').next().unwrap_or_default();
    let filter = Filter([("UUID".to_owned(), json!(uuid))].into_iter().collect());
    match rows(server, key, &Question { fqn, filter, attrs, ..Question::default() }) {
        Ok(rows) => {
            rows.into_iter().next().map_or_else(|| missing(server, uuid), |row| Reply::json(&Value::Object(row)))
        }
        Err(refusal) => refusal,
    }
}

/// What is not there.
pub(crate) fn missing(server: &Server, uuid: &str) -> Reply {
    let text = format!("Операция не может быть выполнена: объект '{uuid}' не найден");
    Reply::text(server.switches().not_found, &text)
}
