//! Stories of who asked.

use super::super::Facts;
use super::super::people::{
    AGENT_AS_CLIENT, BAD_EMAIL, CONTACT_PERSON, IN_CYCLE, IVANOV, LOCKED, NO_EMAIL, NO_OU, ORLOVA, REMOVED, ROMASHKA,
    TWINS,
};
use super::super::ticket::{Client, Ticket};
use super::{
    BY_AGENT, BY_COMPANY, BY_KNOWN_ADDRESS, BY_NAME, BY_NOBODY, BY_PHONE, BY_STRANGER, BY_STRANGER_AGAIN, BY_TRAPS,
    begin, with_talk,
};

/// People who are traps; each asks in a ticket of their own.
pub(crate) const TRAPS: [i64; 10] =
    [ORLOVA, TWINS[0], TWINS[1], NO_EMAIL, LOCKED, REMOVED, IN_CYCLE, CONTACT_PERSON, NO_OU, BAD_EMAIL];

pub(super) fn tell(facts: &mut Facts) {
    for (place, client) in TRAPS.into_iter().enumerate() {
        let ticket =
            Ticket { client: Client::Employee(client), author: Some(client), ..begin(facts, BY_TRAPS + place as i64) };
        with_talk(facts, ticket);
    }
    let known = facts.employee(IVANOV).email.to_uppercase();
    let text = |name: &str, email: &str, phone: &str| Client::Text(name.into(), email.into(), phone.into());
    let clients = [
        (BY_STRANGER, text("Захар Посторонний", "zahar@mail.example", "+7 921 555-44-33")),
        (BY_KNOWN_ADDRESS, text("Иванов И.", &known, "")),
        (BY_NAME, text("Прохожий", "", "")),
        (BY_PHONE, text("", "", "8 (812) 700-11-22")),
        (BY_STRANGER_AGAIN, text("З. Посторонний", "Zahar@Mail.Example", "")),
        (BY_NOBODY, Client::Nobody),
        (BY_COMPANY, Client::Ou(ROMASHKA)),
        (BY_AGENT, Client::Employee(AGENT_AS_CLIENT)),
    ];
    for (id, client) in clients {
        let author = if let Client::Employee(id) = client { Some(id) } else { None };
        let ticket = Ticket { client, author, ..begin(facts, id) };
        with_talk(facts, ticket);
    }
}
