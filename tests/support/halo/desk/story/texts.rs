//! Stories of how texts are written.

use super::super::Desk;
use super::super::body::{self, Body};
use super::super::ticket::Part;
use super::{Dice, SHAPES, Told, base, talk};

pub(super) fn all(desk: &Desk) -> Vec<Told> {
    SHAPES
        .iter()
        .zip(body::SHAPES)
        .map(|(id, shape)| {
            let mut dice = Dice::new(desk.seed, "shape", *id);
            let mut ticket = base(desk, *id, &format!("Text: {shape:?}"));
            ticket.body = Body::new(&mut dice, &ticket.body.marker, shape);
            let mut thread = talk(desk, &ticket);
            for action in thread.iter_mut().filter(|action| matches!(action.part, Part::Reply | Part::Note)) {
                action.body = Body::new(&mut dice, &action.body.marker, shape);
                if let Some(email) = &mut action.email {
                    email.html = format!("{}<blockquote>{}</blockquote>", action.body.html, ticket.body.html);
                }
            }
            (ticket, thread)
        })
        .collect()
}
