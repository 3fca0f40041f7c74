//! The words of a dump: blanks and comments, identifiers, literals, whole statements.
//!
//! A version comment (`/*!40101 … */`) is read as if its frame were not there, as MySQL does; `/*M!999999\- … */`, which MySQL
//! clients refuse, is a comment.

use super::input::Input;
use crate::Result;

/// Reads words off an [`Input`].
pub(crate) struct Lexer {
    pub(crate) input: Input,
    /// What ends a statement: `;` unless DELIMITER says otherwise.
    pub(crate) delimiter: Vec<u8>,
    /// sql_mode NO_BACKSLASH_ESCAPES: `\` is a letter like any other.
    pub(crate) backslash_is_text: bool,
    /// sql_mode ANSI_QUOTES: `"` quotes names, not text.
    pub(crate) ansi_quotes: bool,
    /// Comments `-- MySQL dump` or `-- MariaDB dump` seen.
    pub(crate) heads: u32,
    /// Comments `-- Dump completed` seen.
    pub(crate) tails: u32,
    version_comments: u32,
}

/// What a literal is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Literal {
    /// NULL.
    Null,
    /// Text in the dump's character set.
    Text,
    /// Bytes as they are: numbers, hex, bits, `_binary`.
    Bytes,
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

impl Lexer {
    pub(crate) fn new(input: Input) -> Self {
        Self {
            input,
            delimiter: b";".to_vec(),
            backslash_is_text: false,
            ansi_quotes: false,
            heads: 0,
            tails: 0,
            version_comments: 0,
        }
    }

    /// Passes blanks and comments.
    pub(crate) fn blanks(&mut self) -> Result<()> {
        while let Some(byte) = self.input.peek()? {
            match byte {
                b if b.is_ascii_whitespace() || b == 0x0b => self.input.consume(1),
                b'#' => self.line_comment()?,
                b'-' | b'/' | b'*' => {
                    self.input.consume(1);
                    if !self.comment_after(byte)? {
                        let at = self.input.offset();
                        return Err(self.input.damaged(format!("unexpected `{}` at byte {at}", char::from(byte))));
                    }
                }
                _ => return Ok(()),
            }
        }
        Ok(())
    }

    /// [`Lexer::blanks`] between the values of a row, where mostly nothing is to pass and `-` begins a number.
    #[inline]
    pub(crate) fn blanks_of_row(&mut self) -> Result<()> {
        match self.input.peek()? {
            Some(b' ' | b'\n' | b'\r' | b'\t' | b'/' | b'*' | b'#') => self.blanks_before_value(),
            _ => Ok(()),
        }
    }

    #[cold]
    fn blanks_before_value(&mut self) -> Result<()> {
        while let Some(byte) = self.input.peek()? {
            match byte {
                b' ' | b'\n' | b'\r' | b'\t' => self.input.consume(1),
                b'/' | b'*' | b'#' => return self.blanks(),
                _ => break,
            }
        }
        Ok(())
    }

