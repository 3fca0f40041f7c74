//! People who help: users, teams, bots; pipelines and their stages.

/// A user of the account.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct User {
    pub(crate) id: i64,
    pub(crate) first: &'static str,
    pub(crate) last: &'static str,
    pub(crate) email: &'static str,
    pub(crate) role: &'static str,
    pub(crate) active: bool,
}

impl User {
    /// First and last name.
    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.first, self.last)
    }
}

pub(crate) const MEHMET: i64 = 5012;
pub(crate) const ELIF: i64 = 5013;
/// İ and ı in his name and address.
pub(crate) const IRFAN: i64 = 5014;
/// Has left: in the list, not active.
pub(crate) const DEPARTED: i64 = 5015;
/// The account's owner; the key's and the login's user.
pub(crate) const ADMIN: i64 = 5001;
/// Has the name of `MEHMET`, another address.
pub(crate) const NAMESAKE: i64 = 5016;
/// Was deleted: only tickets and logs name it.
pub(crate) const GONE: i64 = 5099;

/// Every user that there still is.
pub(crate) const USERS: [User; 6] = [
    user(ADMIN, "Göç", "Yöneticisi", "goc@ornek.example", "admin"),
    user(MEHMET, "Mehmet", "Kaya", "mehmet@ornek.example", "agent"),
    user(ELIF, "Elif", "Şahin", "elif@ornek.example", "agent"),
    user(IRFAN, "İrfan", "Işık", "Irfan.ISIK@ornek.example", "supervisor"),
    User { active: false, ..user(DEPARTED, "Ayrılan", "Çalışan", "ayrilan@ornek.example", "agent") },
    user(NAMESAKE, "Mehmet", "Kaya", "mehmet.kaya2@ornek.example", "agent"),
];

const fn user(id: i64, first: &'static str, last: &'static str, email: &'static str, role: &'static str) -> User {
    User { id, first, last, email, role, active: true }
}

/// A user by id.
pub(crate) fn user_of(id: i64) -> Option<&'static User> {
    USERS.iter().find(|user| user.id == id)
}

/// A team; the last has nobody in it.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    pub(crate) users: &'static [i64],
}

pub(crate) const DESTEK: i64 = 301;
pub(crate) const SATIS: i64 = 302;

/// Every team.
pub(crate) const TEAMS: [Team; 3] = [
    Team { id: DESTEK, name: "Destek", users: &[MEHMET, ELIF, DEPARTED] },
    Team { id: SATIS, name: "Satış", users: &[IRFAN, GONE] },
    Team { id: 303, name: "Boş Takım", users: &[] },
];

/// A chatbot.
#[derive(Debug, Clone)]
pub(crate) struct Bot {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    pub(crate) active: bool,
}

pub(crate) const BOT: i64 = 61;

/// Every chatbot.
pub(crate) const BOTS: [Bot; 2] =
    [Bot { id: BOT, name: "Yardımcı Bot", active: true }, Bot { id: 62, name: "Eski Bot", active: false }];

/// A pipeline with its stages.
#[derive(Debug, Clone)]
pub(crate) struct Pipeline {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    /// `ticket` or `deal`.
    pub(crate) object: &'static str,
    /// Id and name, in order.
    pub(crate) stages: &'static [(i64, &'static str)],
}

/// Every pipeline.
pub(crate) const PIPELINES: [Pipeline; 3] = [
    Pipeline {
        id: 25_001,
        name: "Destek",
        object: "ticket",
        stages: &[(108_001, "Yeni"), (108_002, "Beklemede"), (108_003, "Tamamlandı")],
    },
    Pipeline { id: 25_002, name: "İade", object: "ticket", stages: &[(108_011, "Yeni"), (108_012, "İade edildi")] },
    Pipeline {
        id: 26_001,
        name: "Satış Hunisi",
        object: "deal",
        stages: &[(109_001, "Fırsat"), (109_002, "Teklif"), (109_003, "Kazanıldı")],
    },
];

/// Name of a pipeline and of one of its stages; empty for what is not there any more.
pub(crate) fn stage_of(pipeline: i64, stage: i64) -> (&'static str, &'static str) {
    let Some(found) = PIPELINES.iter().find(|known| known.id == pipeline) else { return ("", "") };
    (found.name, found.stages.iter().find(|known| known.0 == stage).map_or("", |known| known.1))
}
