//! A store that fails on one chosen call, for tests: run a stage with the 1st, 2nd, 3rd … n-th call failing.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::stream::BoxStream;
use futures::{StreamExt as _, TryStreamExt as _};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, Result, UploadPart,
};

/// When the chosen call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// Nothing has happened in the store.
    Before,
    /// The store has done it, and the caller is told that it failed.
    After,
}

/// Passes every call to `inner`, except that call number `fails_at` (counted from 1) fails. Each part of a large upload, and its
/// completion, is a call.
#[derive(Debug)]
pub struct FaultyStore {
    inner: Arc<dyn ObjectStore>,
    turns: Arc<Turns>,
}

/// Whose turn it is to fail.
#[derive(Debug)]
struct Turns {
    calls: AtomicU64,
    fails_at: u64,
    when: When,
    /// What kind of call has failed.
    failed: Mutex<Option<&'static str>>,
}

impl FaultyStore {
    /// Fails at call `fails_at`, counted from 1; 0 never fails.
    pub fn new(inner: Arc<dyn ObjectStore>, fails_at: u64, when: When) -> Self {
        let turns = Turns { calls: AtomicU64::new(0), fails_at, when, failed: Mutex::default() };
        Self { inner, turns: Arc::new(turns) }
    }

    /// Calls seen so far.
    pub fn calls(&self) -> u64 {
        self.turns.calls.load(Ordering::SeqCst)
    }

    /// The kind of call that has failed: `put`, `get`, `head`, `list`, `multipart`, `part`, `complete`, `copy`.
    pub fn failed(&self) -> Option<&'static str> {
        *self.turns.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turns {
    fn failure(&self) -> Error {
        Error::Generic { store: "faulty", source: format!("call {} fails by order of the test", self.fails_at).into() }
    }

    /// Does a call in its turn.
    async fn call<T>(&self, kind: &'static str, call: impl Future<Output = Result<T>>) -> Result<T> {
        if self.calls.fetch_add(1, Ordering::SeqCst) + 1 != self.fails_at {
            return call.await;
        }
        *self.failed.lock().unwrap_or_else(PoisonError::into_inner) = Some(kind);
        if self.when == When::After {
            call.await?;
        }
        Err(self.failure())
    }
}

/// A large upload, part by part.
#[derive(Debug)]
struct FaultyUpload {
    inner: Box<dyn MultipartUpload>,
    turns: Arc<Turns>,
}

#[async_trait]
impl MultipartUpload for FaultyUpload {
    fn put_part(&mut self, data: PutPayload) -> UploadPart {
        let (part, turns) = (self.inner.put_part(data), Arc::clone(&self.turns));
        Box::pin(async move { turns.call("part", part).await })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.turns.call("complete", self.inner.complete()).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.inner.abort().await
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
        self.turns.call("put", self.inner.put_opts(location, payload, options)).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        let inner = self.turns.call("multipart", self.inner.put_multipart_opts(location, options)).await?;
        Ok(Box::new(FaultyUpload { inner, turns: Arc::clone(&self.turns) }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let kind = if options.head { "head" } else { "get" };
        self.turns.call(kind, self.inner.get_opts(location, options)).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (turns, found) = (Arc::clone(&self.turns), self.inner.list(prefix));
        futures::stream::once(async move { turns.call("list", async { Ok(found) }).await }).try_flatten().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.turns.call("list", self.inner.list_with_delimiter(prefix)).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.turns.call("copy", self.inner.copy_opts(from, to, options)).await
    }
}

#[cfg(test)]
mod tests {
    use object_store::ObjectStoreExt as _;
    use object_store::memory::InMemory;

    use super::*;

    /// A put, a large put, a get, a head and two lists.
    async fn used(store: &FaultyStore) -> Result<()> {
        let (small, large) = (Path::from("small"), Path::from("large"));
        store.put(&small, "x".into()).await?;
        let mut upload = store.put_multipart(&large).await?;
        upload.put_part("y".into()).await?;
        upload.complete().await?;
        store.get(&small).await?;
        store.head(&large).await?;
        store.list(None).try_collect::<Vec<_>>().await?;
        store.list_with_delimiter(None).await?;
        Ok(())
    }

    #[tokio::test]
    async fn every_kind_of_call_fails_in_its_turn_before_or_after_it_took_effect() {
        let kinds = ["put", "multipart", "part", "complete", "get", "head", "list", "list"];
        for when in [When::Before, When::After] {
            for (place, kind) in kinds.iter().enumerate() {
                let inner = Arc::new(InMemory::new());
                let store = FaultyStore::new(Arc::clone(&inner) as Arc<dyn ObjectStore>, place as u64 + 1, when);
                assert!(used(&store).await.is_err(), "{kind} {when:?}");
                assert_eq!(store.failed(), Some(*kind));
                let has = inner.head(&Path::from("large")).await.is_ok();
                assert_eq!(has, place > 3 || (place == 3 && when == When::After), "{kind} {when:?}");
            }
        }
        let store = FaultyStore::new(Arc::new(InMemory::new()), 0, When::Before);
        used(&store).await.unwrap();
        assert_eq!((store.calls(), store.failed()), (8, None));
    }
}
