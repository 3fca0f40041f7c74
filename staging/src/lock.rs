//! One process at a time does what two must not do at once.
//!
//! In a folder the lock is the operating system's own, of an empty file, which ends with the process that holds it. In a bucket it is a
//! lease: `_locks/<name>/<number>`, each created only if absent, says until when it is held; its holder renews it with the next number, and
//! when nobody has done so in time the next number is another's to create.
//!
//! Invariants:
//! 1. of two processes that take a lock at once one gets it, and the other `Locked`;
//! 2. a lease of which a higher number exists is held by nobody: who has created a number looks whether it is the highest.

use std::path::Path as FilePath;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::TryStreamExt as _;
use object_store::{ObjectStore as _, ObjectStoreExt as _, PutMode, PutOptions};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex;
use tokio_util::sync::{CancellationToken, DropGuard};

use crate::{Context, Error, Result, Staging, layout};

/// How long a lease is held that nobody renews.
const HELD_SECONDS: i64 = 60;
/// Time between two renewals.
const RENEWED: Duration = Duration::from_secs(20);
/// Numbers of a lease that are left where they are, for those who look at that moment.
const KEPT: u64 = 3;

/// A lock that is held.
#[derive(Debug)]
pub struct Lock(Held);

#[derive(Debug)]
enum Held {
    File(#[expect(dead_code, reason = "closing it gives the lock back")] std::fs::File),
    Lease { lease: Arc<Lease>, _renewing: DropGuard },
}

impl Lock {
    /// Takes the lock of a name.
    ///
    /// # Errors
    /// `Locked` where another process holds it; `Name`, `Store`.
    pub async fn take(context: &Context, name: &str) -> Result<Self> {
        layout::check_name("name of a lock", name)?;
        if let Some(folder) = context.staging.folder() {
            return in_folder(folder, name).map(|file| Self(Held::File(file)));
        }
        let lease = Arc::new(Lease::take(context, name).await?);
        let renewing = CancellationToken::new();
        tokio::spawn(Arc::clone(&lease).renew(renewing.clone()));
        Ok(Self(Held::Lease { lease, _renewing: renewing.drop_guard() }))
    }

    /// Gives it back; a process that ends gives it back as well, of a bucket after a minute.
    ///
    /// # Errors
    /// `Store`.
    pub async fn release(self) -> Result<()> {
        match self.0 {
            Held::File(_) => Ok(()),
            Held::Lease { lease, .. } => lease.next(DateTime::UNIX_EPOCH).await,
        }
    }
}

fn in_folder(folder: &FilePath, name: &str) -> Result<std::fs::File> {
    let path = folder.join(layout::lock(name).as_ref());
    let failed = |error: std::io::Error| Error::Lock { path: path.display().to_string(), source: error };
    if let Some(parent) = path.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    let file = std::fs::File::options().create(true).append(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(std::fs::TryLockError::WouldBlock) => Err(Error::Locked { name: name.to_owned() }),
        Err(std::fs::TryLockError::Error(error)) => Err(failed(error)),
    }
}

/// What a number of a lease says.
#[derive(Debug, Serialize, Deserialize)]
struct Until {
    until: DateTime<Utc>,
}

#[derive(Debug)]
struct Lease {
    context: Context,
    name: String,
    /// The number that is ours.
    number: Mutex<u64>,
}

impl Lease {
    async fn take(context: &Context, name: &str) -> Result<Self> {
        let locked = || Error::Locked { name: name.to_owned() };
        let (staging, newest) = (&context.staging, newest(&context.staging, name).await?);
        if newest > 0 && until(staging, name, newest).await?.is_none_or(|until| until > context.now()) {
            return Err(locked());
        }
        let lease = Self { context: context.clone(), name: name.to_owned(), number: Mutex::new(newest) };
        match lease.next(lease.end()).await {
            Err(Error::Exists { .. }) => return Err(locked()),
            outcome => outcome?,
        }
        // Numbers are removed, so a number that did not exist need not be the highest.
        let is_ours = self::newest(staging, name).await? == *lease.number.lock().await;
        if is_ours { Ok(lease) } else { Err(locked()) }
    }

    fn end(&self) -> DateTime<Utc> {
        self.context.now() + TimeDelta::seconds(HELD_SECONDS)
    }

