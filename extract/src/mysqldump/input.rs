//! The bytes of a dump, plain or gzip, through one bounded buffer.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use crate::{Error, Result};

const BUFFER_BYTES: usize = 256 << 10;

/// What a file is that is taken for a dump now and then, by its first bytes.
fn foreign(magic: &[u8]) -> Option<&'static str> {
    match magic {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => Some("UTF-16 text, as PowerShell writes it"),
        [0x28, 0xb5, 0x2f, 0xfd] => Some("packed with zstd"),
        [b'B', b'Z', b'h', ..] => Some("packed with bzip2"),
        [0xfd, b'7', b'z', b'X'] => Some("packed with xz"),
        [b'<', ..] => Some("XML or HTML"),
        [b'S', b'Q', b'L', b'i'] => Some("an SQLite database"),
        _ => None,
    }
}

/// Reads forward only; knows at which byte it is.
pub(crate) struct Input {
    reader: Box<dyn Read + Send>,
    path: PathBuf,
    gzip: bool,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    /// Bytes before `buffer`.
    before: u64,
}

impl Input {
    /// Opens a dump; whether it is gzip is told from its first bytes.
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let mut file = File::open(path).map_err(Error::read(path))?;
        let mut magic = Vec::new();
        file.by_ref().take(4).read_to_end(&mut magic).map_err(Error::read(path))?;
        if let Some(form) = foreign(&magic) {
            return Err(Error::Unsupported {
                path: path.display().to_string(),
                reason: format!("it is {form}, not the text of a dump or its gzip"),
                hint: "unpack it first, or make it with `mysqldump --result-file=FILE DATABASE`".into(),
            });
        }
        let gzip = magic.starts_with(&[0x1f, 0x8b]);
        if magic.starts_with(b"\xef\xbb\xbf") {
            magic.drain(..3);
        }
        let whole = std::io::Cursor::new(magic).chain(file);
        let reader: Box<dyn Read + Send> = if gzip { Box::new(MultiGzDecoder::new(whole)) } else { Box::new(whole) };
        Ok(Self::new(path, reader, gzip, BUFFER_BYTES))
    }

    fn new(path: &Path, reader: Box<dyn Read + Send>, gzip: bool, buffer: usize) -> Self {
        Self { reader, path: path.to_owned(), gzip, buffer: vec![0; buffer], start: 0, end: 0, before: 0 }
    }

    /// A dump in memory behind a buffer of a few bytes, so that tests cross its end everywhere.
    #[cfg(test)]
    pub(crate) fn of(text: &[u8], buffer: usize) -> Self {
        Self::new(Path::new("test.sql"), Box::new(std::io::Cursor::new(text.to_vec())), false, buffer)
    }

    /// The bytes at hand; empty only at the end of the dump.
    #[inline]
    pub(crate) fn chunk(&mut self) -> Result<&[u8]> {
        if self.start == self.end {
            self.fill()?;
        }
        Ok(&self.buffer[self.start..self.end])
    }

    #[cold]
    fn fill(&mut self) -> Result<()> {
        self.before += self.end as u64;
        self.start = 0;
        self.end = 0;
        loop {
            match self.reader.read(&mut self.buffer) {
                Ok(read) => {
                    self.end = read;
                    return Ok(());
                }
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) if self.gzip => {
                    return Err(self.damaged(format!("its gzip ends early or is broken ({error})")));
                }
                Err(error) => return Err(Error::read(&self.path)(error)),
            }
        }
    }

    /// Goes on by `bytes` of the chunk.
    #[inline]
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.start = (self.start + bytes).min(self.end);
    }

    /// The next byte without taking it.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.chunk()?.first().copied())
    }

    /// Takes the next byte.
    #[inline]
    pub(crate) fn next(&mut self) -> Result<Option<u8>> {
        let byte = self.peek()?;
        self.consume(1);
        Ok(byte)
    }

    /// Takes the next byte, which must be there.
    #[inline]
    pub(crate) fn must(&mut self) -> Result<u8> {
        match self.next()? {
            Some(byte) => Ok(byte),
            None => Err(self.ends("a statement")),
        }
    }

    /// Position in the unpacked dump.
    pub(crate) fn offset(&self) -> u64 {
        self.before + self.start as u64
    }

    /// The dump ends inside of something.
    pub(crate) fn ends(&self, inside: &str) -> Error {
        self.damaged(format!("it ends inside {inside}, at byte {}", self.offset()))
    }

    pub(crate) fn damaged(&self, reason: String) -> Error {
        Error::Damaged { path: self.path.display().to_string(), reason }
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}
