//! The knowledge base: articles with three bodies, and the lists they are in.

use super::super::dice::Dice;
use super::attachment::{Attachment, Kind};
use super::body::{Body, SHAPES, Shape};
use super::field::{Held, Scope, held};
use super::moment::{Moment, day, later, minutes};
use super::people::ACME;
use super::staff::{ANN, DISABLED_AGENT};

/// An article. A `KBEntry` of the API.
#[derive(Debug, Clone)]
pub(crate) struct Article {
    pub(crate) id: i64,
    pub(crate) name: String,
    /// The question, for everyone who may see the article.
    pub(crate) description: Body,
    /// The answer, for everyone who may see the article.
    pub(crate) resolution: Body,
    /// For agents only.
    pub(crate) memo: Body,
    /// Its texts are Markdown, and there is no HTML of them.
    pub(crate) markdown: bool,
    pub(crate) inactive: bool,
    /// For all customers; otherwise for `teams` only.
    pub(crate) for_all: bool,
    pub(crate) teams: Vec<i64>,
    pub(crate) creator: i64,
    pub(crate) editor: i64,
    /// Rows of `/Tags`.
    pub(crate) tags: Vec<i64>,
    /// Rows of `/FAQLists`.
    pub(crate) lists: Vec<i64>,
    /// Articles that its texts link to.
    pub(crate) links: Vec<i64>,
    pub(crate) related: Vec<i64>,
    pub(crate) attachments: Vec<Attachment>,
    pub(crate) fields: Vec<Held>,
    pub(crate) created: Moment,
    pub(crate) edited: Moment,
    pub(crate) views: i64,
}

/// A list of articles, a folder of the knowledge base.
#[derive(Debug, Clone)]
pub(crate) struct FaqList {
    pub(crate) id: i64,
    pub(crate) name: &'static str,
    /// The list it is in, or 0; the last of all names one that is not there.
    pub(crate) parent: i64,
    /// Not shown to customers.
    pub(crate) hidden: bool,
    /// For these clients only.
    pub(crate) clients: &'static [i64],
}

/// In two lists, with tags, files, pictures, links to `LINKED` in both ways there are.
pub(crate) const RICH: i64 = 210;
pub(crate) const LINKED: i64 = 211;
pub(crate) const MARKDOWN: i64 = 212;
pub(crate) const INACTIVE: i64 = 213;
/// For agents of one team only.
pub(crate) const INTERNAL: i64 = 214;
/// In no list.
pub(crate) const UNLISTED: i64 = 215;
/// By an agent who has left.
pub(crate) const BY_DEPARTED: i64 = 216;
/// In the list that customers do not see.
pub(crate) const IN_HIDDEN_LIST: i64 = 217;
/// No text at all.
pub(crate) const EMPTY: i64 = 218;
/// In a list four levels down.
pub(crate) const DEEP: i64 = 219;
/// In the list whose parent is gone.
pub(crate) const ORPHANED: i64 = 220;
/// The first without a story.
pub(crate) const FIRST_BULK: i64 = 1000;

/// Every list.
pub(crate) const FAQ_LISTS: [FaqList; 9] = [
    list(30, "Help", 0),
    list(31, "Account", 30),
    list(32, "Billing", 30),
    list(33, "Invoices", 32),
    list(34, "Fees & charges", 33),
    FaqList { hidden: true, ..list(35, "Agents only", 0) },
    FaqList { clients: &[ACME], ..list(36, "Acme", 30) },
    list(38, "Nothing in it", 0),
    list(37, "Lost", 99),
];

const fn list(id: i64, name: &'static str, parent: i64) -> FaqList {
    FaqList { id, name, parent, hidden: false, clients: &[] }
}

/// The names of a list and of those it is in, with `>` between them.
pub(crate) fn full_name(list: &FaqList) -> String {
    match FAQ_LISTS.iter().find(|known| known.id == list.parent) {
        Some(parent) => format!("{}>{}", full_name(parent), list.name),
        None => list.name.into(),
    }
}

/// Every article, `bulk` of them without a story.
pub(crate) fn articles(seed: u64, bulk: i64) -> Vec<Article> {
    let mut articles = stories(seed);
    for id in FIRST_BULK..FIRST_BULK + bulk {
        let mut dice = Dice::new(seed, "bulk article", id);
        let lists = vec![FAQ_LISTS[dice.below(5) as usize].id];
        articles.push(Article { lists, ..article(seed, id, &format!("How to do thing number {id}")) });
    }
    articles
}

