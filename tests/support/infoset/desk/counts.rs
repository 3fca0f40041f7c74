//! How much of everything there is.

use super::Desk;
use super::file::Kind;
use super::ticket::Part;

/// Exact counts of what a reader finds that reads everything.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    pub(crate) tickets: usize,
    /// Entries of logs.
    pub(crate) logs: usize,
    /// Of those, such as nobody wrote.
    pub(crate) events: usize,
    /// E-mails that are there.
    pub(crate) emails: usize,
    /// E-mails that are named and are not there.
    pub(crate) emails_gone: usize,
    pub(crate) rooms: usize,
    pub(crate) messages: usize,
    /// Rooms that are named and are not there.
    pub(crate) rooms_gone: usize,
    pub(crate) calls: usize,
    pub(crate) recordings: usize,
    /// Of those, such as cannot be had.
    pub(crate) recordings_gone: usize,
    pub(crate) contacts: usize,
    pub(crate) companies: usize,
    pub(crate) deals: usize,
    pub(crate) articles: usize,
    /// Articles by language.
    pub(crate) versions: usize,
    pub(crate) breaches: usize,
    pub(crate) ratings: usize,
    /// Files of tickets, their logs and rooms.
    pub(crate) files: usize,
    /// Of those, such as cannot be had.
    pub(crate) files_gone: usize,
}

impl Desk {
    /// Counts everything as it is now.
    pub(crate) fn counts(&self) -> Counts {
        let (rooms, calls, articles) = (self.rooms.all(), self.calls.all(), self.articles.all());
        let recordings: Vec<_> = calls.iter().filter_map(|call| call.recording.as_ref()).collect();
        let mut counts = Counts {
            rooms: rooms.len(),
            calls: calls.len(),
            recordings: recordings.len(),
            recordings_gone: recordings.iter().filter(|file| file.kind == Kind::Gone).count(),
            contacts: self.contacts.len(),
            companies: self.companies.len(),
            deals: self.deals.len(),
            articles: articles.len(),
            versions: articles.iter().map(|article| article.versions.len()).sum(),
            ratings: self.ratings().len(),
            ..Counts::default()
        };
        let mut files = Vec::new();
        for ticket in self.tickets() {
            let thread = self.thread(&ticket);
            let emails = || thread.iter().filter_map(|entry| entry.email.as_ref());
            counts.tickets += 1;
            counts.logs += thread.len();
            counts.events += thread.iter().filter(|entry| entry.part == Part::Event).count();
            counts.emails += emails().filter(|email| !email.gone).count();
            counts.emails_gone += emails().filter(|email| email.gone).count();
            counts.rooms_gone += self.purged_rooms(&ticket).len();
            counts.breaches += self.breaches(&ticket).len();
            files.extend(ticket.files.iter().cloned().chain(thread.into_iter().flat_map(|entry| entry.files)));
        }
        for room in &rooms {
            let messages = self.messages(room);
            counts.messages += messages.len();
            files.extend(messages.into_iter().flat_map(|message| message.files));
        }
        counts.files = files.len();
        counts.files_gone = files.iter().filter(|file| file.kind == Kind::Gone).count();
        counts
    }
}
