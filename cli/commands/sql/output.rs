//! Where rows go: stdout, or a file that is there only once all of it is.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};

/// Stdout or a file.
pub(crate) enum Output {
    Stdout(Stdout),
    File { path: PathBuf, draft: Option<PathBuf>, file: BufWriter<File> },
}

/// Stdout; a reader that has gone away, such as `head`, ends the output without an error.
#[derive(Default)]
pub(crate) struct Stdout {
    closed: Arc<AtomicBool>,
}

impl Output {
    /// Opens a file, or stdout. What is no ordinary file, such as a pipe, is written to at once.
    ///
    /// # Errors
    /// Where the file cannot be made.
    pub(crate) fn new(path: Option<&Path>) -> Result<Self> {
        let Some(path) = path else { return Ok(Self::Stdout(Stdout::default())) };
        let is_special = path.metadata().is_ok_and(|found| !found.is_file());
        let draft = (!is_special).then(|| {
            let mut name = path.file_name().unwrap_or_default().to_owned();
            name.push(".part");
            path.with_file_name(name)
        });
        let place = draft.as_deref().unwrap_or(path);
        let file = File::create(place).with_context(|| format!("cannot write {}", place.display()))?;
        Ok(Self::File { path: path.to_owned(), file: BufWriter::new(file), draft })
    }

    /// What to write to.
    pub(crate) fn writer(&mut self) -> &mut (dyn Write + Send) {
        match self {
            Self::Stdout(stdout) => stdout,
            Self::File { file, .. } => file,
        }
    }

    /// Becomes true once nobody reads what is written.
    pub(crate) fn closed(&self) -> Arc<AtomicBool> {
        match self {
            Self::Stdout(stdout) => Arc::clone(&stdout.closed),
            Self::File { .. } => Arc::default(),
        }
    }

    /// Whether it is a file.
    pub(crate) fn is_file(&self) -> bool {
        matches!(self, Self::File { .. })
    }

    /// Ends the output: only now the file has its name.
    ///
    /// # Errors
    /// Where the file cannot be written.
    pub(crate) fn end(mut self) -> Result<()> {
        self.writer().flush().context("cannot write the rows")?;
        if let Self::File { path, draft, .. } = &mut self
            && let Some(draft) = draft.take()
        {
            std::fs::rename(&draft, &*path).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Self::File { draft: Some(draft), .. } = self {
            // An answer that is not complete is none; one that cannot be removed is called `.part`.
            let _ = std::fs::remove_file(draft);
        }
    }
}

impl Write for Stdout {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match std::io::stdout().lock().write(bytes) {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(bytes.len())
            }
            outcome => outcome,
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match std::io::stdout().lock().flush() {
            Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
                self.closed.store(true, Ordering::Relaxed);
                Ok(())
            }
            outcome => outcome,
        }
    }
}
