//! The help center: categories in categories, and articles in several languages.

use super::super::dice::Dice;
use super::Size;
use super::body::{Body, SHAPES};
use super::file::{File, Kind};
use super::moment::{Moment, days_before, minutes};
use super::staff::{DEPARTED, ELIF, GONE};

/// Where customers read articles: `<here>/help/<language>/articles/<id>-<slug>`.
pub(crate) const HELP_URL: &str = "https://yardim.ornek.example";

/// Languages: code and name, the first is the default.
pub(crate) const LANGUAGES: [(&str, &str); 3] = [("tr", "Türkçe"), ("en", "English"), ("de", "Deutsch")];

/// A category.
#[derive(Debug, Clone)]
pub(crate) struct Category {
    pub(crate) id: i64,
    /// The category it is in; the last of all names one that is not there.
    pub(crate) parent: Option<i64>,
    /// Language, name.
    pub(crate) names: &'static [(&'static str, &'static str)],
}

/// Every category, in order.
pub(crate) const CATEGORIES: [Category; 6] = [
    category(12, None, &[("tr", "Hesap"), ("en", "Account"), ("de", "Konto")]),
    category(13, Some(12), &[("tr", "Şifre ve giriş"), ("en", "Password & login")]),
    category(14, Some(13), &[("tr", "Işıklı uyarılar")]),
    category(15, None, &[("tr", "Ödemeler"), ("en", "Payments")]),
    category(16, None, &[("tr", "Boş kategori")]),
    category(17, Some(99), &[("tr", "Öksüz")]),
];

const fn category(id: i64, parent: Option<i64>, names: &'static [(&'static str, &'static str)]) -> Category {
    Category { id, parent, names }
}

/// An article.
#[derive(Debug, Clone)]
pub(crate) struct Article {
    pub(crate) id: i64,
    pub(crate) category: Option<i64>,
    pub(crate) author: i64,
    /// One for each language it is written in.
    pub(crate) versions: Vec<Version>,
    pub(crate) files: Vec<File>,
    pub(crate) created: Moment,
    pub(crate) updated: Moment,
}

/// An article in one language.
#[derive(Debug, Clone)]
pub(crate) struct Version {
    pub(crate) language: &'static str,
    pub(crate) title: String,
    pub(crate) slug: String,
    pub(crate) body: Body,
    /// Otherwise a draft.
    pub(crate) published: bool,
    /// Articles that its text links to, and that are there.
    pub(crate) links: Vec<i64>,
}

/// Pictures, links to `LINKED` in three ways, one to an article that is not there, one to elsewhere; in three languages.
pub(crate) const RICH: i64 = 498;
pub(crate) const LINKED: i64 = 499;
pub(crate) const DRAFT: i64 = 500;
/// Published in Turkish, a draft in English.
pub(crate) const HALF_DRAFT: i64 = 501;
/// In English only.
pub(crate) const ENGLISH_ONLY: i64 = 502;
pub(crate) const WITHOUT_CATEGORY: i64 = 503;
/// In a category whose parent is not there.
pub(crate) const IN_ORPHAN: i64 = 504;
/// By a user who is not there any more, three categories down.
pub(crate) const BY_GONE_USER: i64 = 505;
pub(crate) const EMPTY: i64 = 506;
/// Links back to `RICH`: a circle.
pub(crate) const BACK: i64 = 507;
const FIRST_BULK: i64 = 600;

/// Every article: those with a story, and one for every ten tickets.
pub(crate) fn articles(size: &Size) -> Vec<Article> {
    let named = |id: i64, title: &str| article(size, id, title, &["tr"]);
    let linking = |id: i64, title: &str, to: i64| {
        let mut made = named(id, title);
        link(&mut made.versions[0], to);
        made
    };
    let mut half = article(size, HALF_DRAFT, "Yarısı taslak", &["tr", "en"]);
    half.versions[1].published = false;
    let mut draft = named(DRAFT, "Taslak");
    draft.versions[0].published = false;
    let mut empty = named(EMPTY, "Boş");
    empty.versions[0].body = Body::none();
    let mut articles = vec![
        rich(size),
        Article { author: DEPARTED, ..article(size, LINKED, "Bağlanılan", &["tr", "en"]) },
        draft,
        half,
        article(size, ENGLISH_ONLY, "Only in English", &["en"]),
        Article { category: None, ..named(WITHOUT_CATEGORY, "Kategorisiz") },
        Article { category: Some(17), ..named(IN_ORPHAN, "Öksüz kategoride") },
        Article { author: GONE, category: Some(14), ..named(BY_GONE_USER, "Derinde") },
        empty,
        linking(BACK, "Geri dönen", RICH),
    ];
    articles.extend((0..size.tickets / 10).map(|nth| {
        let id = FIRST_BULK + nth;
        let mut dice = Dice::new(size.seed, "bulk article", id);
        let category = Some(CATEGORIES[dice.below(4) as usize].id);
        Article { category, ..article(size, id, &format!("{id} numaralı işlem nasıl yapılır?"), &["tr"]) }
    }));
    articles
}

fn article(size: &Size, id: i64, title: &str, languages: &[&'static str]) -> Article {
    let mut dice = Dice::new(size.seed, "article", id);
    let created = minutes(days_before(size.now, 500), dice.below(300_000));
    let version = |language: &'static str| {
        let shape = *dice.pick(&SHAPES);
        let body = Body::new(&mut dice, &format!("K{id}{language}z"), shape);
        let title = if language == "tr" { title.to_owned() } else { format!("{title} ({language})") };
        Version { language, title, slug: format!("makale-{id}"), body, published: true, links: Vec::new() }
    };
    let versions = languages.iter().copied().map(version).collect();
    let updated = minutes(created, 5_000);
    Article { id, category: Some(12), author: ELIF, versions, files: Vec::new(), created, updated }
}

/// The address of an article in a language.
pub(crate) fn address(language: &str, id: i64) -> String {
    format!("{HELP_URL}/help/{language}/articles/{id}-makale-{id}")
}

fn link(version: &mut Version, to: i64) {
    let words = format!("<p><a href=\"{}\">oraya</a></p>", address(version.language, to));
    version.body.html.push_str(&words);
    version.links.push(to);
}

fn rich(size: &Size) -> Article {
    let mut article = article(size, RICH, "Şifrenizi <sıfırlayın> & giriş yapın ✓", &["tr", "en", "de"]);
    article.category = Some(13);
    article.files = vec![File::of(RICH, 0, "ekran.png", Kind::Picture), File::of(RICH, 1, "silinmis.png", Kind::Gone)];
    for version in &mut article.versions {
        version.body = version.body.clone().with_image(RICH * 100).with_image(RICH * 100 + 1);
        link(version, LINKED);
        let language = version.language;
        version.body.html.push_str(&format!(
            "<p><a href=\"/help/{language}/articles/{LINKED}-eski-adi\">burada</a>, <a href=\"{}#bolum-2\">bölüm</a>, \
             <a href=\"{HELP_URL}/help/{language}/articles/999-yok\">yok</a>, \
             <a href=\"https://baska.example/help/tr/articles/{LINKED}-degil?b=1&amp;c=2\">başka yer</a>.</p>",
            address(language, LINKED)
        ));
    }
    article
}
