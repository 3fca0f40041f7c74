//! Stories of texts and files.

use super::super::super::dice::Dice;
use super::super::Size;
use super::super::body::{Body, SHAPES as EVERY_SHAPE};
use super::super::bulk::{entry, mailed};
use super::super::file::{File, Kind};
use super::super::ticket::{Author, Entry, Part};
use super::{EMAIL_GONE, FILES, INLINE_IMAGES, LONG_THREAD, NO_OPENING, SHAPES, TEXT_ONLY, Told, base, talk, with};

pub(super) fn all(size: &Size) -> Vec<Told> {
    let mut tickets =
        vec![no_opening(size), email_gone(size), text_only(size), inline_images(size), files(size), long_thread(size)];
    tickets.extend(SHAPES.iter().zip(EVERY_SHAPE).map(|(id, shape)| {
        let mut ticket = base(size, *id, &format!("Biçim {shape:?}"));
        let body = |marker: String| Body::new(&mut Dice::new(size.seed, &marker, *id), &marker, shape);
        ticket.content = body(format!("T{id}z"));
        let mut thread = talk(size, &ticket);
        for (nth, entry) in thread.iter_mut().enumerate().skip(1) {
            entry.body = body(format!("L{id}n{}z", nth + 1));
        }
        (ticket, thread)
    }));
    tickets
}

fn no_opening(size: &Size) -> Told {
    let (mut ticket, mut thread) = with(size, NO_OPENING, "Formdan gelen", |_| {});
    ticket.source = "form";
    thread.remove(0);
    (ticket, thread)
}

fn email_gone(size: &Size) -> Told {
    let (ticket, mut thread) = with(size, EMAIL_GONE, "E-postası silinmiş", |_| {});
    for email in thread[1..].iter_mut().filter_map(|entry| entry.email.as_mut()).take(1) {
        email.gone = true;
    }
    (ticket, thread)
}

fn text_only(size: &Size) -> Told {
    let (ticket, mut thread) = with(size, TEXT_ONLY, "Yalnız düz metin", |_| {});
    for email in thread.iter_mut().filter_map(|entry| entry.email.as_mut()) {
        email.text_only = true;
        email.cc = vec!["ikiz@example.com".into(), "Muhasebe <muhasebe@baska.example>".into()];
    }
    (ticket, thread)
}

fn inline_images(size: &Size) -> Told {
    let (mut ticket, mut thread) = with(size, INLINE_IMAGES, "Metinde resimler", |_| {});
    ticket.files = vec![
        File::of(INLINE_IMAGES, 0, "resim-0.png", Kind::Picture),
        File::of(INLINE_IMAGES, 1, "resim-1.png", Kind::Gone),
    ];
    ticket.content = ticket.content.with_image(INLINE_IMAGES * 100).with_image(INLINE_IMAGES * 100 + 1);
    thread[0].body = ticket.content.clone();
    thread[2].files = vec![File::of(INLINE_IMAGES, 2, "resim-2.png", Kind::Picture)];
    thread[2].body = thread[2].body.clone().with_image(INLINE_IMAGES * 100 + 2);
    (ticket, thread)
}

fn files(size: &Size) -> Told {
    let (mut ticket, mut thread) = with(size, FILES, "Her türlü dosya", |_| {});
    let file = |nth: i64, name: &str, kind: Kind| File::of(FILES, nth, name, kind);
    ticket.files = vec![file(0, "yok.pdf", Kind::Gone)];
    thread[0].files = vec![file(1, "boş.txt", Kind::Empty)];
    thread[1].files = vec![
        file(2, "../../../etc/passwd", Kind::Text),
        file(3, "C:\\temp\\Ağustos faturası İ.txt", Kind::Text),
        file(4, "aynı.png", Kind::Picture),
        file(5, "aynı.png", Kind::Picture),
    ];
    thread[2].files = vec![file(6, "yalnız-temsilciler.txt", Kind::Text)];
    thread[3].files = vec![file(7, &format!("{}.txt", "uzun".repeat(60)), Kind::Text)];
    (ticket, thread)
}

/// Customer and agent in turn, ten minutes apart.
fn long_thread(size: &Size) -> Told {
    let (ticket, mut thread) = with(size, LONG_THREAD, "300 kayıtlı talep", |_| {});
    thread.truncate(1);
    let (asks, agent) = (thread[0].author.clone(), Author::User(ticket.owners[0]));
    thread.extend((2..=300).map(|nth| -> Entry {
        let by_agent = nth % 2 == 0;
        let author = if by_agent { agent.clone() } else { asks.clone() };
        if nth % 10 == 0 {
            return entry(size.seed, &ticket, nth, Part::Note, "note", agent.clone(), nth * 10);
        }
        mailed(&ticket, entry(size.seed, &ticket, nth, Part::Message, "email", author, nth * 10), !by_agent)
    }));
    (ticket, thread)
}
