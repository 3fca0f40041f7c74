//! `list_labels(values, lists)`: a JSON object of values by name, in which ids of list items are the labels of these items. Lists are a
//! JSON array of `{"name": …, "items": [{"id": …, "label": …}]}`; what no list of that name has stays as it is, NULL lists are none.

use std::collections::HashMap;

use datafusion::logical_expr::ScalarUDF;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::scalar::{Kind, Scalar};

/// The function.
pub(super) fn function() -> ScalarUDF {
    Scalar::texts("list_labels", 2, &[Kind::Text, Kind::Text], |row| labelled(row[0]?, row[1]))
}

/// A list, and the values that an attribute can have.
#[derive(Deserialize)]
struct List<'a> {
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
    #[serde(default)]
    items: Option<Vec<Item>>,
}

#[derive(Deserialize)]
struct Item {
    id: Value,
    label: Option<String>,
}

fn labelled(values: &str, lists: Option<&str>) -> Option<String> {
    let lists: Vec<List<'_>> = lists.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
    let mut values: Map<String, Value> = match serde_json::from_str(values) {
        Ok(values) if !lists.is_empty() => values,
        _ => return Some(values.to_owned()),
    };
    for list in lists {
        let Some(value) = values.get_mut(list.name.as_ref()) else { continue };
        let items = list.items.unwrap_or_default();
        let labels: HashMap<&Value, &String> =
            items.iter().filter_map(|item| Some((&item.id, item.label.as_ref()?))).collect();
        let ids = match value {
            Value::Array(several) => several.as_mut_slice(),
            one => std::slice::from_mut(one),
        };
        for id in ids {
            if let Some(label) = labels.get(&*id) {
                *id = Value::from(label.as_str());
            }
        }
    }
    Some(Value::Object(values).to_string())
}
