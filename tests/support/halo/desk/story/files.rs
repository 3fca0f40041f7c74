//! Stories of files.

use super::super::Desk;
use super::super::attachment::{Attachment, Kind};
use super::super::ticket::Ticket;
use super::{FILES, INLINE_IMAGES, Told, UNTOLD_FILE, base, talk, with_talk};

pub(super) fn all(desk: &Desk) -> Vec<Told> {
    vec![inline_images(desk), files(desk), untold_file(desk)]
}

/// File number `nth` of a ticket.
fn file(ticket: &Ticket, nth: i64, name: &str, kind: Kind, action: i64) -> Attachment {
    let id = ticket.brief.id;
    Attachment::of_ticket(id * 10 + nth, name, kind, id, action, ticket.brief.opened)
}

fn inline_images(desk: &Desk) -> Told {
    let mut ticket = base(desk, INLINE_IMAGES, "Pictures in the text");
    ticket.attachments = vec![
        file(&ticket, 0, "inline-0.png", Kind::Picture, 0),
        file(&ticket, 1, "inline-1.png", Kind::Gone, 0),
        file(&ticket, 2, "inline-2.png", Kind::Picture, 3),
    ];
    ticket.told_attachments = 3;
    let of = |nth: i64| INLINE_IMAGES * 10 + nth;
    ticket.body = ticket.body.clone().with_image(of(0)).with_image(of(1));
    let mut thread = talk(desk, &ticket);
    thread[2].body = thread[2].body.clone().with_image(of(2));
    thread[2].attachments = vec![of(2)];
    (ticket, thread)
}

fn files(desk: &Desk) -> Told {
    let mut ticket = base(desk, FILES, "Files of all kinds");
    ticket.attachments = vec![
        file(&ticket, 0, "gone.pdf", Kind::Gone, 0),
        file(&ticket, 1, "export.json", Kind::Json, 0),
        file(&ticket, 2, "empty.txt", Kind::Empty, 2),
        file(&ticket, 3, "../../../etc/passwd", Kind::Text, 2),
        file(&ticket, 4, "C:\\temp\\Übersicht 2026 €.txt", Kind::Text, 3),
        Attachment { told_size: 5, ..file(&ticket, 5, "size-is-wrong.txt", Kind::Text, 3) },
        Attachment { public: false, ..file(&ticket, 6, "agents-only.txt", Kind::Text, 4) },
        file(&ticket, 7, "same-name.png", Kind::Picture, 3),
        file(&ticket, 8, "same-name.png", Kind::Picture, 3),
        file(&ticket, 9, &format!("{}.txt", "long".repeat(60)), Kind::Text, 3),
    ];
    ticket.told_attachments = 10;
    let (ticket, mut thread) = with_talk(desk, ticket);
    for action in &mut thread {
        let own = ticket.attachments.iter().filter(|file| file.action == action.id);
        action.attachments = own.map(|file| file.id).collect();
    }
    (ticket, thread)
}

fn untold_file(desk: &Desk) -> Told {
    let mut ticket = base(desk, UNTOLD_FILE, "A file the row does not tell");
    ticket.attachments = vec![file(&ticket, 0, "untold.txt", Kind::Text, 2)];
    ticket.told_attachments = 0;
    let mut thread = talk(desk, &ticket);
    thread[1].attachments = vec![UNTOLD_FILE * 10];
    (ticket, thread)
}
