//! The second pass over an export: each row becomes a ticket, its replies and its customers; then the gathered names.

use std::collections::HashSet;

use chrono::TimeDelta;
use serde_json::json;

use super::layout::{self, Role};
use super::names::{Names, requester, stored};
use super::people;
use super::sheet::Cell;
use super::text;
use crate::columns::{SourceColumn, Zoned};
use crate::reader::{Sink, TableSink};
use crate::{Error, Result};

/// Tables that an export is turned into.
pub(super) const TABLES: [&str; 9] = [
    "tickets",
    "replies",
    "customers",
    "ticket_to_customer",
    "categories",
    "users",
    "custom_fields",
    "custom_statuses",
    "custom_priorities",
];

/// The columns of replies.
const REPLY: [&str; 6] = ["id", "replyto", "name", "message", "dt", "staffid"];

/// A table of the stage that may not be wanted.
struct Table(Option<TableSink>);

impl Table {
    fn open(sink: &Sink, name: &str, columns: &[&str]) -> Result<Self> {
        let zoned = |name: &&str| {
            let is_time = matches!(*name, "dt" | "lastchange" | "firstreply" | "closedat" | "due_date");
            SourceColumn::new(*name, if is_time { Zoned::Instant } else { Zoned::NotTime })
        };
        let columns: Vec<_> = columns.iter().map(zoned).collect();
        Ok(Self(if sink.wants(name) { Some(sink.table(name, &columns)?) } else { None }))
    }

    fn push(&mut self, row: &[Option<Vec<u8>>]) -> Result<()> {
        let Some(sink) = &mut self.0 else { return Ok(()) };
        let cells: Vec<Option<&[u8]>> = row.iter().map(Option::as_deref).collect();
        if sink.push(&cells) { sink.flush_blocking() } else { Ok(()) }
    }

    fn close(self) -> Result<()> {
        self.0.map_or(Ok(()), |sink| sink.close_blocking().map(drop))
    }
}

/// Writes the rows of an export.
pub(super) struct Tickets<'a> {
    names: &'a Names,
    offset: TimeDelta,
    /// The lowest id of a sample.
    lowest: i64,
    tickets: Table,
    replies: Table,
    links: Table,
    replies_written: u64,
    links_written: u64,
    /// The customers of the tickets that were written.
    customers: HashSet<usize>,
}

fn number(value: impl ToString) -> Option<Vec<u8>> {
    Some(value.to_string().into_bytes())
}

impl<'a> Tickets<'a> {
    pub(super) fn open(sink: &Sink, names: &'a Names, offset: TimeDelta, lowest: i64) -> Result<Self> {
        let columns: Vec<String> = names.layout.roles.iter().filter_map(|role| column(*role, names)).collect();
        let columns: Vec<&str> = columns.iter().map(String::as_str).collect();
        Ok(Self {
            names,
            offset,
            lowest,
            tickets: Table::open(sink, "tickets", &columns)?,
            replies: Table::open(sink, "replies", &REPLY)?,
            links: Table::open(sink, "ticket_to_customer", &["id", "ticket_id", "customer_id", "customer_type"])?,
            replies_written: 0,
            links_written: 0,
            customers: HashSet::new(),
        })
    }

    /// One row of the export.
    pub(super) fn add(&mut self, cells: &[Cell]) -> Result<()> {
        let names = self.names;
        let cell = |role: Role| {
            let at = names.layout.roles.iter().position(|r| *r == role)?;
            cells.get(at).map(|c| c.text.as_slice())
        };
        let id = cell(Role::Id).unwrap_or_default();
        if crate::values::int(id).is_ok_and(|id| id < self.lowest) {
            return Ok(());
        }
        let has_replies = cell(Role::Replies) != Some(b"0");
        let mut row = Vec::with_capacity(cells.len());
        for (at, role) in names.layout.roles.iter().enumerate() {
            if column(*role, names).is_some() {
                let empty = Cell::default();
                let found = cells.get(at).unwrap_or(&empty);
                // 3.7.0 to 3.7.8 show the moment of the export as the first reply of a ticket without replies.
                let is_wrong = *role == Role::FirstReply && !has_replies;
                row.push(if is_wrong { None } else { self.value(*role, found) });
            }
        }
        self.tickets.push(&row)?;
        self.add_replies(id, cell(Role::ReplyMessages).unwrap_or_default())?;
        if names.layout.has(Role::Followers) {
            let requester = requester(cell(Role::Name).unwrap_or_default(), cell(Role::Email).unwrap_or_default());
            let followers = people::followers(cell(Role::Followers).unwrap_or_default()).into_iter().map(stored);
            let people = requester.map(|p| (p, "REQUESTER")).into_iter().chain(followers.map(|p| (p, "FOLLOWER")));
            for (person, kind) in people {
                self.links_written += 1;
                let customer = names.customers.get(&person);
                self.customers.extend(customer);
                let customer = customer.and_then(number);
                self.links.push(&[
                    number(self.links_written),
                    Some(id.to_vec()),
                    customer,
                    Some(kind.as_bytes().to_vec()),
                ])?;
            }
        }
        Ok(())
    }

