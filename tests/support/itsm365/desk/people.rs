//! Employees, companies and departments, teams: who they are, and which of them is a trap.

use std::collections::BTreeSet;

use super::super::super::standin::dice::Dice;
use super::{Facts, Moment, TEAM_FIRST_LINE, day, minutes};

/// Company or department.
#[derive(Debug, Clone)]
pub(crate) struct Ou {
    pub(crate) id: i64,
    /// `ou$company`, `ou$ou` or `ou$ouRoles`.
    pub(crate) fqn: &'static str,
    pub(crate) title: String,
    pub(crate) address: String,
    pub(crate) parent: Option<i64>,
    pub(crate) head: Option<i64>,
    pub(crate) additional_name: String,
    pub(crate) modified: Moment,
    pub(crate) removed: Option<Moment>,
}

/// Somebody, or what is kept among people.
#[derive(Debug, Clone)]
pub(crate) struct Employee {
    pub(crate) id: i64,
    /// `employee$employee`, `employee$contactPerson`, or a role: `employee$absRole`, `employee$relRole`.
    pub(crate) fqn: &'static str,
    pub(crate) last: String,
    pub(crate) first: String,
    pub(crate) middle: String,
    pub(crate) login: String,
    /// As it is kept: some are in capitals, some are missing.
    pub(crate) email: String,
    /// Position.
    pub(crate) post: String,
    /// Employee number.
    pub(crate) number: String,
    pub(crate) mobile: String,
    pub(crate) city_phone: String,
    pub(crate) internal_phone: String,
    pub(crate) telegram: String,
    /// Codes of licences; `notLicensed` is none.
    pub(crate) license: &'static str,
    pub(crate) active: bool,
    pub(crate) locked: bool,
    pub(crate) parent: Option<i64>,
    pub(crate) supervisor: Option<i64>,
    pub(crate) teams: Vec<i64>,
    pub(crate) created: Moment,
    pub(crate) modified: Moment,
    pub(crate) removed: Option<Moment>,
}

impl Employee {
    /// The name that is shown.
    pub(crate) fn title(&self) -> String {
        let parts = [&self.last, &self.first, &self.middle];
        parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ")
    }

    /// Whether it is a role instead of a person.
    pub(crate) fn is_role(&self) -> bool {
        self.fqn == "employee$absRole" || self.fqn == "employee$relRole"
    }

    /// Whether they answer tickets: a licence of their own, or a team.
    pub(crate) fn is_agent(&self) -> bool {
        !self.is_role() && (self.license != "notLicensed" || !self.teams.is_empty())
    }
}

/// A team.
#[derive(Debug, Clone)]
pub(crate) struct Team {
    pub(crate) id: i64,
    pub(crate) title: &'static str,
    pub(crate) head: Option<i64>,
    pub(crate) removed: Option<Moment>,
}

/// «Ромашка»: most stories are of this company.
pub(crate) const ROMASHKA: i64 = 301;
/// Its accounting department.
pub(crate) const ACCOUNTING: i64 = 302;
/// A department of that department.
pub(crate) const PAYROLL: i64 = 303;
/// The technical department in which roles are.
pub(crate) const ROLES: i64 = 304;
/// Two that are above each other.
pub(crate) const CYCLE: [i64; 2] = [305, 306];
/// A company that was archived.
pub(crate) const ARCHIVED_COMPANY: i64 = 307;
/// A company whose name has to be escaped in HTML and in CSV.
pub(crate) const QUOTED_COMPANY: i64 = 308;
/// The tenant's own support department: no company above it.
pub(crate) const SUPPORT: i64 = 309;

/// Agents: of the first line, of the second, its head, with a concurrent licence.
pub(crate) const PETROV: i64 = 2300;
pub(crate) const SIDOROVA: i64 = 2301;
pub(crate) const KUZNETSOV: i64 = 2302;
/// An agent who left: locked and archived, but author of comments.
pub(crate) const LEFT_AGENT: i64 = 2303;
/// An agent who has a team but no licence.
pub(crate) const TEAM_ONLY: i64 = 2304;
/// Who asks in most stories.
pub(crate) const IVANOV: i64 = 2201;
/// In the department of a department.
pub(crate) const ORLOVA: i64 = 2202;
/// Two of one address: the second has it in capitals.
pub(crate) const TWINS: [i64; 2] = [2203, 2204];
/// Without an address.
pub(crate) const NO_EMAIL: i64 = 2205;
/// Locked.
pub(crate) const LOCKED: i64 = 2206;
/// Archived.
pub(crate) const REMOVED: i64 = 2207;
/// In the cycle of departments.
pub(crate) const IN_CYCLE: i64 = 2208;
/// A contact person.
pub(crate) const CONTACT_PERSON: i64 = 2209;
/// Without a department.
pub(crate) const NO_OU: i64 = 2210;
/// An agent who asks, too.
pub(crate) const AGENT_AS_CLIENT: i64 = SIDOROVA;
/// With what is no address where the address should be.
pub(crate) const BAD_EMAIL: i64 = 2211;
/// Roles: absolute, relative.
pub(crate) const ABSOLUTE_ROLE: i64 = 2290;
pub(crate) const RELATIVE_ROLE: i64 = 2291;

