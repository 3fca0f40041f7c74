//! What the keys of a spec must agree on. Each rule is told with the table and the name that break it.

use super::{Access, ColumnType, Login, Paging, Params, Place, ReaderKind, SOURCE_KEYS, Spec, Table, Template};

/// Tables that every REST source has besides its own.
const MADE: [&str; 3] = ["files", "settings", "_defects"];

/// Whether a key of `[source]` is every source's, so that a spec cannot declare it. It may say more of its address.
fn is_reserved(name: &str) -> bool {
    name == "region" || name != "url" && SOURCE_KEYS.contains(&name)
}

/// What is wrong, and in which table.
pub(super) struct Wrong {
    table: Option<String>,
    reason: String,
}

impl Wrong {
    fn of(table: &Table, reason: impl Into<String>) -> Self {
        Self { table: Some(table.name.clone()), reason: reason.into() }
    }

    fn spec(reason: impl Into<String>) -> Self {
        Self { table: None, reason: reason.into() }
    }

    /// In words, with the line of the spec's text where the table is named.
    pub(super) fn told_in(&self, text: &str) -> String {
        let Some(table) = &self.table else { return self.reason.clone() };
        let names = |line: &str| {
            let value = line.trim().strip_prefix("name").and_then(|l| l.trim_start().strip_prefix('='));
            value.is_some_and(|v| v.trim_start().starts_with(&format!("\"{table}\"")))
        };
        match text.lines().position(names) {
            Some(line) => format!("line {}: table `{table}` {}", line + 1, self.reason),
            None => format!("table `{table}` {}", self.reason),
        }
    }
}

type Checked = Result<(), Wrong>;

/// Checks a whole spec.
pub(super) fn check(spec: &Spec) -> Checked {
    for (at, table) in spec.tables.iter().enumerate() {
        if spec.tables[..at].iter().any(|t| t.name == table.name) {
            return Err(Wrong::of(table, "is declared twice"));
        }
        columns(table)?;
        relations(spec, table)?;
        if spec.rest.is_some() { calls(spec, table)? } else { fitting(table, Origin::Elsewhere)? }
    }
    for (name, setting) in &spec.settings {
        let wrong = |takes| Wrong::spec(format!("setting `{name}` takes {takes}, which its default is not"));
        setting.default.as_deref().map_or(Ok(()), |default| setting.fits(default)).map_err(wrong)?;
    }
    rest(spec)
}

fn columns(table: &Table) -> Checked {
    let named = table.key.columns().iter().chain(&table.updated_at).chain(&table.file);
    let files = table.download.iter().flat_map(|d| d.name.iter().chain(&d.size)).chain(&table.images_in);
    let files = files.chain(table.hidden.iter().flat_map(|h| &h.columns)).chain(&table.pass_column);
    let files = files.chain(table.retention.iter().map(|r| &r.column));
    let files = files.chain(&table.position).chain(table.download.iter().flat_map(|d| &d.url));
    let parent = table.parent.as_ref().map(|p| &p.column);
    if let Some(column) = named.chain(files).chain(parent).find(|c| table.column(c).is_none()) {
        return Err(Wrong::of(table, format!("names column `{column}` but does not declare it")));
    }
    if table.key.columns().is_empty() {
        return Err(Wrong::of(table, "has an empty key"));
    }
    if let Some(column) = table.columns.iter().enumerate().find_map(|(i, c)| {
        let twice = table.columns[..i].iter().any(|o| o.name.eq_ignore_ascii_case(&c.name));
        (twice || c.name == "_extra").then_some(&c.name)
    }) {
        return Err(Wrong::of(table, format!("declares column `{column}` twice, or it is a reserved name")));
    }
    Ok(())
}

/// Parents and naming tables are there, and no table is its own ancestor.
fn relations(spec: &Spec, table: &Table) -> Checked {
    if let Some(parent) = &table.parent
        && spec.table(&parent.table).is_none_or(|t| t.column(&parent.key).is_none())
    {
        let name = format!("{}.{}", parent.table, parent.key);
        return Err(Wrong::of(table, format!("belongs to `{name}`, which is not declared")));
    }
    let names = |n: &&super::Naming| {
        let naming = spec.table(&n.table).filter(|t| t.column(&n.column).is_some());
        naming.is_some_and(|t| t.parent.is_some() || spec.has_children(t))
    };
    if let Some(wrong) = table.named_by.iter().find(|naming| !names(naming)) {
        let name = format!("{}.{}", wrong.table, wrong.column);
        return Err(Wrong::of(table, format!("is named by `{name}`, which has no parent or is not declared")));
    }
    if spec.rest.is_some() && waits_for(spec, table, &table.name, &mut Vec::new()) {
        return Err(Wrong::of(table, "waits for itself by `parent` and `named_by`"));
    }
    Ok(())
}

