//! What people write, mostly in Turkish, in the shapes in which it is stored.

use super::super::super::standin::html::{PIXEL_BASE64, escaped};
use super::super::dice::Dice;
use super::file::image_path;

/// A text as the desk holds it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Body {
    /// A word that is in this text and in no other, in plain text and HTML alike; empty when there is no text.
    pub(crate) marker: String,
    /// Plain text.
    pub(crate) plain: String,
    /// HTML; `{files}` stands for the address of the file store.
    pub(crate) html: String,
    /// Files shown in the text by a link that does not end.
    pub(crate) images: Vec<i64>,
}

/// Shapes of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    /// As Outlook writes it.
    Office,
    /// With a picture in the text itself.
    Base64,
    /// With a picture that was in the e-mail and is nowhere any more.
    Cid,
    /// Emoji, right-to-left, invisible characters, CR LF.
    Unicode,
    /// Ends with everything written before.
    Quoted,
    /// A table and a list.
    Table,
}

/// Every shape.
pub(crate) const SHAPES: [Shape; 7] =
    [Shape::Plain, Shape::Office, Shape::Base64, Shape::Cid, Shape::Unicode, Shape::Quoted, Shape::Table];

const SENTENCES: [&str; 12] = [
    "Dünkü tutar eksik görünüyor, mutabakat yapılamadı.",
    "Şifremi sıfırlayamıyorum; ışık yanıyor ama bağlantı kurulmuyor.",
    "İyi günler, siparişim hâlâ gelmedi: 2 < 3 & \"daha fazla\".",
    "Kılıfı kırık geldi, iade ıstıyorum.",
    "Faturada vergi numarası yanlış: İSTANBUL / ISPARTA / Iğdır.",
    "İnceliyoruz, size döneceğiz.",
    "Could you please call me back?",
    "Das Gerät lässt sich nicht mehr einschalten.",
    "Ayrıntılar: https://durum.ornek.example/olay?id=7&lang=tr",
    "Teşekkürler, çalıştı!",
    "Saygılarımızla",
    "İki dakika sonra 0x80070005 hatası çıkıyor.",
];

impl Body {
    /// No text at all.
    pub(crate) fn none() -> Self {
        Self::default()
    }

    /// A text of a shape; `marker` is in it.
    pub(crate) fn new(dice: &mut Dice, marker: &str, shape: Shape) -> Self {
        let count = 1 + dice.below(3) as usize;
        let mut lines: Vec<String> = (0..count).map(|_| (*dice.pick(&SENTENCES)).to_owned()).collect();
        lines[0] = format!("{marker} {}", lines[0]);
        if shape == Shape::Unicode {
            lines.push("👩‍👩‍👧‍👦 🚲 שלום sıfır\u{200b}genişlik, nbsp\u{a0}burada, e\u{301}".into());
        }
        let paragraphs: String = lines.iter().map(|line| format!("<p>{}</p>", escaped(line))).collect();
        let quote = if shape == Shape::Quoted { "\r\n\r\n1 Tem 2026 tarihinde yazdı:\r\n> önceki metin" } else { "" };
        let plain = lines.join("\r\n") + quote;
        Self { marker: marker.into(), plain, html: html(&lines, &paragraphs, shape), images: Vec::new() }
    }

    /// A text in these words; `marker` goes before them.
    pub(crate) fn saying(marker: &str, words: &str) -> Self {
        let plain = format!("{marker} {words}");
        Self { marker: marker.into(), html: format!("<p>{}</p>", escaped(&plain)), plain, images: Vec::new() }
    }

    /// A sentence of the system: nobody's text, so without a marker.
    pub(crate) fn sentence(words: &str) -> Self {
        Self { marker: String::new(), html: escaped(words), plain: words.into(), images: Vec::new() }
    }

    /// The same text with a picture that the file store serves.
    pub(crate) fn with_image(mut self, file: i64) -> Self {
        self.html.push_str(&format!("<p><img alt=\"\" src=\"{{files}}/{}\"></p>", image_path(file)));
        self.images.push(file);
        self
    }
}

fn html(lines: &[String], paragraphs: &str, shape: Shape) -> String {
    match shape {
        Shape::Plain | Shape::Unicode => paragraphs.replace("</p><p>", "</p>\r\n<p>"),
        Shape::Office => format!(
            "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><style><!-- p.MsoNormal {{margin:0cm}} -->\
             </style></head><body lang=TR><div class=WordSection1>{}<p class=MsoNormal><o:p>&nbsp;</o:p></p></div></body></html>",
            paragraphs
                .replace("<p>", "<p class=MsoNormal><span style='font-size:11.0pt'>")
                .replace("</p>", "<o:p></o:p></span></p>\r\n")
        ),
        Shape::Base64 => format!("{paragraphs}<img src=\"data:image/png;base64,{PIXEL_BASE64}\" width=1 height=1>"),
        Shape::Cid => format!("{paragraphs}<img src=\"cid:image001.png@01DB2F3A.7C0D1E20\" alt=\"ekran\">"),
        Shape::Quoted => format!(
            "{paragraphs}<div class=\"gmail_quote\"><div>1 Tem 2026 tarihinde yazdı:</div>\
             <blockquote type=\"cite\"><p>önceki metin</p></blockquote></div>"
        ),
        Shape::Table => format!(
            "{paragraphs}<table border=1><tr><th>Ürün</th><th>Adet</th></tr><tr><td>{}</td><td>2</td></tr></table>\
             <ul><li>bir</li><li>iki</li></ul>",
            escaped(&lines[0])
        ),
    }
}