    /// Creates the next number and removes an old one.
    async fn next(&self, until: DateTime<Utc>) -> Result<()> {
        let mut number = self.number.lock().await;
        let path = layout::lease(&self.name, *number + 1);
        let text = serde_json::to_vec(&Until { until })
            .map_err(|e| Error::Damaged { path: path.to_string(), reason: e.to_string() })?;
        let store = self.context.staging.store();
        let options = PutOptions::from(PutMode::Create);
        store.put_opts(&path, text.into(), options).await.map_err(Error::store("create", &path))?;
        *number += 1;
        if let Some(old) = number.checked_sub(KEPT).filter(|old| *old > 0) {
            // What is left says nothing any more.
            let _ = store.delete(&layout::lease(&self.name, old)).await;
        }
        Ok(())
    }

    /// Renews it until it is given back, or another has taken it because our renewals did not come through.
    async fn renew(self: Arc<Self>, ended: CancellationToken) {
        loop {
            tokio::select! {
                () = ended.cancelled() => return,
                () = tokio::time::sleep(RENEWED) => {}
            }
            if let Err(Error::Exists { .. }) = self.next(self.end()).await {
                self.context.cancel.cancel();
                return;
            }
        }
    }
}

async fn newest(staging: &Staging, name: &str) -> Result<u64> {
    let folder = layout::lock(name);
    let mut listed = staging.store().list(Some(&folder));
    let mut newest = 0;
    while let Some(found) = listed.try_next().await.map_err(Error::store("list", &folder))? {
        newest = newest.max(found.location.filename().and_then(|number| number.parse().ok()).unwrap_or(0));
    }
    Ok(newest)
}

/// Until when a number is held; `None` where it has just been removed, for a later one.
async fn until(staging: &Staging, name: &str, number: u64) -> Result<Option<DateTime<Utc>>> {
    let path = layout::lease(name, number);
    let found = match staging.store().get(&path).await {
        Ok(found) => found,
        Err(object_store::Error::NotFound { .. }) => return Ok(None),
        Err(error) => return Err(Error::store("read", &path)(error)),
    };
    let bytes = found.bytes().await.map_err(Error::store("read", &path))?;
    let until: Until =
        serde_json::from_slice(&bytes).map_err(|e| Error::Damaged { path: path.to_string(), reason: e.to_string() })?;
    Ok(Some(until.until))
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicI64, Ordering};

    use super::*;

    fn context(staging: Staging, now: &Arc<AtomicI64>) -> Context {
        let now = Arc::clone(now);
        Context::new(staging, move || DateTime::from_timestamp(now.load(Ordering::SeqCst), 0).unwrap(), || 7)
    }

    fn is_locked(outcome: &Result<Lock>) -> bool {
        matches!(outcome, Err(Error::Locked { .. }))
    }

    async fn one_at_a_time(context: &Context) {
        for _ in 0..6 {
            let lock = Lock::take(context, "sync").await.unwrap();
            assert!(is_locked(&Lock::take(context, "sync").await));
            assert!(Lock::take(context, "other").await.unwrap().release().await.is_ok());
            lock.release().await.unwrap();
        }
    }

    #[tokio::test]
    async fn a_lock_is_held_by_one_until_it_is_given_back() {
        let now = Arc::new(AtomicI64::new(1_700_000_000));
        one_at_a_time(&context(Staging::in_memory(), &now)).await;
        let folder = tempfile::tempdir().unwrap();
        let options: [(&str, &str); 0] = [];
        one_at_a_time(&context(Staging::open(folder.path().to_str().unwrap(), options).unwrap(), &now)).await;
    }

    #[tokio::test]
    async fn a_lease_that_nobody_renews_is_taken_by_one_of_many() {
        let now = Arc::new(AtomicI64::new(1_700_000_000));
        let context = context(Staging::in_memory(), &now);
        let left = Lock::take(&context, "sync").await.unwrap();
        let Held::Lease { lease, _renewing } = left.0 else { panic!("a lease") };
        drop(_renewing);
        now.fetch_add(HELD_SECONDS - 1, Ordering::SeqCst);
        assert!(is_locked(&Lock::take(&context, "sync").await));
        now.fetch_add(2, Ordering::SeqCst);
        let takers = futures::future::join_all((0..10).map(|_| Lock::take(&context, "sync"))).await;
        assert_eq!(takers.iter().filter(|taken| taken.is_ok()).count(), 1);
        // Who held it before cannot renew it.
        assert!(matches!(lease.next(lease.end()).await, Err(Error::Exists { .. })));
    }
}