const FIRST_BULK: i64 = 3_000_000;
const LAST_NAMES: [&str; 10] =
    ["Смирнов", "Попов", "Волков", "Соколов", "Лебедев", "Козлов", "Новиков", "Морозов", "Егоров", "Ёлкин"];
const FIRST_NAMES: [&str; 8] = ["Алексей", "Дмитрий", "Сергей", "Андрей", "Павел", "Роман", "Юрий", "Илья"];
const POSTS: [&str; 5] = ["Бухгалтер", "Инженер", "Менеджер по продажам", "Директор", "Кладовщик"];

fn ou(id: i64, fqn: &'static str, title: &str, parent: Option<i64>) -> Ou {
    Ou {
        id,
        fqn,
        title: title.into(),
        address: if fqn == "ou$company" {
            format!("г. Москва, ул. Ленина, д. {}", id % 100)
        } else {
            String::new()
        },
        parent,
        head: None,
        additional_name: String::new(),
        modified: day(2025, 10, 30),
        removed: None,
    }
}

/// Companies and departments.
pub(crate) fn ous(companies: i64) -> Vec<Ou> {
    let mut all = vec![
        Ou {
            head: Some(IVANOV),
            additional_name: "Romashka LLC".into(),
            ..ou(ROMASHKA, "ou$company", "ООО Ромашка", None)
        },
        ou(ACCOUNTING, "ou$ou", "Бухгалтерия", Some(ROMASHKA)),
        ou(PAYROLL, "ou$ou", "Расчётная группа", Some(ACCOUNTING)),
        ou(ROLES, "ou$ouRoles", "Роли", None),
        ou(CYCLE[0], "ou$ou", "Отдел по кругу", Some(CYCLE[1])),
        ou(CYCLE[1], "ou$ou", "Круговой отдел", Some(CYCLE[0])),
        Ou { removed: Some(day(2025, 11, 5)), ..ou(ARCHIVED_COMPANY, "ou$company", "АО Закрытое", None) },
        ou(QUOTED_COMPANY, "ou$company", "ООО «Рога & Копыта», \"филиал\"", Some(ROMASHKA)),
        Ou { head: Some(KUZNETSOV), ..ou(SUPPORT, "ou$ou", "Служба поддержки", None) },
    ];
    for n in 0..companies {
        let id = FIRST_BULK + n * 10;
        all.push(ou(id, "ou$company", &format!("ООО Клиент {}", n + 1), None));
        all.push(ou(id + 1, "ou$ou", "Отдел продаж", Some(id)));
        all.push(ou(id + 2, "ou$ou", "Склад", Some(id + 1)));
    }
    all
}

fn person(id: i64, last: &str, first: &str, parent: Option<i64>) -> Employee {
    let created = minutes(day(2021, 5, 11), id % 100_000);
    Employee {
        id,
        fqn: "employee$employee",
        last: last.into(),
        first: first.into(),
        middle: String::new(),
        login: format!("user{id}"),
        email: format!("user{id}@client.example"),
        post: POSTS[(id % 5) as usize].into(),
        number: format!("T-{id}"),
        mobile: format!("+7 (916) {:03}-{:02}-{:02}", id / 10_000 % 1000, id / 100 % 100, id % 100),
        city_phone: String::new(),
        internal_phone: (id % 10_000).to_string(),
        telegram: String::new(),
        license: "notLicensed",
        active: true,
        locked: false,
        parent,
        supervisor: None,
        teams: Vec::new(),
        created,
        modified: minutes(created, 600_000),
        removed: None,
    }
}

fn agent(id: i64, last: &str, first: &str, license: &'static str, teams: &[i64]) -> Employee {
    Employee {
        email: format!("agent{id}@desk.example"),
        post: "Специалист поддержки".into(),
        license,
        teams: teams.to_vec(),
        ..person(id, last, first, Some(SUPPORT))
    }
}

