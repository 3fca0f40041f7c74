//! Codes: what is the same everywhere, and what each tenant calls as it likes. The facts use the usual codes; another tenant's
//! are a dictionary.

use super::Moment;

/// Kinds of tickets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Incident,
    Request,
    Enquiry,
}

/// Every kind.
pub(crate) const KINDS: [Kind; 3] = [Kind::Incident, Kind::Request, Kind::Enquiry];

impl Kind {
    /// Class and type: `serviceCall$serviceCall` is the incident.
    pub(crate) fn fqn(self) -> &'static str {
        match self {
            Self::Incident => "serviceCall$serviceCall",
            Self::Request => "serviceCall$request",
            Self::Enquiry => "serviceCall$call",
        }
    }

    /// Its title, which is the same for every tenant here.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Incident => "Инцидент",
            Self::Request => "Запрос на обслуживание",
            Self::Enquiry => "Обращение",
        }
    }

    /// What numbers of its tickets begin with in their titles.
    pub(crate) fn prefix(self) -> &'static str {
        match self {
            Self::Incident => "INC",
            Self::Request => "REQ",
            Self::Enquiry => "CALL",
        }
    }
}

/// States of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum State {
    Registered,
    InProgress,
    Waiting,
    Deferred,
    Resumed,
    OnApproval,
    Resolved,
    Closed,
}

/// Every state.
pub(crate) const STATES: [State; 8] = [
    State::Registered,
    State::InProgress,
    State::Waiting,
    State::Deferred,
    State::Resumed,
    State::OnApproval,
    State::Resolved,
    State::Closed,
];

impl State {
    /// Codes and titles: usual, and those of the variant.
    fn names(self) -> [(&'static str, &'static str); 2] {
        match self {
            Self::Registered => [("registered", "Новое"), ("novaya", "Новая")],
            Self::InProgress => [("inprogress", "В работе"), ("vObrabotke", "В обработке")],
            Self::Waiting => [("waitClientAnswer", "Ожидает ответа клиента"), ("zaprosInfo", "Запрос информации")],
            Self::Deferred => [("deferred", "Отложено"), ("otlozhena", "Отложена")],
            Self::Resumed => [("resumed", "Возобновлено"), ("vozvrat", "Возврат в работу")],
            Self::OnApproval => [("onNeg", "На согласовании"), ("soglasovanie", "Согласование")],
            Self::Resolved => [("resolved", "Решено"), ("vypolnena", "Выполнена")],
            Self::Closed => [("closed", "Закрыто"), ("zakryta", "Закрыта")],
        }
    }

    /// Whether nothing is left to do.
    pub(crate) fn is_done(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }
}

/// What a timer does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Timer {
    NotStarted,
    Active,
    Paused,
    Exceeded,
    Stopped,
}

/// Every state of a timer.
pub(crate) const TIMERS: [Timer; 5] =
    [Timer::NotStarted, Timer::Active, Timer::Paused, Timer::Exceeded, Timer::Stopped];

/// Usual class, the variant's.
const CLASSES: [(&str, &str); 7] = [
    ("priority", "prioritet"),
    ("urgency", "srochnost"),
    ("impact", "vliyanie"),
    ("wayAdressing", "kanalSvyazi"),
    ("category", "kategoriya"),
    ("codeOfClosing", "kodZakrytiya"),
    ("cmdb", "objectBase"),
];

/// Usual type, the variant's.
const TYPES: [(&str, &str); 11] = [
    ("serviceCall$serviceCall", "serviceCall$vnINC"),
    ("serviceCall$request", "serviceCall$vnREQ"),
    ("serviceCall$call", "serviceCall$vnCALL"),
    ("team$team", "team$baseteam"),
    ("changeRequest$changeRequest", "changeRequest$changeErr"),
    ("cmdb$ci", "objectBase$Server"),
    ("cmdb$components", "objectBase$Workstation"),
    ("cmdb$software", "objectBase$PO"),
    ("cmdb$location", "objectBase$Pomeshchenie"),
    ("cmdb$interface", "objectBase$Interfejs"),
    ("cmdb$invUnit", "objectBase$InvEdinica"),
];

