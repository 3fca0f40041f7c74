//! The bytes of a reply: unpacked, bounded, kept in memory or in a file.

use std::fs::File;
use std::io::{self, Write};

use bytes::Bytes;
use flate2::write::MultiGzDecoder;
use reqwest::header::CONTENT_ENCODING;

use crate::Request;

/// Why the bytes are not there.
pub(crate) enum Lost {
    /// The connection broke off, or what came does not unpack.
    BrokeOff,
    /// More bytes than the request takes.
    TooLong,
    /// They cannot be kept.
    Save(io::Error),
}

/// Reads the body of a success. Empty where it went into a file.
pub(crate) async fn read(mut reply: reqwest::Response, request: &Request) -> Result<Bytes, Lost> {
    let is_success = reply.status().is_success();
    let encoding = reply.headers().get(CONTENT_ENCODING).map(|v| v.as_bytes().to_ascii_lowercase());
    let target = match &request.save {
        Some(path) if is_success => Target::File(File::create(path).map_err(Lost::Save)?),
        _ => Target::Memory(Vec::new()),
    };
    let mut bounded = Bounded { target, left: request.bytes_max, too_long: false, failed: None };
    match encoding.as_deref() {
        Some(b"gzip" | b"x-gzip") => {
            let mut unpacked = MultiGzDecoder::new(bounded);
            while let Some(chunk) = reply.chunk().await.map_err(|_| Lost::BrokeOff)? {
                unpacked.write_all(&chunk).map_err(|_| unpacked.get_mut().lost())?;
            }
            unpacked.try_finish().map_err(|_| unpacked.get_mut().lost())?;
            bounded = unpacked.finish().map_err(|_| Lost::BrokeOff)?;
        }
        _ => {
            while let Some(chunk) = reply.chunk().await.map_err(|_| Lost::BrokeOff)? {
                bounded.write_all(&chunk).map_err(|_| bounded.lost())?;
            }
        }
    }
    match bounded.target {
        Target::Memory(bytes) => Ok(bytes.into()),
        Target::File(mut file) => file.flush().map(|()| Bytes::new()).map_err(Lost::Save),
    }
}

enum Target {
    Memory(Vec<u8>),
    File(File),
}

/// Takes so many bytes and no more.
struct Bounded {
    target: Target,
    left: u64,
    too_long: bool,
    failed: Option<io::Error>,
}

impl Bounded {
    fn lost(&mut self) -> Lost {
        match self.failed.take() {
            Some(error) => Lost::Save(error),
            None if self.too_long => Lost::TooLong,
            None => Lost::BrokeOff,
        }
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len() as u64;
        if taken > self.left {
            self.too_long = true;
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.left -= taken;
        match &mut self.target {
            Target::Memory(memory) => memory.extend_from_slice(bytes),
            Target::File(file) => {
                if let Err(error) = file.write_all(bytes) {
                    self.failed = Some(error);
                    return Err(io::ErrorKind::Other.into());
                }
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
