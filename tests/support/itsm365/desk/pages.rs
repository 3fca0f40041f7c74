//! The knowledge base as it is filled: sections open and internal, articles that link to each other.

use super::super::super::standin::dice::Dice;
use super::file::{Content, File, Place};
use super::knowledge::Page;
use super::people::{KUZNETSOV, PETROV};
use super::text::{SHAPES, Shape, Text};
use super::{Facts, day, later, minutes, table};

/// Sections: open, a subsection of it, internal, a subsection of it, an empty one.
pub(crate) const SECTIONS: [i64; 5] = [65_000_001, 65_000_002, 65_000_003, 65_000_004, 65_000_005];
/// An open article with a link to [`INTERNAL`] and a picture.
pub(crate) const OPEN: i64 = 65_000_011;
/// An internal article with a link to [`OPEN`].
pub(crate) const INTERNAL: i64 = 65_000_012;
/// An article that was archived.
pub(crate) const ARCHIVED: i64 = 65_000_013;
/// An article that is in no section, and links to [`ARCHIVED`].
pub(crate) const OUTSIDE: i64 = 65_000_014;
/// An article without a text.
pub(crate) const EMPTY: i64 = 65_000_015;

fn section(id: i64, fqn: &'static str, title: &str, parent: Option<i64>) -> Page {
    let created = day(2022, 1, 1);
    Page {
        id,
        fqn,
        title: title.into(),
        text: Text::default(),
        parent,
        links: Vec::new(),
        author: None,
        created,
        modified: created,
        removed: None,
    }
}

fn article(seed: u64, id: i64, open: bool, title: &str, parent: Option<i64>) -> Page {
    let mut dice = Dice::new(seed, "article", id);
    let created = minutes(day(2022, 2, 1), (id % 1_000_000) * 61);
    let shape = *dice.pick(&SHAPES);
    Page {
        text: Text::new(&mut dice, &format!("K{id}z"), if id < OPEN + 100 { Shape::Plain } else { shape }),
        author: Some(*dice.pick(&[PETROV, KUZNETSOV])),
        created,
        modified: later(created, 86_400_000 + dice.below(1000)),
        ..section(id, if open { "KB$KBArticleOpen" } else { "KB$KBArticle" }, title, parent)
    }
}

/// Adds a link to another article, as the editor writes it.
fn link(mut page: Page, to: i64) -> Page {
    let host = if to % 2 == 0 { "https://acme.itsm365.com" } else { "" };
    page.text.html.push_str(&format!("<p><a href=\"{host}/sd/operator/#uuid:KB${to}\">См. также</a></p>"));
    page.links.push(to);
    page
}

/// Fills the knowledge base, with so many articles beside those above.
pub(crate) fn fill(facts: &mut Facts, count: i64) {
    let seed = facts.seed;
    let source = ("KB", OPEN);
    let picture = facts.file(File {
        id: 0,
        source,
        place: Place::InTextOnly,
        name: "ключ.png".into(),
        content: Content::Picture,
        created: day(2022, 2, 1),
        author: Some(PETROV),
    });
    facts.file(File {
        id: 0,
        source,
        place: Place::Attached,
        name: "Инструкция.txt".into(),
        content: Content::Text,
        created: day(2022, 2, 1),
        author: Some(PETROV),
    });
    let mut open = link(article(seed, OPEN, true, "Как получить ключ", Some(SECTIONS[1])), INTERNAL);
    open.text = open.text.with_image(picture);
    let mut pages = vec![
        section(SECTIONS[0], "KB$KBSectionOpen", "Для клиентов", None),
        section(SECTIONS[1], "KB$KBSubsectionOp", "API", Some(SECTIONS[0])),
        section(SECTIONS[2], "KB$KBSectionProt", "Для инженеров", None),
        section(SECTIONS[3], "KB$KBSubsectionPr", "Регламенты", Some(SECTIONS[2])),
        section(SECTIONS[4], "KB$KBSection", "Пустой раздел", None),
        open,
        link(article(seed, INTERNAL, false, "Как выдать ключ", Some(SECTIONS[3])), OPEN),
        Page {
            removed: Some(day(2025, 5, 5)),
            ..article(seed, ARCHIVED, true, "Устаревшая статья", Some(SECTIONS[0]))
        },
        link(article(seed, OUTSIDE, true, "Статья без раздела", None), ARCHIVED),
        Page {
            text: Text::default(), ..article(seed, EMPTY, true, "Статья без текста", Some(SECTIONS[0]))
        },
    ];
    for n in 0..count {
        let open = n % 3 != 0;
        let place = if open { n % 2 } else { 2 + n % 2 };
        let title = format!("Инструкция {}", n + 1);
        pages.push(article(seed, 65_000_101 + n, open, &title, Some(SECTIONS[place as usize])));
    }
    facts.pages = table(pages, |page| page.id);
}
