//! How the desk is set up: rules, processes, templates, schedules; and the small classes that nothing else refers to.

use serde_json::json;

use super::entry::{Entry, Held};
use super::{day, people};

/// Classes that a tenant of the small tier has none of.
pub(crate) const RULES: [&str; 3] = ["businessRules", "bpm", "action"];
/// A task, and the ticket it is of.
pub(crate) const TASK: i64 = 95_000_301;
pub(crate) const TASK_OF: i64 = super::story::MASS_MASTER;

fn entry(id: i64, fqn: &'static str, title: &str, attributes: Vec<(&'static str, Held)>) -> Entry {
    Entry { id: 95_000_000 + id, fqn, title: title.into(), attributes, removed: None }
}

/// All of them.
pub(crate) fn entries() -> Vec<Entry> {
    let mut all = rules();
    all.extend(templates());
    all.extend(others());
    all.push(Entry {
        id: 600_501, ..entry(0, "servicetime", "Пн–Пт 9:00–18:00", vec![text("code", "servicetime1")])
    });
    all
}

fn text(code: &'static str, value: &str) -> (&'static str, Held) {
    (code, Held::Plain(json!(value)))
}

fn rules() -> Vec<Entry> {
    let team = |id| ("responsibleTeam", Held::Object("team", id));
    let rule = |id, title, event, conditions, result: (&'static str, Held)| {
        let active = ("active", Held::Plain(json!(true)));
        entry(
            id,
            "businessRules$respRules",
            title,
            vec![text("event", event), text("conditions", conditions), active, result],
        )
    };
    vec![
        rule(1, "Маршрутизация: почта → 2-я линия", "create", "Услуга = Корпоративная почта", team(502)),
        rule(2, "Маршрутизация: сеть → сетевые инженеры", "create", "Услуга = Сеть и VPN", team(503)),
        rule(3, "Эскалация: 80% времени на решение", "escalation", "timeAllowanceTimer > 80%", team(502)),
        Entry {
            removed: Some(day(2025, 5, 5)),
            ..rule(4, "Старое правило", "create", "", ("responsibleTeam", Held::Plain(json!(null))))
        },
        entry(
            11,
            "bpm$route",
            "Согласование доступа",
            vec![
                text("event", "Статус = На согласовании"),
                ("approvers", Held::Objects(vec![("employee", people::IVANOV), ("employee", people::KUZNETSOV)])),
                text("mode", "sequential"),
                ("active", Held::Plain(json!(true))),
            ],
        ),
        entry(
            12,
            "bpm$template",
            "Приём нового сотрудника",
            vec![
                text("event", "manual"),
                ("approvers", Held::Objects(vec![("employee", people::KUZNETSOV)])),
                text("mode", "parallel"),
                ("active", Held::Plain(json!(false))),
            ],
        ),
        entry(
            21,
            "action$notification",
            "Оповещение клиента о регистрации",
            vec![text("event", "create"), text("recipients", "Контрагент"), ("active", Held::Plain(json!(true)))],
        ),
        entry(
            22,
            "action$script",
            "Закрытие через 3 дня после решения",
            vec![text("event", "timer"), text("recipients", ""), ("active", Held::Plain(json!(true)))],
        ),
    ]
}

fn templates() -> Vec<Entry> {
    let template = |id, title, html| entry(id, "template$templateCom", title, vec![text("text", html)]);
    vec![
        template(101, "Запрос информации", "<p>Здравствуйте! Уточните, пожалуйста, номер кабинета.</p>"),
        template(102, "Решено", "<p>Ваша заявка решена. С уважением, <b>служба поддержки</b></p>"),
        Entry {
            removed: Some(day(2025, 5, 5)), ..template(103, "Старый шаблон", "<p>Не использовать</p>")
        },
        entry(111, "template$templateTask", "Выезд на место", vec![text("text", "<p>Взять картридж</p>")]),
    ]
}

fn task(id: i64, title: &str, source: (&'static str, Held)) -> Entry {
    let attributes = vec![
        source,
        text("state", "registered"),
        ("number", Held::Plain(json!(id))),
        text("shortDescr", "Заменить картридж"),
        text("descriptionRTF", "<p>Взять <b>59X</b> со склада</p>"),
        ("responsibleEmployee", Held::Object("employee", people::PETROV)),
        ("responsibleTeam", Held::Object("team", super::TEAM_FIRST_LINE)),
        text("deadLineTime", "2025.04.02 09:00:00"),
    ];
    entry(id, "task$task", title, attributes)
}

fn others() -> Vec<Entry> {
    let of_ticket = |id| ("source", Held::Object("serviceCall", id));
    vec![
        entry(201, "news$news", "Плановые работы 12 июля", vec![text("text", "<p>С 22:00 до 23:00</p>")]),
        entry(211, "document$doc", "Регламент поддержки", vec![]),
        entry(221, "interview$interview", "Опрос удовлетворённости", vec![]),
        entry(222, "interviewAnsw$interviewAnsw", "Ответ", vec![]),
        entry(231, "markBase$markBase", "Оценка", vec![of_ticket(super::story::EVERY_FIELD)]),
        entry(241, "workRecord$workRecord", "Диагностика", vec![of_ticket(super::story::EVERY_FIELD)]),
        task(301, "TASK301", of_ticket(TASK_OF)),
        // A task of nothing that there is.
        task(302, "TASK302", ("source", Held::Plain(json!(null)))),
        entry(311, "metaStorage$status", "Новое", vec![text("code", "registered")]),
        entry(321, "directory$vendor", "HP", vec![]),
        entry(
            331,
            "srvTimeExcl$srvTimeExcl",
            "Новый год",
            vec![
                text("exclusionDate", "2026.01.01"),
                ("startTime", Held::Plain(json!(28_800_000))),
                ("endTime", Held::Plain(json!(64_800_000))),
            ],
        ),
    ]
}
