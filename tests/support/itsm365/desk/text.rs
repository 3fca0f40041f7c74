//! What people write here: HTML with a marker, a word that is in no other text.

use super::super::super::standin::dice::Dice;
use super::super::super::standin::html::{PIXEL_BASE64 as PIXEL, escaped};

/// A text as the desk holds it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Text {
    /// A word that is in this text and in no other; empty when there is no text.
    pub(crate) marker: String,
    /// Its lines, as they are to be read.
    pub(crate) lines: Vec<String>,
    /// HTML; files in it are `./download?uuid=file$…`.
    pub(crate) html: String,
    /// Files shown in the text.
    pub(crate) images: Vec<i64>,
    /// Whether it has a picture as base64.
    pub(crate) has_pixel: bool,
}

/// Shapes of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shape {
    Plain,
    /// As Outlook writes it.
    Office,
    /// With a picture in the text itself.
    Base64,
    /// Emoji, right-to-left, invisible characters.
    Unicode,
    /// A table and a list.
    Table,
    /// A link to another object, and script that must not run.
    Links,
}

/// Every shape.
pub(crate) const SHAPES: [Shape; 6] =
    [Shape::Plain, Shape::Office, Shape::Base64, Shape::Unicode, Shape::Table, Shape::Links];

const SENTENCES: [&str; 10] = [
    "Не печатает принтер в кабинете 401.",
    "С утра не могу войти в личный кабинет.",
    "Прошу выдать доступ к папке «Отчёты & планы» (2 < 3).",
    "Проверьте, пожалуйста, кабель и перезагрузите компьютер.",
    "Ошибка 0x80070005 появляется через две минуты.",
    "Спасибо, всё заработало!",
    "Номер договора 4711-0815, срок до 31.12.",
    "Подробности: https://wiki.desk.example/page?id=7&lang=ru",
    "После обновления 1С зависает при печати накладной.",
    "Объект № 5: ёмкость диска закончилась.",
];

impl Text {
    /// A text of a shape; `marker` is in it.
    pub(crate) fn new(dice: &mut Dice, marker: &str, shape: Shape) -> Self {
        let count = 1 + dice.below(3);
        let mut lines: Vec<String> = (0..count).map(|_| (*dice.pick(&SENTENCES)).to_owned()).collect();
        lines[0] = format!("{marker} {}", lines[0]);
        if shape == Shape::Unicode {
            lines.push("👩‍👩‍👧‍👦 🚲 שלום ноль\u{200b}ширина, неразрывный\u{a0}пробел, и\u{306}".into());
        }
        let paragraphs: String = lines.iter().map(|line| format!("<p>{}</p>", escaped(line))).collect();
        let html = match shape {
            Shape::Plain | Shape::Unicode => paragraphs,
            Shape::Office => format!(
                "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><style><!-- p.MsoNormal {{margin:0cm}} -->\
                 </style></head><body lang=RU><div class=WordSection1>{}</div></body></html>",
                paragraphs
                    .replace("<p>", "<p class=MsoNormal><span style='font-size:11.0pt'>")
                    .replace("</p>", "<o:p></o:p></span></p>")
            ),
            Shape::Base64 => format!("{paragraphs}<p><img src=\"data:image/png;base64,{PIXEL}\" width=1></p>"),
            Shape::Table => format!(
                "{paragraphs}<table border=1><tr><th>Товар</th><th>Кол-во</th></tr><tr><td>Картридж</td><td>2</td></tr>\
                 </table><ul><li>один</li><li>два</li></ul>"
            ),
            Shape::Links => format!(
                "{paragraphs}<p><a href=\"../operator/#uuid:serviceCall$59000001\">INC1183001</a></p>\
                 <script>alert('нет')</script>"
            ),
        };
        Self { marker: marker.into(), lines, html, images: Vec::new(), has_pixel: shape == Shape::Base64 }
    }

    /// The same text with a file shown in it, by one of the forms of links.
    pub(crate) fn with_image(mut self, file: i64) -> Self {
        let place = if file % 3 == 0 { "/sd/operator" } else { "." };
        let link = format!("{place}/download?uuid=file${file}");
        self.html.push_str(&format!("<p><img alt=\"\" src=\"{link}\"></p>"));
        self.images.push(file);
        self
    }

    /// As plain text.
    pub(crate) fn plain(&self) -> String {
        self.lines.join("\r\n")
    }
}
