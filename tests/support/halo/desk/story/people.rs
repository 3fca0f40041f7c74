//! Stories of who asked and who helped.

use super::super::Desk;
use super::super::lookup::CLOSED;
use super::super::people::{
    AGENT_AS_USER, ANONYMISED_USER, BLANK_USER, GENERAL_USER, MERGED_CLIENT, MERGED_USER, SOCIAL_USER, TWINS,
    UNKNOWN_CLIENT, USER_WITHOUT_EMAIL,
};
use super::super::staff::{DISABLED_AGENT, RENAMED_TEAM, RENAMED_TEAM_OLD_NAME, UNASSIGNED};
use super::super::ticket::{Author, Ticket};
use super::{
    AT_OTHER_CLIENT, OF_AGENT_AS_USER, OF_AMBIGUOUS_TEAM, OF_DISABLED_AGENT, OF_GENERAL_USER, OF_INACTIVE_CLIENT,
    OF_MERGED_CLIENT, OF_MERGED_USER, OF_NOBODY, OF_RENAMED_TEAM, OF_TWINS, OF_USER_WITHOUT_EMAIL, SOCIAL, Told,
    asked_by, at_site, base, closed, talk, with_talk,
};

pub(super) fn all(desk: &Desk) -> Vec<Told> {
    let by = |id: i64, summary: &str, user: i64| {
        let mut ticket = base(desk, id, summary);
        asked_by(desk, &mut ticket, user);
        ticket
    };
    let told = |ticket: Ticket| with_talk(desk, ticket);
    let mut general = by(OF_GENERAL_USER, "By the general user", GENERAL_USER);
    general.reported_by = "walk.in@acme.example".into();
    let mut merged_user = base(desk, OF_MERGED_USER, "By a merged contact");
    merged_user.brief.user = MERGED_USER;
    merged_user.user_name = "Samuel Carter".into();
    merged_user.user_email = "samuel@acme.example".into();
    let mut merged_client = by(OF_MERGED_CLIENT, "At a merged client", BLANK_USER);
    at_site(desk, &mut merged_client, MERGED_CLIENT, 191);
    merged_client.client_name = "Acme (old)".into();
    let mut inactive = by(OF_INACTIVE_CLIENT, "By an inactive client", 1501);
    closed(&mut inactive, CLOSED);
    let mut left = base(desk, OF_DISABLED_AGENT, "With an agent who has left");
    left.brief.agent = DISABLED_AGENT;
    let mut renamed = base(desk, OF_RENAMED_TEAM, "Of a renamed team");
    renamed.brief.team = Some(RENAMED_TEAM);
    renamed.team_name = RENAMED_TEAM_OLD_NAME.into();
    let mut ambiguous = base(desk, OF_AMBIGUOUS_TEAM, "Of a team of a common name");
    ambiguous.brief.team = None;
    ambiguous.team_name = "Billing".into();
    let mut elsewhere = by(AT_OTHER_CLIENT, "At another client", ANONYMISED_USER);
    at_site(desk, &mut elsewhere, 14, 141);
    vec![
        told(general),
        told(merged_user),
        told(merged_client),
        told(inactive),
        told(left),
        told(renamed),
        told(ambiguous),
        told(elsewhere),
        told(by(OF_USER_WITHOUT_EMAIL, "By a contact without e-mail", USER_WITHOUT_EMAIL)),
        told(by(OF_TWINS[0], "By the first of two of one address", TWINS[0])),
        told(by(OF_TWINS[1], "By the second of two of one address", TWINS[1])),
        told(by(OF_AGENT_AS_USER, "By an agent as a contact", AGENT_AS_USER)),
        told(by(SOCIAL, "From Facebook", SOCIAL_USER)),
        nobodys(desk),
    ]
}

fn nobodys(desk: &Desk) -> Told {
    let mut ticket = base(desk, OF_NOBODY, "Nobody's");
    at_site(desk, &mut ticket, UNKNOWN_CLIENT, 11);
    ticket.brief.user = 0;
    ticket.brief.agent = UNASSIGNED;
    ticket.user_name = String::new();
    ticket.user_email = String::new();
    ticket.reported_by = "stranger@nowhere.example".into();
    let mut thread = talk(desk, &ticket);
    let stranger = Author::Outsider("stranger@nowhere.example".into(), "stranger@nowhere.example".into());
    for action in &mut thread {
        if action.author == Author::User(0) {
            action.author = stranger.clone();
            action.who = desk.name(&stranger);
        }
        if let Some(email) = &mut action.email {
            let address = if email.inbound { &mut email.from } else { &mut email.to };
            *address = "stranger@nowhere.example".into();
        }
    }
    (ticket, thread)
}
