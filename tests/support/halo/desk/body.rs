//! What people write, in the shapes in which help desks store it.

use super::super::super::standin::html::{PIXEL_BASE64, escaped};
use super::super::dice::Dice;

/// A text as the desk holds it.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Body {
    /// A word that is in this text and in no other, in plain text and HTML alike; empty when there is no text.
    pub(crate) marker: String,
    /// Plain text.
    pub(crate) plain: String,
    /// HTML; `{desk}` stands for the address of the stand-in's resource server.
    pub(crate) html: String,
    /// Attachments shown in the text by a link of their own.
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
    /// With a picture that was in the e-mail and is not in the desk.
    Cid,
    /// Emoji, right-to-left, invisible characters, CR LF.
    Unicode,
    /// Begins with the header of an e-mail.
    EmailHeader,
    /// Ends with everything written before.
    Quoted,
    /// A table and a list.
    Table,
}

/// Every shape.
pub(crate) const SHAPES: [Shape; 8] = [
    Shape::Plain,
    Shape::Office,
    Shape::Base64,
    Shape::Cid,
    Shape::Unicode,
    Shape::EmailHeader,
    Shape::Quoted,
    Shape::Table,
];

const SENTENCES: [&str; 12] = [
    "I cannot log in to the portal since this morning.",
    "The invoice of last month is wrong: 2 < 3 & \"more\".",
    "Could you please call me back?",
    "Das Gerät lässt sich nicht mehr einschalten.",
    "Le mot de passe a été réinitialisé, merci.",
    "The order number is 4711-0815.",
    "We restarted the service; it has been stable since.",
    "See https://status.desk.example/incidents?id=7&lang=en for details.",
    "再起動しても直りません。",
    "Kind regards",
    "It works again, thank you!",
    "Error 0x80070005 appears after two minutes.",
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
            lines.push("👩‍👩‍👧‍👦 🚲 שלום zero\u{200b}width, nbsp\u{a0}here, e\u{301}".into());
        }
        let paragraphs: String = lines.iter().map(|line| format!("<p>{}</p>", escaped(line))).collect();
        Self {
            marker: marker.into(),
            plain: plain(&lines, shape),
            html: html(&lines, &paragraphs, shape),
            images: Vec::new(),
        }
    }

    /// The same text with a picture that the desk serves.
    pub(crate) fn with_image(mut self, attachment: i64) -> Self {
        self.html.push_str(&format!(
            "<p><img alt=\"\" src=\"{{desk}}/attachment/image?token={}\"></p>",
            super::attachment::image_token(attachment)
        ));
        self.images.push(attachment);
        self
    }
}

fn plain(lines: &[String], shape: Shape) -> String {
    let text = lines.join("\r\n");
    match shape {
        Shape::EmailHeader => format!(
            "From: Sam Carter <sam@acme.example>\r\nSent: Monday, 29 June 2026 15:41\r\n\
             To: support@desk.example\r\nSubject: RE: [ID:0001001]\r\n\r\n{text}"
        ),
        Shape::Quoted => format!("{text}\r\n\r\nOn Mon, 29 Jun 2026, support@desk.example wrote:\r\n> earlier text"),
        _ => text,
    }
}

fn html(lines: &[String], paragraphs: &str, shape: Shape) -> String {
    match shape {
        Shape::Plain | Shape::Unicode => paragraphs.replace("</p><p>", "</p>\r\n<p>"),
        Shape::Office => format!(
            "<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><head><style><!-- p.MsoNormal {{margin:0cm}} -->\
             </style><!--[if gte mso 9]><xml><o:shapedefaults v:ext=\"edit\"/></xml><![endif]--></head>\
             <body lang=EN-GB link=\"#0563C1\"><div class=WordSection1>{}<p class=MsoNormal><o:p>&nbsp;</o:p></p></div></body></html>",
            paragraphs
                .replace("<p>", "<p class=MsoNormal><span style='font-size:11.0pt;mso-fareast-language:EN-US'>")
                .replace("</p>", "<o:p></o:p></span></p>\r\n")
        ),
        Shape::Base64 => format!("{paragraphs}<img src=\"data:image/png;base64,{PIXEL_BASE64}\" width=1 height=1>"),
        Shape::Cid => format!("{paragraphs}<img src=\"cid:image001.png@01DB2F3A.7C0D1E20\" alt=\"screenshot\">"),
        Shape::EmailHeader => format!(
            "<div style='border-top:solid #E1E1E1 1.0pt'><p><b>From:</b> Sam Carter &lt;sam@acme.example&gt;<br>\
             <b>Sent:</b> Monday, 29 June 2026 15:41<br><b>To:</b> support@desk.example<br>\
             <b>Subject:</b> RE: [ID:0001001]</p></div>{paragraphs}"
        ),
        Shape::Quoted => format!(
            "{paragraphs}<div class=\"gmail_quote\"><div>On Mon, 29 Jun 2026, support@desk.example wrote:</div>\
             <blockquote type=\"cite\"><p>earlier text</p></blockquote></div>"
        ),
        Shape::Table => format!(
            "{paragraphs}<table border=1><tr><th>Item</th><th>Count</th></tr><tr><td>{}</td><td>2</td></tr></table>\
             <ul><li>one</li><li>two</li></ul>",
            escaped(&lines[0])
        ),
    }
}