/// Whether a table waits for another, through parents and, in samples, through those whose rows name its rows.
fn waits_for<'a>(spec: &'a Spec, table: &'a Table, other: &str, been: &mut Vec<&'a str>) -> bool {
    let before = table.parent.iter().map(|p| &p.table).chain(table.named_by.iter().map(|n| &n.table));
    before.filter_map(|name| spec.table(name)).any(|before| {
        if before.name == other {
            return true;
        }
        let is_new = !been.contains(&before.name.as_str());
        been.push(&before.name);
        is_new && waits_for(spec, before, other, been)
    })
}

/// Where a table's rows come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// A list of its own.
    List,
    /// A call for each row of the parent.
    Parent,
    /// The parent's rows themselves.
    Inside,
    /// The words of a setting.
    Each,
    /// No API.
    Elsewhere,
}

/// Keys that mean something only for tables of some origins: a key that would be passed over is a mistake.
fn fitting(table: &Table, from: Origin) -> Checked {
    use Origin::{Each, Inside, List, Parent};
    let keys: [(&str, bool, &[Origin]); 25] = [
        ("path", !table.path.is_empty(), &[List, Parent]),
        ("query", !table.query.0.is_empty(), &[List, Parent]),
        ("body", table.body.is_some(), &[List, Parent]),
        ("each", table.each.is_some(), &[Each]),
        ("paging", table.paging.is_some(), &[List, Parent]),
        ("rows", !table.rows.is_empty(), &[List, Parent]),
        ("row", table.row.is_some(), &[List, Parent]),
        ("total", !table.total.is_empty(), &[List, Parent]),
        ("columns_in", table.columns_in.is_some(), &[List, Parent]),
        ("retention", table.retention.is_some(), &[List, Parent]),
        ("ceiling", table.ceiling.is_some(), &[List, Parent]),
        ("access", table.access == Access::Optional, &[List, Parent]),
        ("passes", !table.passes.is_empty(), &[List]),
        ("pass_column", table.pass_column.is_some(), &[List]),
        ("newest", !table.newest.0.is_empty(), &[List]),
        ("since", table.since.is_some(), &[List]),
        ("detail", table.detail.is_some(), &[List]),
        ("parent_if", table.parent_if.is_some(), &[Parent]),
        ("inside", table.inside.is_some(), &[Inside]),
        ("position", table.position.is_some(), &[Parent, Inside]),
        ("count", table.count.is_some(), &[Inside]),
        ("download", table.download.is_some(), &[List, Parent, Inside]),
        ("images_in", !table.images_in.is_empty(), &[List, Parent, Inside]),
        ("hidden", table.hidden.is_some(), &[List, Parent, Inside]),
        ("file", table.file.is_some(), &[Origin::Elsewhere]),
    ];
    let Some((key, ..)) = keys.into_iter().find(|(_, given, where_from)| *given && !where_from.contains(&from)) else {
        return Ok(());
    };
    Err(Wrong::of(
        table,
        match from {
            List => format!("has `{key}`, which means nothing for a list of its own"),
            Parent => format!("has `{key}`, which means nothing for rows that are asked for by their parent"),
            Inside => format!("is `inside` its parent and cannot have `{key}`"),
            Each => format!("has `{key}`, which means nothing for the words of a setting"),
            Origin::Elsewhere => format!("has `{key}`, but the spec has no [rest]"),
        },
    ))
}

