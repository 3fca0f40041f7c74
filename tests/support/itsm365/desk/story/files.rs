//! Stories of files: everything that goes wrong with them, and every place in which one can be.

use super::super::Facts;
use super::super::bulk::{attach, say};
use super::super::file::{Content, File, Place};
use super::super::people::{IVANOV, PETROV};
use super::super::text::Shape;
use super::super::ticket::Ticket;
use super::super::{Moment, minutes};
use super::{BROKEN_PICTURE, EVERY_FILE, FILES_OF_COMMENTS, PICTURES, Switches, begin, with_talk};

/// The number of a file that is not there.
pub(crate) const NO_FILE: i64 = 13_999_999;

pub(super) fn tell(facts: &mut Facts, switches: &Switches) {
    every_file(facts, switches);
    pictures(facts);
    of_comments(facts);
    let mut ticket = begin(facts, BROKEN_PICTURE);
    ticket.text = ticket.text.with_image(NO_FILE);
    with_talk(facts, ticket);
}

fn every_file(facts: &mut Facts, switches: &Switches) {
    let ticket = begin(facts, EVERY_FILE);
    let size = if switches.huge_file { 50 << 20 } else { 3 << 20 };
    for (name, content) in [
        ("Снимок экрана 25.10.png", Content::Picture),
        ("Пусто.txt", Content::Empty),
        ("Утрачено.bin", Content::Missing),
        ("Резервная копия.bin", Content::Large(size)),
        ("../../etc/passwd", Content::Text),
        ("C:\\Documents\\отчёт \"итог\".txt", Content::Text),
        // Two of one name are two.
        ("одинаковое имя.txt", Content::Text),
        ("одинаковое имя.txt", Content::Text),
        ("", Content::Text),
    ] {
        attach(facts, &ticket, name, content, ticket.created);
    }
    with_talk(facts, ticket);
}

fn hidden(facts: &mut Facts, ticket: &Ticket, name: &str, created: Moment) -> i64 {
    let (source, content, author) = (ticket.source(), Content::Picture, ticket.author);
    facts.file(File { id: 0, source, place: Place::InTextOnly, name: name.into(), content, created, author })
}

/// A picture that is in the text only, one that is attached, too, and in a comment one of the ticket's.
fn pictures(facts: &mut Facts) {
    let mut ticket = begin(facts, PICTURES);
    let created = ticket.created;
    let only = hidden(facts, &ticket, "в тексте.png", created);
    let both = attach(facts, &ticket, "и там, и там.png", Content::Picture, created);
    ticket.text = ticket.text.with_image(only).with_image(both);
    let in_comment = hidden(facts, &ticket, "в комментарии.png", created);
    let answered = attach(facts, &ticket, "показан в ответе.png", Content::Picture, created);
    for (file, private) in [(in_comment, false), (answered, true)] {
        let id = say(facts, &ticket, Some(PETROV), private, minutes(created, 20), Shape::Base64);
        facts.edit_comment(id, |comment| comment.text = comment.text.clone().with_image(file));
    }
    facts.put(ticket);
}

/// Files that belong to comments, and one that is shown in its comment besides.
fn of_comments(facts: &mut Facts) {
    let ticket = begin(facts, FILES_OF_COMMENTS);
    for (author, private) in [(PETROV, false), (IVANOV, false), (PETROV, true)] {
        let at = minutes(ticket.created, 30 + author % 7);
        let id = say(facts, &ticket, Some(author), private, at, Shape::Plain);
        let of = |name: &str, content| File {
            id: 0,
            source: ("comment", id),
            place: Place::Attached,
            name: name.into(),
            content,
            created: at,
            author: Some(author),
        };
        let file = facts.file(of("Журнал ошибок.txt", Content::Text));
        let shown = facts.file(of("показано.png", Content::Picture));
        facts.edit_comment(id, |comment| {
            comment.files = vec![file, shown];
            if private {
                comment.text = comment.text.clone().with_image(shown);
            }
        });
    }
    facts.put(ticket);
}