    fn value(&self, role: Role, cell: &Cell) -> Option<Vec<u8>> {
        let value = cell.text.as_slice();
        let name = || text::escape_name(value);
        match role {
            Role::Date | Role::Updated | Role::FirstReply | Role::Resolved | Role::DueDate => {
                text::instant(value, self.offset)
            }
            Role::Category => self.names.categories.get(&name()).and_then(number),
            Role::Owner => number(self.names.users.get(&name()).unwrap_or(0)),
            Role::Status => {
                layout::status(value).map_or_else(|| self.names.statuses.get(&name()).and_then(number), number)
            }
            Role::Priority => {
                layout::priority(value).map_or_else(|| self.names.priorities.get(&name()).and_then(number), number)
            }
            Role::Name | Role::Subject | Role::Message => Some(text::escape(value)),
            Role::Custom(_) if cell.is_time => Some(text::custom_date(value)),
            Role::Custom(_) => Some(text::escape(value)),
            _ => Some(value.to_vec()),
        }
    }

    fn add_replies(&mut self, ticket: &[u8], cell: &[u8]) -> Result<()> {
        for reply in people::replies(cell) {
            self.replies_written += 1;
            let author = text::escape_name(reply.author);
            let staff = self.names.users.get(&author).unwrap_or(0);
            self.replies.push(&[
                number(self.replies_written),
                Some(ticket.to_vec()),
                Some(author),
                Some(text::escape(&reply.message)),
                text::instant(reply.date, self.offset),
                number(staff),
            ])?;
        }
        Ok(())
    }

    /// Writes the gathered names and closes all tables.
    pub(super) fn close(self, sink: &Sink) -> Result<()> {
        let names = self.names;
        self.tickets.close()?;
        self.replies.close()?;
        self.links.close()?;
        let in_english = |name: &[u8]| -> Option<Vec<u8>> {
            Some(json!({ "English": String::from_utf8_lossy(name) }).to_string().into_bytes())
        };
        write(
            sink,
            "categories",
            &["id", "name"],
            names.categories.rows().map(|(id, name)| vec![number(id), Some(name.clone())]),
        )?;
        write(
            sink,
            "users",
            &["id", "name"],
            names.users.rows().map(|(id, name)| vec![number(id), Some(name.clone())]),
        )?;
        let customers = names
            .customers
            .rows()
            .filter(|(id, _)| sink.sample().is_none() || self.customers.contains(id))
            .map(|(id, p)| vec![number(id), Some(p.name.clone()), Some(p.email.clone()).filter(|e| !e.is_empty())]);
        write(sink, "customers", &["id", "name", "email"], customers)?;
        let statuses = names.statuses.rows().map(|(id, name)| vec![number(id), in_english(name)]);
        write(sink, "custom_statuses", &["id", "name"], statuses)?;
        // Hesk keeps rows of the built-in priorities too, by the name "NULL".
        let built_in =
            (0..if names.priorities.keys.is_empty() { 0 } else { 4 }).map(|id| vec![number(id), in_english(b"NULL")]);
        let priorities = names.priorities.rows().map(|(id, name)| vec![number(id), in_english(name)]);
        write(sink, "custom_priorities", &["id", "name"], built_in.chain(priorities))?;
        let fields = names.layout.customs.iter().enumerate().map(|(at, label)| {
            let (kind, value) = if names.dates[at] { ("date", "{}") } else { ("text", "{}") };
            let fixed = |text: &str| Some(text.as_bytes().to_vec());
            let name = in_english(&text::escape_name(label));
            vec![number(at + 1), fixed("1"), fixed("0"), fixed(kind), fixed("0"), name, fixed(value), number(at)]
        });
        write(sink, "custom_fields", &["id", "use", "place", "type", "req", "name", "value", "order"], fields)
    }
}

fn write(sink: &Sink, table: &str, columns: &[&str], rows: impl Iterator<Item = Vec<Option<Vec<u8>>>>) -> Result<()> {
    let mut table = Table::open(sink, table, columns)?;
    for row in rows {
        table.push(&row)?;
    }
    table.close()
}

/// The column of `tickets` that a column of the export fills.
fn column(role: Role, names: &Names) -> Option<String> {
    let is_3_5 = names.layout.has(Role::Followers);
    let name = match role {
        Role::Id => "id",
        Role::TrackingId => "trackid",
        Role::Date => "dt",
        Role::Updated => "lastchange",
        Role::FirstReply => "firstreply",
        Role::Resolved => "closedat",
        Role::Name if is_3_5 => "u_name",
        Role::Email if is_3_5 => "u_email",
        Role::Name => "name",
        Role::Email => "email",
        Role::Category => "category",
        Role::Priority => "priority",
        Role::Status => "status",
        Role::Subject => "subject",
        Role::Message => "message",
        Role::Owner => "owner",
        Role::Replies => "replies",
        Role::StaffReplies => "staffreplies",
        Role::TimeWorked => "time_worked",
        Role::DueDate => "due_date",
        Role::History => "history",
        Role::Custom(number) => return Some(format!("custom{number}")),
        Role::Followers | Role::ReplyMessages | Role::Url => return None,
    };
    Some(name.to_owned())
}

/// The lowest id of the newest so many tickets.
pub(super) fn lowest_of(names: &Names, sample: Option<u64>) -> Result<i64> {
    let Some(newest) = sample else { return Ok(i64::MIN) };
    let newest = usize::try_from(newest).map_err(|_| Error::Internal("sample too large".into()))?;
    let mut ids = names.tickets.clone();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    Ok(match newest {
        0 => i64::MAX,
        n => ids.get(n - 1).copied().unwrap_or(i64::MIN),
    })
}