/// Class, usual attribute, the variant's.
const ATTRIBUTES: [(&str, &str, &str); 22] = [
    ("serviceCall", "descriptionRTF", "descriptionInRTF"),
    ("serviceCall", "description", "opisanie"),
    ("serviceCall", "resultDescr", "opisanieResheniya"),
    ("serviceCall", "wayAddressing", "sposobObrashcheniya"),
    ("serviceCall", "categories", "kategorii"),
    ("serviceCall", "baseCategory", "osnovnayaKategoriya"),
    ("serviceCall", "codeOfClosing", "kodZakrytiya"),
    ("serviceCall", "nomerDogovora", "NomerDogovoraSD"),
    ("serviceCall", "kabinet", "Pomeshchenie"),
    ("serviceCall", "vyezdTrebuetsya", "NuzhenVyezd"),
    ("serviceCall", "dataVyezda", "PlanDataVyezda"),
    ("serviceCall", "stoimostRabot", "Stoimost"),
    ("serviceCall", "skrinshoty", "Vlozheniya"),
    ("problem", "rootCause", "kornevayaPrichina"),
    ("problem", "knownError", "izvestnayaOshibka"),
    ("changeRequest", "changeType", "tipIzmeneniya"),
    ("changeRequest", "risk", "urovenRiska"),
    ("changeRequest", "implementationDate", "dataVnedreniya"),
    ("employee", "privateCode", "tabelnyjNomer"),
    ("employee", "post", "dolzhnost"),
    ("cmdb", "DeviceName", "ImyaUstrojstva"),
    ("cmdb", "Commentariy", "Primechanie"),
];

/// How a tenant calls things.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tenant {
    /// Whether it is the one with codes of its own.
    pub(crate) variant: bool,
}

impl Tenant {
    /// A class, such as `priority`.
    pub(crate) fn class(self, usual: &str) -> &str {
        let own = CLASSES.iter().find(|(known, _)| self.variant && *known == usual);
        own.map_or(usual, |(_, own)| own)
    }

    /// The usual name of a class that the tenant calls like this; another tenant's name is none.
    pub(crate) fn usual_class(self, own: &str) -> Option<&str> {
        let pair = CLASSES.iter().find(|(usual, variant)| self.variant && (*usual == own || *variant == own));
        match pair {
            Some((usual, _)) if *usual == own => None,
            Some((usual, _)) => Some(usual),
            None => Some(own),
        }
    }

    /// A type, such as `serviceCall$request`; a class without types is its own type.
    pub(crate) fn fqn(self, usual: &str) -> String {
        let own = TYPES.iter().find(|(known, _)| self.variant && *known == usual);
        own.map_or_else(|| self.class(usual).to_owned(), |(_, own)| (*own).to_owned())
    }

    /// An attribute of a class.
    pub(crate) fn attribute<'a>(self, class: &str, usual: &'a str) -> &'a str {
        let own = ATTRIBUTES.iter().find(|(of, known, _)| self.variant && *of == class && *known == usual);
        own.map_or(usual, |(.., own)| own)
    }

    /// The identifier of an object: class and number. The class is that of all its types.
    pub(crate) fn uuid(self, class: &str, id: i64) -> String {
        format!("{}${id}", self.class(class))
    }

    /// The code of a state.
    pub(crate) fn state(self, state: State) -> &'static str {
        state.names()[usize::from(self.variant)].0
    }

    /// The title of a state, which no row has.
    pub(crate) fn state_title(self, state: State) -> &'static str {
        state.names()[usize::from(self.variant)].1
    }

    /// What a timer's status is called: a name, or a letter.
    pub(crate) fn timer(self, timer: Timer) -> &'static str {
        let (name, letter) = match timer {
            Timer::NotStarted => ("NOTSTARTED", "n"),
            Timer::Active => ("ACTIVE", "a"),
            Timer::Paused => ("PAUSED", "p"),
            Timer::Exceeded => ("EXCEEDED", "e"),
            Timer::Stopped => ("STOPPED", "s"),
        };
        if self.variant { letter } else { name }
    }

    /// A time: without a zone; with a fraction where there is one, or always.
    pub(crate) fn date(self, moment: Moment) -> String {
        let fraction = self.variant || moment.and_utc().timestamp_subsec_millis() > 0;
        moment.format(if fraction { "%Y.%m.%d %H:%M:%S%.3f" } else { "%Y.%m.%d %H:%M:%S" }).to_string()
    }
}
