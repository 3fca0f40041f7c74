//! Text files of any charset, read within bounds: where the reading is, and no record that fills the memory.

use std::cell::Cell;
use std::io::{BufRead, BufReader, Read};
use std::rc::Rc;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{CoderResult, Decoder, DecoderResult, Encoding, UTF_8};

/// Most bytes of one record.
const RECORD_BYTES: u64 = 64 << 20;
/// Bytes that are decoded at a time.
const PIECE_BYTES: usize = 64 << 10;
/// Of a text in UTF-8 at most one letter in so many is broken; else it is in a charset of old.
const BROKEN_SHARE: u64 = 20;

/// Finds out the charset of a text that is read piece by piece.
pub(super) struct Charset {
    detector: EncodingDetector,
    utf8: Decoder,
    letters: u64,
    broken: u64,
    declared: Option<&'static Encoding>,
    is_first: bool,
}

impl Charset {
    pub(super) fn new() -> Self {
        Self {
            detector: EncodingDetector::new(Iso2022JpDetection::Deny),
            utf8: UTF_8.new_decoder_without_bom_handling(),
            letters: 0,
            broken: 0,
            declared: None,
            is_first: true,
        }
    }

    /// Takes the next piece.
    pub(super) fn feed(&mut self, piece: &[u8]) {
        if std::mem::take(&mut self.is_first) {
            self.declared = Encoding::for_bom(piece).map(|(encoding, _)| encoding).or_else(|| of_xml(piece));
        }
        self.detector.feed(piece, false);
        let mut out = String::with_capacity(piece.len() * 3 + 16);
        self.broken += decode(&mut self.utf8, piece, &mut out);
        self.letters += out.chars().filter(|c| !c.is_ascii()).count() as u64;
    }

    /// What it is; `country` as in addresses of the web, for a few letters fit several charsets.
    pub(super) fn found(mut self, country: Option<&str>) -> &'static Encoding {
        if let Some(declared) = self.declared {
            return declared;
        }
        self.detector.feed(b"", true);
        if self.broken == 0 || self.broken * BROKEN_SHARE < self.letters {
            return UTF_8;
        }
        self.detector.guess(country.map(str::as_bytes), Utf8Detection::Deny)
    }
}

/// Decodes a piece; how much of it was broken.
fn decode(decoder: &mut Decoder, mut piece: &[u8], out: &mut String) -> u64 {
    let mut broken = 0;
    loop {
        let (result, read) = decoder.decode_to_string_without_replacement(piece, out, false);
        piece = &piece[read..];
        match result {
            DecoderResult::Malformed(..) => broken += 1,
            DecoderResult::OutputFull => out.reserve(PIECE_BYTES),
            DecoderResult::InputEmpty => return broken,
        }
    }
}

/// What the head of an XML file says.
fn of_xml(piece: &[u8]) -> Option<&'static Encoding> {
    let head = std::str::from_utf8(piece.get(..piece.len().min(200))?.trim_ascii_start().split(|b| *b == b'>').next()?)
        .ok()?;
    let label = head.strip_prefix("<?xml")?.split_once("encoding=")?.1.trim_start().get(1..)?;
    Encoding::for_label(label.split(['"', '\'']).next()?.as_bytes())
}

/// UTF-8 out of a file in another charset. A mark at the beginning is left out.
struct Decoded<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    out: String,
    out_at: usize,
    is_end: bool,
}

impl<R: Read> Read for Decoded<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        while self.out_at >= self.out.len() {
            if self.is_end && self.raw_at >= self.raw.len() {
                return Ok(0);
            }
            if self.raw_at >= self.raw.len() {
                self.raw.resize(PIECE_BYTES, 0);
                let read = self.inner.read(&mut self.raw)?;
                self.raw.truncate(read);
                (self.raw_at, self.is_end) = (0, read == 0);
            }
            self.out.clear();
            self.out_at = 0;
            let (result, read, _) = self.decoder.decode_to_string(&self.raw[self.raw_at..], &mut self.out, self.is_end);
            self.raw_at += read;
            if self.is_end && result == CoderResult::InputEmpty && self.out.is_empty() {
                return Ok(0);
            }
        }
        let rest = &self.out.as_bytes()[self.out_at..];
        let taken = rest.len().min(into.len());
        into[..taken].copy_from_slice(&rest[..taken]);
        self.out_at += taken;
        Ok(taken)
    }
}