/// Everybody.
pub(crate) fn employees(seed: u64, companies: i64) -> Vec<Employee> {
    let gone = Some(day(2025, 12, 1));
    let role = |id, last: &str, fqn| Employee {
        fqn,
        email: String::new(),
        login: String::new(),
        post: String::new(),
        number: String::new(),
        mobile: String::new(),
        internal_phone: String::new(),
        ..person(id, last, "", Some(ROLES))
    };
    let mut all = vec![
        agent(PETROV, "Петров", "Пётр", "named", &[TEAM_FIRST_LINE]),
        agent(SIDOROVA, "Сидорова", "Анна", "concurrent", &[TEAM_FIRST_LINE, 502]),
        agent(KUZNETSOV, "Кузнецов", "Олег", "named", &[502, 503]),
        Employee {
            locked: true,
            active: false,
            removed: gone,
            ..agent(LEFT_AGENT, "Ушедший", "Иван", "named", &[502])
        },
        agent(TEAM_ONLY, "Командный", "Егор", "notLicensed", &[503]),
        Employee {
            middle: "Иванович".into(),
            telegram: "@ivanov".into(),
            ..person(IVANOV, "Иванов", "Иван", Some(ROMASHKA))
        },
        Employee { supervisor: Some(IVANOV), ..person(ORLOVA, "Орлова", "Мария", Some(PAYROLL)) },
        Employee {
            email: "twin@romashka.example".into(), ..person(TWINS[0], "Близнецов", "Кирилл", Some(ROMASHKA))
        },
        Employee {
            email: "Twin@Romashka.Example".into(), ..person(TWINS[1], "Близнецов", "К.", Some(ACCOUNTING))
        },
        Employee { email: String::new(), ..person(NO_EMAIL, "Безпочтов", "Фёдор", Some(ROMASHKA)) },
        Employee { locked: true, ..person(LOCKED, "Заблокированная", "Ольга", Some(ROMASHKA)) },
        Employee {
            removed: gone, active: false, ..person(REMOVED, "Архивная", "Вера", Some(ARCHIVED_COMPANY))
        },
        person(IN_CYCLE, "Круглов", "Лев", Some(CYCLE[0])),
        Employee {
            fqn: "employee$contactPerson",
            city_phone: "8 (495) 123-45-67, доб. 12".into(),
            mobile: String::new(),
            ..person(CONTACT_PERSON, "Контактова", "Дарья", Some(QUOTED_COMPANY))
        },
        person(NO_OU, "Ничейный", "Глеб", None),
        Employee {
            email: "нет почты".into(), ..person(BAD_EMAIL, "Опечаткин", "Тимур", Some(ROMASHKA))
        },
        role(ABSOLUTE_ROLE, "Администратор процесса", "employee$absRole"),
        role(RELATIVE_ROLE, "Руководитель клиента", "employee$relRole"),
    ];
    for n in 0..companies {
        for place in 0..6 {
            let id = FIRST_BULK + n * 10 + place;
            let mut dice = Dice::new(seed, "employee", id);
            let (last, first) = (*dice.pick(&LAST_NAMES), *dice.pick(&FIRST_NAMES));
            let parent = FIRST_BULK + n * 10 + place / 2;
            // Numbers are global to the installation: people are counted apart from their departments.
            let id = id + 1_000_000;
            all.push(Employee { internal_phone: String::new(), ..person(id, last, first, Some(parent)) });
        }
    }
    all
}

/// Teams.
pub(crate) fn teams() -> Vec<Team> {
    vec![
        Team {
            id: TEAM_FIRST_LINE, title: "Специалисты 1-ой линии", head: Some(PETROV), removed: None
        },
        Team { id: 502, title: "Специалисты 2-ой линии", head: Some(KUZNETSOV), removed: None },
        Team { id: 503, title: "Сетевые инженеры", head: None, removed: None },
        Team { id: 504, title: "Упразднённая группа", head: None, removed: Some(day(2025, 11, 1)) },
    ]
}

impl Facts {
    /// Somebody.
    pub(crate) fn employee(&self, id: i64) -> &Employee {
        &self.employees[&id]
    }

    /// The company that somebody belongs to: the nearest one above their department; departments in a circle have none.
    pub(crate) fn company_of(&self, employee: &Employee) -> Option<i64> {
        self.company_above(employee.parent)
    }

    /// The company that a department is or belongs to.
    pub(crate) fn company_above(&self, ou: Option<i64>) -> Option<i64> {
        let mut seen = BTreeSet::new();
        let mut at = ou;
        while let Some(id) = at.filter(|id| seen.insert(*id)) {
            let ou = self.ous.get(&id)?;
            if ou.fqn == "ou$company" {
                return Some(id);
            }
            at = ou.parent;
        }
        None
    }

    /// The title of the department that somebody is in; none for who is in a company directly.
    pub(crate) fn department_of(&self, employee: &Employee) -> Option<&str> {
        let ou = self.ous.get(&employee.parent?)?;
        (ou.fqn == "ou$ou").then_some(ou.title.as_str())
    }

    /// The address by which somebody is known: lower case; what is none is not taken for one.
    pub(crate) fn address_of(&self, employee: &Employee) -> Option<String> {
        employee.email.contains('@').then(|| employee.email.to_lowercase())
    }

    /// Who somebody is to Intercom: of two with one address, the first.
    pub(crate) fn same_person(&self, id: i64) -> i64 {
        if id == TWINS[1] { TWINS[0] } else { id }
    }
}