    /// After a taken `-`, `/` or `*`: passes the comment that it begins, or the frame of a version comment. False where it is
    /// none of these.
    fn comment_after(&mut self, first: u8) -> Result<bool> {
        match (first, self.input.peek()?) {
            (b'-', Some(b'-')) => self.line_comment()?,
            (b'/', Some(b'*')) => {
                self.input.consume(1);
                self.block_comment()?;
            }
            (b'*', Some(b'/')) if self.version_comments > 0 => {
                self.input.consume(1);
                self.version_comments -= 1;
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn line_comment(&mut self) -> Result<()> {
        let line = self.line(64)?;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_start_matches(['-', '#']).trim_start();
        let is_head = |maker: &str| text.strip_prefix(maker).is_some_and(|t| t.starts_with(" dump "));
        if is_head("MySQL") || is_head("MariaDB") {
            self.heads += 1;
        } else if text.starts_with("Dump completed") {
            self.tails += 1;
        }
        Ok(())
    }

    /// Takes the rest of the line and returns up to `keep` bytes of it.
    pub(crate) fn line(&mut self, keep: usize) -> Result<Vec<u8>> {
        let mut line = Vec::new();
        loop {
            let chunk = self.input.chunk()?;
            if chunk.is_empty() {
                return Ok(line);
            }
            let end = memchr::memchr(b'\n', chunk);
            let part = &chunk[..end.unwrap_or(chunk.len())];
            line.extend_from_slice(&part[..part.len().min(keep - line.len())]);
            let taken = end.map_or(chunk.len(), |e| e + 1);
            self.input.consume(taken);
            if end.is_some() {
                return Ok(line);
            }
        }
    }

    /// After `/*`: passes the comment, or only the opening frame of a version comment.
    fn block_comment(&mut self) -> Result<()> {
        let mut maria = false;
        if self.input.peek()? == Some(b'M') {
            self.input.consume(1);
            maria = true;
        }
        if self.input.peek()? == Some(b'!') {
            self.input.consume(1);
            let mut version = Vec::new();
            while let Some(digit) = self.input.peek()?.filter(u8::is_ascii_digit) {
                version.push(digit);
                self.input.consume(1);
            }
            if version != b"999999" {
                self.version_comments += 1;
                return Ok(());
            }
        } else if maria {
            // `/*M` without `!` is a comment like any other.
        }
        let mut last = 0;
        loop {
            let byte = self.input.must()?;
            if last == b'*' && byte == b'/' {
                return Ok(());
            }
            last = byte;
        }
    }

    /// A bare word, as it is written; empty where there is none.
    pub(crate) fn word(&mut self) -> Result<Vec<u8>> {
        let mut word = Vec::new();
        while let Some(byte) = self.input.peek()?.filter(|b| is_word(*b)) {
            word.push(byte);
            self.input.consume(1);
        }
        Ok(word)
    }

    /// A name, quoted or bare.
    pub(crate) fn name(&mut self) -> Result<String> {
        self.blanks()?;
        let name = match self.input.peek()? {
            Some(quote @ (b'`' | b'"')) => {
                self.input.consume(1);
                let mut name = Vec::new();
                loop {
                    let byte = self.input.must()?;
                    if byte == quote {
                        if self.input.peek()? != Some(quote) {
                            break;
                        }
                        self.input.consume(1);
                    }
                    name.push(byte);
                }
                name
            }
            _ => self.word()?,
        };
        if name.is_empty() {
            let at = self.input.offset();
            return Err(self.input.damaged(format!("a name is missing at byte {at}")));
        }
        Ok(String::from_utf8_lossy(&name).into_owned())
    }

    /// Takes the byte if it is next after blanks.
    pub(crate) fn take(&mut self, byte: u8) -> Result<bool> {
        self.blanks()?;
        let found = self.input.peek()? == Some(byte);
        if found {
            self.input.consume(1);
        }
        Ok(found)
    }

    /// Whether the statement ends here; takes what ends it.
    pub(crate) fn end_of_statement(&mut self) -> Result<bool> {
        if self.delimiter != b";" {
            return Ok(false);
        }
        self.take(b';')
    }

    /// One literal. Its unescaped bytes are added to `out`, unless there is none: then it is only passed.
    #[inline]
    pub(crate) fn literal(&mut self, mut out: Option<&mut Vec<u8>>) -> Result<Literal> {
        match self.input.peek()? {
            Some(quote @ (b'\'' | b'"')) => {
                self.input.consume(1);
                self.quoted(quote, out)?;
                Ok(Literal::Text)
            }
            Some(b'0'..=b'9' | b'-' | b'+' | b'.') => self.number(out),
            Some(byte) if is_word(byte) => {
                let word = self.word()?.to_ascii_uppercase();
                let quote = self.input.peek()?.filter(|b| matches!(b, b'\'' | b'"'));
                match (word.as_slice(), quote) {
                    (b"NULL", None) => Ok(Literal::Null),
                    (b"TRUE", None) => push(&mut out, b"1"),
                    (b"FALSE", None) => push(&mut out, b"0"),
                    (b"X" | b"B", Some(quote)) => {
                        self.input.consume(1);
                        let mut digits = Vec::new();
                        self.quoted(quote, Some(&mut digits))?;
                        self.digits(word == b"X", &digits, out)
                    }
                    (b"N", Some(_)) => self.literal(out),
                    (introducer, _) if introducer.starts_with(b"_") => self.introduced(&word, out),
                    _ => Err(self.no_literal(&String::from_utf8_lossy(&word))),
                }
            }
            Some(byte) => Err(self.no_literal(&char::from(byte).to_string())),
            None => Err(self.input.ends("a row")),
        }
    }

    fn no_literal(&self, text: &str) -> crate::Error {
        self.input.damaged(format!("`{text}` at byte {} is not a literal value", self.input.offset()))
    }

    /// `_binary 'x'`, `_utf8mb4 0x78`: the introducer says how the bytes are meant.
    fn introduced(&mut self, word: &[u8], out: Option<&mut Vec<u8>>) -> Result<Literal> {
        self.blanks()?;
        let literal = self.literal(out)?;
        Ok(if matches!(word, b"_BINARY" | b"_UTF8" | b"_UTF8MB3" | b"_UTF8MB4") { Literal::Bytes } else { literal })
    }

    fn number(&mut self, mut out: Option<&mut Vec<u8>>) -> Result<Literal> {
        let mut text: [u8; 2] = [0; 2];
        let mut length = 0;
        let mut hex: Option<Vec<u8>> = None;
        loop {
            let Some(byte) = self.input.peek()? else { return Err(self.input.ends("a row")) };
            if !(byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-')) {
                break;
            }
            self.input.consume(1);
            if let Some(hex) = &mut hex {
                hex.push(byte);
                continue;
            }
            if length < 2 {
                text[length] = byte;
            }
            length += 1;
            if length == 2 && matches!(&text, b"0x" | b"0X" | b"0b") {
                hex = Some(Vec::new());
                if let Some(out) = &mut out {
                    out.pop();
                }
                continue;
            }
            if let Some(out) = &mut out {
                out.push(byte);
            }
        }
        match hex {
            Some(digits) => self.digits(text[1] != b'b', &digits, out),
            None => Ok(Literal::Bytes),
        }
    }

    /// Hex or binary digits as bytes.
    fn digits(&self, hex: bool, digits: &[u8], mut out: Option<&mut Vec<u8>>) -> Result<Literal> {
        let per_byte = if hex { 2 } else { 8 };
        let base = if hex { 16 } else { 2 };
        let lead = digits.len() % per_byte;
        let (first, rest) = digits.split_at(lead);
        for part in std::iter::once(first).filter(|p| !p.is_empty()).chain(rest.chunks(per_byte)) {
            let value = std::str::from_utf8(part).ok().and_then(|t| u8::from_str_radix(t, base).ok());
            let Some(value) = value else { return Err(self.no_literal(&String::from_utf8_lossy(part))) };
            if let Some(out) = &mut out {
                out.push(value);
            }
        }
        Ok(Literal::Bytes)
    }

    /// After the opening quote: adds the text to `out` and takes the closing quote.
    #[inline]
    fn quoted(&mut self, quote: u8, mut out: Option<&mut Vec<u8>>) -> Result<()> {
        loop {
            let escape = if self.backslash_is_text { quote } else { b'\\' };
            let chunk = self.input.chunk()?;
            if chunk.is_empty() {
                return Err(self.input.ends("a text"));
            }
            let found = memchr::memchr2(quote, escape, chunk);
            let plain = found.unwrap_or(chunk.len());
            if let Some(out) = &mut out {
                out.extend_from_slice(&chunk[..plain]);
            }
            let Some(at) = found else {
                self.input.consume(plain);
                continue;
            };
            let byte = chunk[at];
            self.input.consume(at + 1);
            if byte == quote {
                if self.input.peek()? != Some(quote) {
                    return Ok(());
                }
                self.input.consume(1);
                push(&mut out, &[quote])?;
                continue;
            }
            let Some(escaped) = self.input.next()? else { return Err(self.input.ends("a text")) };
            match escaped {
                b'0' => push(&mut out, b"\0")?,
                b'n' => push(&mut out, b"\n")?,
                b'r' => push(&mut out, b"\r")?,
                b't' => push(&mut out, b"\t")?,
                b'b' => push(&mut out, b"\x08")?,
                b'Z' => push(&mut out, b"\x1a")?,
                // Outside of LIKE these keep their backslash.
                b'%' => push(&mut out, b"\\%")?,
                b'_' => push(&mut out, b"\\_")?,
                other => push(&mut out, &[other])?,
            };
        }
    }

    /// The rest of a statement up to what ends it, which is taken. Comments are left out; up to `keep` bytes are returned.
    pub(crate) fn statement(&mut self, keep: usize) -> Result<Vec<u8>> {
        let mut text = Vec::new();
        let delimiter = self.delimiter.clone();
        loop {
            let Some(byte) = self.input.next()? else { return Err(self.input.ends("a statement")) };
            let room = text.len() < keep;
            match byte {
                b'\'' | b'"' | b'`' => {
                    let mut inner = Vec::new();
                    let backslash = self.backslash_is_text;
                    self.backslash_is_text |= byte == b'`';
                    self.quoted(byte, room.then_some(&mut inner))?;
                    self.backslash_is_text = backslash;
                    if room {
                        requote(&mut text, byte, &inner);
                    }
                    continue;
                }
                b'#' => {
                    self.line_comment()?;
                    continue;
                }
                b'-' | b'/' | b'*' if self.comment_after(byte)? => {
                    text.push(b' ');
                    continue;
                }
                _ => text.push(byte),
            }
            if byte == delimiter[delimiter.len() - 1] && text.ends_with(&delimiter) {
                text.truncate(text.len() - delimiter.len());
                return Ok(text);
            }
            // Enough is kept to see the delimiter.
            if !room {
                let surplus = text.len().saturating_sub(keep + delimiter.len());
                text.drain(keep..keep + surplus);
            }
        }
    }
}

/// Puts a quoted part back so that its quotes can be told from its text: quotes inside are doubled.
fn requote(text: &mut Vec<u8>, quote: u8, inner: &[u8]) {
    text.push(quote);
    for byte in inner {
        if *byte == quote {
            text.push(quote);
        }
        text.push(*byte);
    }
    text.push(quote);
}

fn push(out: &mut Option<&mut Vec<u8>>, bytes: &[u8]) -> Result<Literal> {
    if let Some(out) = out {
        out.extend_from_slice(bytes);
    }
    Ok(Literal::Bytes)
}