/// Where the reading of a text is.
#[derive(Clone, Default)]
pub(super) struct Place {
    budget: Rc<Cell<u64>>,
    lines: Rc<Cell<u64>>,
}

impl Place {
    /// A record begins.
    pub(super) fn begin_record(&self) {
        self.budget.set(RECORD_BYTES);
    }

    /// The line, from 1.
    pub(super) fn line(&self) -> u64 {
        self.lines.get() + 1
    }
}

/// A text whose records are bounded.
pub(super) struct Text {
    inner: BufReader<Decoded<Box<dyn Read>>>,
    pub(super) place: Place,
}

impl Text {
    /// A file in a charset.
    pub(super) fn new(file: impl Read + 'static, charset: &'static Encoding) -> Self {
        let decoded = Decoded {
            inner: Box::new(file) as Box<dyn Read>,
            decoder: charset.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            raw_at: 0,
            out: String::with_capacity(PIECE_BYTES * 3 + 16),
            out_at: 0,
            is_end: false,
        };
        let place = Place::default();
        place.begin_record();
        Self { inner: BufReader::with_capacity(PIECE_BYTES, decoded), place }
    }
}

impl Read for Text {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Text {
    fn fill_buf(&mut self) -> std::io::Result<&[u8]> {
        let left = self.place.budget.get();
        let buffer = self.inner.fill_buf()?;
        if left == 0 && !buffer.is_empty() {
            return Err(std::io::Error::other(format!("a record has more than {RECORD_BYTES} bytes")));
        }
        Ok(&buffer[..buffer.len().min(usize::try_from(left).unwrap_or(usize::MAX))])
    }

    fn consume(&mut self, bytes: usize) {
        let budget = &self.place.budget;
        budget.set(budget.get().saturating_sub(bytes as u64));
        let lines = memchr::memchr_iter(b'\n', &self.inner.buffer()[..bytes]).count() as u64;
        self.place.lines.set(self.place.lines.get() + lines);
        self.inner.consume(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> (String, &'static str) {
        read_in(None, bytes)
    }

    fn read_in(country: Option<&str>, bytes: &[u8]) -> (String, &'static str) {
        let mut charset = Charset::new();
        bytes.chunks(99).for_each(|piece| charset.feed(piece));
        let found = charset.found(country);
        let mut text = String::new();
        Text::new(std::io::Cursor::new(bytes.to_vec()), found).read_to_string(&mut text).unwrap();
        (text, found.name())
    }

    #[test]
    fn country_tells_charsets_apart_where_letters_are_few() {
        let turkish = "id;konu\n1;Şikâyet ığĞİşçöü\n2;Müşteri\n";
        let bytes = encoding_rs::WINDOWS_1254.encode(turkish).0;
        assert_eq!(read_in(Some("tr"), &bytes), (turkish.to_owned(), "windows-1254"));
        assert_ne!(read_in(None, &bytes).1, "windows-1254", "the country is not needed");
    }

    #[test]
    fn texts_of_old_charsets_and_with_marks_become_utf8() {
        let russian = "id;тема\n1;Не печатает принтер в бухгалтерии\n";
        let turkish = "id;konu\n1;Müşteri şikâyeti: ödeme ekranı açılmıyor, ışık yanmıyor\n";
        assert_eq!(read(russian.as_bytes()), (russian.to_owned(), "UTF-8"));
        assert_eq!(read(&encoding_rs::WINDOWS_1251.encode(russian).0), (russian.to_owned(), "windows-1251"));
        assert_eq!(read(&encoding_rs::WINDOWS_1254.encode(turkish).0), (turkish.to_owned(), "windows-1254"));
        let wide: Vec<u8> =
            std::iter::once(0xfeff_u16).chain(russian.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        assert_eq!(read(&wide), (russian.to_owned(), "UTF-16LE"));
        assert_eq!(read(b"\xef\xbb\xbfid\n").0, "id\n");
        let xml = "<?xml version=\"1.0\" encoding='windows-1251'?><x>Да</x>";
        assert_eq!(read(&encoding_rs::WINDOWS_1251.encode(xml).0), (xml.to_owned(), "windows-1251"));
        // One broken byte in a long text spoils nothing else.
        let broken = [russian.repeat(5).as_bytes(), b"\xff\n"].concat();
        assert_eq!(read(&broken).0, russian.repeat(5) + "\u{fffd}\n");
    }
}