fn calls(spec: &Spec, table: &Table) -> Checked {
    let wrong = |reason: String| Err(Wrong::of(table, reason));
    if MADE.contains(&table.name.as_str()) {
        return wrong("has the name of a table that every source has".to_owned());
    }
    match (!table.path.is_empty(), &table.inside) {
        (false, None) if table.each.is_none() => return wrong("has neither `path` nor `inside`".to_owned()),
        (true, Some(_)) => return wrong("has both `path` and `inside`".to_owned()),
        (false, Some(_)) if table.parent.is_none() => return wrong("is `inside` no parent".to_owned()),
        _ => {}
    }
    let from = match (&table.inside, &table.parent) {
        (Some(_), _) => Origin::Inside,
        _ if table.each.is_some() => Origin::Each,
        (None, Some(_)) => Origin::Parent,
        (None, None) => Origin::List,
    };
    if from == Origin::Each && (table.parent.is_some() || table.key.columns().len() != 1) {
        return wrong("has `each`, which fills a key of one column and has no parent".to_owned());
    }
    fitting(table, from)?;
    if table.row.is_some() && (!table.rows.is_empty() || !matches!(table.paging, Some(Paging::None))) {
        return wrong("has `row`, a single one: it has no `rows`, and `paging = { kind = \"none\" }`".to_owned());
    }
    if table.since.is_some() && table.updated_at.is_empty() {
        return wrong("has `since`, which needs `updated_at`".to_owned());
    }
    let parent = table.parent.as_ref().and_then(|p| spec.table(&p.table));
    if let Some(column) = &table.parent_if
        && parent.is_none_or(|p| p.column(column).is_none())
    {
        return wrong(format!("has `parent_if = \"{column}\"`, which is no column of its parent"));
    }
    if let Some(column) = &table.count
        && parent.is_none_or(|p| p.column(column).is_none())
    {
        return wrong(format!("has `count = \"{column}\"`, which is no column of its parent"));
    }
    if table.download.as_ref().is_some_and(|d| d.path.is_some() == d.url.is_some()) {
        return wrong("has a `download` that needs either `path` or `url`".to_owned());
    }
    if table
        .retention
        .as_ref()
        .is_some_and(|r| r.days == 0 || table.column(&r.column).is_none_or(|c| c.column_type != ColumnType::Timestamp))
    {
        return wrong("has `retention`, which needs days and a column of type timestamp".to_owned());
    }
    let refused = spec.rest.iter().flat_map(|rest| &rest.refused_paths).filter(|piece| !is_every_path(piece));
    let paths = table.path.iter().chain(table.detail.iter().map(|d| &d.path));
    let paths = paths.chain(table.download.iter().filter_map(|d| d.path.as_ref()));
    if let Some((path, piece)) =
        paths.flat_map(|path| refused.clone().map(move |piece| (path, piece))).find(|(path, piece)| path.holds(piece))
    {
        return wrong(format!("has the path `{path}`, and `{piece}` is one of refused_paths"));
    }
    if table.pass_column.is_some() && table.passes.is_empty() {
        return wrong("has `pass_column`, but no `passes`".to_owned());
    }
    if table.hidden.as_ref().is_some_and(|h| h.columns.iter().any(|c| table.key.columns().contains(c))) {
        return wrong("has `hidden`, which names a column of its key".to_owned());
    }
    if let Some(paging) = &table.paging {
        check_paging(spec, paging).map_err(|reason| Wrong::of(table, reason))?;
    }
    let list = table.path.iter().chain(params(&table.query)).chain(params(&table.newest));
    let list = list.chain(table.passes.iter().flat_map(params)).chain(&table.each);
    let list = list.chain(table.body.iter().flat_map(super::Body::templates));
    let own = table.detail.iter().flat_map(|d| std::iter::once(&d.path).chain(params(&d.query)));
    let own = own.chain(table.download.iter().flat_map(|d| d.path.iter().chain(params(&d.query))));
    let places = list.map(|t| (t, None)).chain(own.map(|t| (t, Some(table))));
    for (template, row) in places {
        known(spec, template, row, parent).map_err(|reason| Wrong::of(table, reason))?;
    }
    Ok(())
}

fn params(params: &Params) -> impl Iterator<Item = &Template> {
    params.0.iter().map(|(_, template)| template)
}

/// Every placeholder stands for something.
fn known(spec: &Spec, template: &Template, row: Option<&Table>, parent: Option<&Table>) -> Result<(), String> {
    for place in template.places() {
        match place {
            Place::Name(name) => {
                let is_column = row.is_some_and(|t| t.column(name).is_some());
                let is_setting = name == "url" || spec.setting(name).is_some();
                if !is_column && !is_setting {
                    let columns = if row.is_some() { "a column of the table or " } else { "" };
                    return Err(format!("has `{template}`, but `{name}` is not {columns}a setting of the spec"));
                }
            }
            Place::Parent(column) => match parent {
                None => return Err(format!("has `{template}`, but no parent")),
                Some(parent) if parent.column(column).is_none() => {
                    return Err(format!("has `{template}`, but `{}` has no column `{column}`", parent.name));
                }
                Some(_) => {}
            },
        }
    }
    Ok(())
}