fn article(seed: u64, id: i64, name: &str) -> Article {
    let mut dice = Dice::new(seed, "article", id);
    let mut body = |part: &str| {
        let shape = *dice.pick(&SHAPES);
        Body::new(&mut dice, &format!("K{id}{part}z"), shape)
    };
    let (description, resolution, memo) = (body("Q"), body("R"), body("M"));
    let created = later(minutes(day(2024, 3, 1), dice.below(500_000)), dice.below(60_000));
    Article {
        id,
        name: name.into(),
        description,
        resolution,
        memo: if dice.in_thousand(300) { memo } else { Body::none() },
        markdown: false,
        inactive: false,
        for_all: true,
        teams: Vec::new(),
        creator: ANN,
        editor: 6,
        tags: Vec::new(),
        lists: vec![31],
        links: Vec::new(),
        related: Vec::new(),
        attachments: Vec::new(),
        fields: held(seed, Scope::Article, id, id == RICH),
        created,
        edited: minutes(created, dice.below(100_000)),
        views: dice.below(500),
    }
}

fn stories(seed: u64) -> Vec<Article> {
    let named = |id: i64, name: &str| article(seed, id, name);
    vec![
        rich(seed),
        named(LINKED, "Linked to"),
        markdown(named(MARKDOWN, "Written in Markdown")),
        Article { inactive: true, ..named(INACTIVE, "Draft of something") },
        Article { for_all: false, teams: vec![14], ..named(INTERNAL, "For the 2nd line") },
        Article { lists: Vec::new(), ..named(UNLISTED, "In no list") },
        Article { creator: DISABLED_AGENT, editor: DISABLED_AGENT, ..named(BY_DEPARTED, "By one who has left") },
        Article { lists: vec![35], ..named(IN_HIDDEN_LIST, "In a hidden list") },
        Article {
            description: Body::none(),
            resolution: Body::none(),
            memo: Body::none(),
            ..named(EMPTY, "Nothing in it yet")
        },
        Article { lists: vec![34], ..named(DEEP, "Deep down") },
        Article { lists: vec![37], ..named(ORPHANED, "In a list whose parent is gone") },
    ]
}

/// The id of file number `nth` of an article.
fn file_id(article: i64, nth: i64) -> i64 {
    5_000_000 + article * 10 + nth
}

fn file(article: i64, nth: i64, name: &str, kind: Kind) -> Attachment {
    let file = Attachment::of_ticket(file_id(article, nth), name, kind, 0, 0, day(2025, 5, 5));
    Attachment { article, ..file }
}

fn rich(seed: u64) -> Article {
    let mut article = article(seed, RICH, "Reset your <password> & more ✓");
    article.resolution = article.resolution.with_image(file_id(RICH, 0));
    article.resolution.html.push_str(&format!(
        "<p>See <a href=\"{{portal}}/guides/article?kbid={LINKED}\">there</a> and \
         <a href=\"/guides/article?kbid={LINKED}\">here</a>, or <a href=\"https://elsewhere.example/?kbid=1\">elsewhere</a>.</p>"
    ));
    Article {
        memo: Body::new(&mut Dice::new(seed, "memo", RICH), &format!("K{RICH}Mz"), Shape::Plain),
        tags: vec![9, 5],
        lists: vec![31, 32],
        links: vec![LINKED],
        related: vec![LINKED],
        attachments: vec![
            file(RICH, 0, "inline.png", Kind::Picture),
            file(RICH, 1, "form & guide.txt", Kind::Text),
            file(RICH, 2, "gone.docx", Kind::Gone),
        ],
        ..article
    }
}

/// The same with Markdown instead of HTML.
fn markdown(mut article: Article) -> Article {
    for body in [&mut article.description, &mut article.resolution, &mut article.memo] {
        if !body.marker.is_empty() {
            body.plain = format!("## {}\n\n* one\n* **two**\n\n[link](https://desk.example/a?b=1&c=2)", body.marker);
            body.html.clear();
        }
    }
    article.markdown = true;
    article
}
