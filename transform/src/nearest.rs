//! Names that are most like one that is not there.

use datafusion::common::utils::datafusion_strsim::levenshtein;

/// Names that are told at most.
const NAMES_MAX: usize = 8;

/// The names most like a name of a table, `table` or `schema.table`: first by the table's own, then by the schema's.
pub(crate) fn to(wanted: &str, names: &[String]) -> Vec<String> {
    let parts = |name: &str| match name.rsplit_once('.') {
        Some((schema, table)) => (schema.to_lowercase(), table.to_lowercase()),
        None => (String::new(), name.to_lowercase()),
    };
    let (schema, table) = parts(wanted);
    let mut ranked: Vec<(usize, &String)> = names
        .iter()
        .map(|name| {
            let (its_schema, its_table) = parts(name);
            let far = if schema.is_empty() { 0 } else { levenshtein(&schema, &its_schema).min(3) };
            (2 * levenshtein(&table, &its_table) + far, name)
        })
        .collect();
    ranked.sort();
    ranked.into_iter().take(NAMES_MAX).map(|(_, name)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_one_that_was_meant_comes_first() {
        let names = ["hesk.replies", "hesk.tickets", "hesk.tickets__runs", "intercom.tickets"].map(str::to_owned);
        for (wanted, meant) in [
            ("hesk.tikets", "hesk.tickets"),
            ("intercom.ticket", "intercom.tickets"),
            ("Replys", "hesk.replies"),
            ("hsk.tickets", "hesk.tickets"),
        ] {
            assert_eq!(to(wanted, &names)[0], meant, "{wanted}");
        }
    }
}
