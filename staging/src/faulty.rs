//! A store that fails on one chosen call, for tests: run a stage with the 1st, 2nd, 3rd … n-th call failing.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};

/// When the chosen call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Nothing has happened in the store.
    Before,
    /// The store has done it, and the caller is told that it failed.
    After,
}

/// Passes every call to `inner`, except that call number `fails_at` (counted from 1) fails.
#[derive(Debug)]
pub struct FaultyStore {
    inner: Arc<dyn ObjectStore>,
    calls: AtomicU64,
    fails_at: u64,
    when: When,
}

impl FaultyStore {
    /// Fails at call `fails_at`, counted from 1; 0 never fails.
    pub fn new(inner: Arc<dyn ObjectStore>, fails_at: u64, when: When) -> Self {
        Self { inner, calls: AtomicU64::new(0), fails_at, when }
    }

    /// Calls seen so far.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    fn failure(&self) -> Error {
        Error::Generic { store: "faulty", source: format!("call {} fails by order of the test", self.fails_at).into() }
    }

    /// Counts a call; true where it must fail.
    fn turn(&self) -> bool {
        self.calls.fetch_add(1, Ordering::SeqCst) + 1 == self.fails_at
    }

    fn judge<T>(&self, fails: bool, outcome: Result<T>) -> Result<T> {
        if fails { Err(self.failure()) } else { outcome }
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FaultyStore({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        let fails = self.turn();
        if fails && self.when == When::Before {
            return Err(self.failure());
        }
        let outcome = self.inner.put_opts(location, payload, options).await;
        self.judge(fails, outcome)
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        if self.turn() {
            return Err(self.failure());
        }
        self.inner.put_multipart_opts(location, options).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let fails = self.turn();
        let outcome = self.inner.get_opts(location, options).await;
        self.judge(fails, outcome)
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        if self.turn() {
            let failure = self.failure();
            return futures::stream::once(async { Err(failure) }).boxed();
        }
        self.inner.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let fails = self.turn();
        let outcome = self.inner.list_with_delimiter(prefix).await;
        self.judge(fails, outcome)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let fails = self.turn();
        let outcome = self.inner.copy_opts(from, to, options).await;
        self.judge(fails, outcome)
    }
}
