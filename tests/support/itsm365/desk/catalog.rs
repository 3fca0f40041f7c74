//! Catalogs: each is a class of its own, its items have codes.

use super::{Moment, day};

/// An item of a catalog.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    pub(crate) id: i64,
    /// The catalog's class.
    pub(crate) catalog: &'static str,
    pub(crate) code: &'static str,
    pub(crate) title: &'static str,
    /// A folder, or the item that is divided by this one.
    pub(crate) parent: Option<i64>,
    pub(crate) color: Option<&'static str>,
    pub(crate) removed: Option<Moment>,
}

/// Priorities, from the most to the least urgent.
pub(crate) const PRIORITIES: [i64; 4] = [101, 102, 103, 104];
pub(crate) const URGENCIES: [i64; 3] = [111, 112, 113];
pub(crate) const IMPACTS: [i64; 3] = [121, 122, 123];
/// Channels: portal, e-mail, phone, API, Telegram, and one that was archived.
pub(crate) const CHANNELS: [i64; 6] = [640_201, 640_202, 640_203, 640_204, 640_205, 640_206];
/// Subcategories, whose parents are categories.
pub(crate) const SUBCATEGORIES: [i64; 6] = [171, 172, 173, 174, 175, 176];
/// Categories.
pub(crate) const CATEGORIES: [i64; 3] = [161, 162, 163];
pub(crate) const CLOSINGS: [i64; 3] = [141, 142, 143];
pub(crate) const MARKS: [i64; 3] = [131, 132, 133];
pub(crate) const CHANGE_TYPES: [i64; 3] = [151, 152, 153];
pub(crate) const RISKS: [i64; 3] = [156, 157, 158];

/// All items of all catalogs.
pub(crate) fn items() -> Vec<Item> {
    let item = |id, catalog, code, title| Item { id, catalog, code, title, parent: None, color: None, removed: None };
    let below = |id, code, title, parent| Item { parent: Some(parent), ..item(id, "category", code, title) };
    let channel = |id, code, title| item(id, "wayAdressing", code, title);
    vec![
        Item { color: Some("#ff0000"), ..item(101, "priority", "critical", "Критический") },
        Item { color: Some("#ff9900"), ..item(102, "priority", "high", "Высокий") },
        item(103, "priority", "normal", "Средний"),
        item(104, "priority", "low", "Низкий"),
        item(111, "urgency", "high", "Высокая"),
        item(112, "urgency", "normal", "Средняя"),
        item(113, "urgency", "low", "Низкая"),
        item(121, "impact", "company", "Вся компания"),
        item(122, "impact", "department", "Отдел"),
        item(123, "impact", "person", "Один сотрудник"),
        item(131, "mark", "good", "Отлично"),
        item(132, "mark", "normal", "Удовлетворительно"),
        item(133, "mark", "bad", "Плохо"),
        item(141, "codeOfClosing", "solved", "Решено полностью"),
        item(142, "codeOfClosing", "workaround", "Обходное решение"),
        item(143, "codeOfClosing", "refused", "Отказ"),
        item(151, "changeType", "standard", "Стандартное"),
        item(152, "changeType", "normal", "Нормальное"),
        item(153, "changeType", "emergency", "Экстренное"),
        item(156, "risk", "high", "Высокий"),
        item(157, "risk", "medium", "Средний"),
        item(158, "risk", "low", "Низкий"),
        item(161, "category", "hardware", "Оборудование"),
        item(162, "category", "software", "Программное обеспечение"),
        item(163, "category", "access", "Доступ и права"),
        below(171, "printer", "Принтеры и МФУ", 161),
        below(172, "pc", "Рабочая станция", 161),
        below(173, "1c", "1С:Предприятие", 162),
        below(174, "mail", "Почта", 162),
        below(175, "account", "Учётная запись", 163),
        below(176, "vpn", "VPN", 163),
        channel(640_201, "lk", "Личный кабинет"),
        channel(640_202, "email", "Электронная почта"),
        channel(640_203, "phone", "Телефон"),
        channel(640_204, "api", "API"),
        channel(640_205, "telegram", "Telegram"),
        Item { removed: Some(day(2025, 11, 1)), ..channel(640_206, "icq", "ICQ") },
    ]
}