fn check_paging(spec: &Spec, paging: &Paging) -> Result<(), String> {
    let (size, size_max) = match paging {
        Paging::Page { size, size_max, .. }
        | Paging::Offset { size, size_max, .. }
        | Paging::Cursor { size, size_max, .. }
        | Paging::NextLink { size, size_max, .. } => (size, size_max),
        Paging::Windows { begin, hours, .. } if *hours > 0 => return known(spec, begin, None, None),
        Paging::Windows { .. } => return Err("has windows of 0 hours".to_owned()),
        Paging::Scroll { .. } | Paging::None => return Ok(()),
    };
    match (size, size_max) {
        (Some(_), None | Some(0)) => Err("has a paging with `size` but without `size_max`".to_owned()),
        (None, Some(_)) => Err("has a paging with `size_max` but without `size`".to_owned()),
        _ => Ok(()),
    }
}

fn rest(spec: &Spec) -> Checked {
    let reads = spec.readers.contains(&ReaderKind::Rest);
    let Some(rest) = &spec.rest else {
        return if reads { Err(Wrong::spec("readers has \"rest\", but there is no [rest]")) } else { Ok(()) };
    };
    if spec.readers != [ReaderKind::Rest] {
        return Err(Wrong::spec("a spec with [rest] has readers = [\"rest\"]"));
    }
    if let Some((name, _)) = spec.settings.iter().find(|(name, _)| is_reserved(name)) {
        return Err(Wrong::spec(format!("[settings.{name}] is a key that every source has")));
    }
    if rest.rate.is_some_and(|rate| rate.calls == 0 || rate.seconds == 0) {
        return Err(Wrong::spec("[rest] rate has a zero"));
    }
    if rest.in_flight == 0 || rest.timeout_seconds == 0 {
        return Err(Wrong::spec("[rest] in_flight and timeout_seconds are at least 1"));
    }
    if let Some(host) = rest.hosts.iter().find(|h| !is_host(h)) {
        return Err(Wrong::spec(format!("[rest] hosts has `{host}`: write a name, or `*.name` for all below it")));
    }
    let is_form = |form: &&String| chrono::format::StrftimeItems::new(form).all(|i| i != chrono::format::Item::Error);
    if let Some(form) = rest.dates.iter().find(|form| !is_form(form) || !form.contains('%')) {
        return Err(Wrong::spec(format!("[rest] dates has `{form}`, which is no form such as `%Y.%m.%d %H:%M:%S%.f`")));
    }
    if let Some(country) = rest.country.as_ref().filter(|c| c.len() != 2 || !c.bytes().all(|b| b.is_ascii_lowercase()))
    {
        return Err(Wrong::spec(format!("[rest] country has `{country}`: write two small letters, such as `tr`")));
    }
    if rest.refused_paths.iter().any(|piece| is_every_path(piece)) {
        return Err(Wrong::spec("[rest] refused_paths has an empty piece, which would be every path"));
    }
    for image in &rest.images {
        let (link, path): (Vec<&Place>, Vec<&Place>) = (image.link.places().collect(), image.path.places().collect());
        if !matches!(link[..], [Place::Name(_)])
            || path != link
            || image.link.around().is_none_or(|(l, _)| l.is_empty())
        {
            let told = "write `link` with a text and one placeholder behind it, and `path` with the same placeholder";
            return Err(Wrong::spec(format!("[rest] images has `{}`: {told}", image.link)));
        }
    }
    check_paging(spec, &rest.paging).map_err(|reason| Wrong::spec(format!("[rest.paging] {reason}")))?;
    let templates = std::iter::once(&rest.url).chain(params(&rest.headers)).chain(login(&rest.login));
    for template in templates {
        known(spec, template, None, None).map_err(|reason| Wrong::spec(format!("[rest] {reason}")))?;
    }
    Ok(())
}

/// Whether a piece of a path is in every path.
fn is_every_path(piece: &str) -> bool {
    piece.trim_matches('/').is_empty()
}

/// A host's name with at least one dot, so that `*` alone, or a whole top-level domain, is none.
fn is_host(pattern: &str) -> bool {
    let name = pattern.strip_prefix("*.").unwrap_or(pattern);
    let is_name = !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.'));
    is_name && (name.contains('.') || pattern == name) && !name.starts_with('.')
}

fn login(login: &Login) -> Vec<&Template> {
    match login {
        Login::ClientCredentials { url, query, client_id, client_secret, scope } => {
            [url, client_id, client_secret].into_iter().chain(scope).chain(params(query)).collect()
        }
        Login::Header { value, .. } | Login::Query { value, .. } => vec![value],
        Login::Bearer { token } => vec![token],
        Login::Basic { user, password } => vec![user, password],
        Login::LogIn { url, json, form, .. } => std::iter::once(url).chain(params(json)).chain(params(form)).collect(),
        Login::None => Vec::new(),
    }
}
