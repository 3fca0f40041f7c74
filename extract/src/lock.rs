//! Mutexes whose holder may have panicked: what they hold is as good as before.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// The guard, whatever became of an earlier holder.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
