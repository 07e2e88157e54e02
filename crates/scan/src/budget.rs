//! A shared budget of bytes: what keeps memory bounded while layers run in parallel.

use std::sync::{Condvar, Mutex, PoisonError};

/// Bytes that may be held at the same time.
#[derive(Debug)]
pub(crate) struct Budget {
    total: u64,
    used: Mutex<u64>,
    freed: Condvar,
}

/// A part of the budget, given back when dropped.
#[derive(Debug)]
pub(crate) struct Share<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Budget {
    pub(crate) fn new(total: u64) -> Self {
        Self {
            total,
            used: Mutex::new(0),
            freed: Condvar::new(),
        }
    }

    /// Waits until `bytes` are free. A share larger than the whole budget gets all of it,
    /// alone, so that one large file is slow and not impossible.
    ///
    /// A thread holds at most one share at a time, so waiting cannot become a deadlock.
    pub(crate) fn take(&self, bytes: u64) -> Share<'_> {
        let bytes = bytes.min(self.total);
        let used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        let mut used = self
            .freed
            .wait_while(used, |used| *used + bytes > self.total)
            .unwrap_or_else(PoisonError::into_inner);
        *used += bytes;
        Share {
            budget: self,
            bytes,
        }
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        let mut used = self
            .budget
            .used
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *used -= self.bytes;
        self.budget.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_out_than_the_budget_holds() {
        let budget = Budget::new(100);
        let out = Mutex::new(0u64);
        std::thread::scope(|scope| {
            for i in 0..8u64 {
                let (budget, out) = (&budget, &out);
                scope.spawn(move || {
                    for j in 0..50 {
                        let want = (i * 37 + j * 11) % 140;
                        let share = budget.take(want);
                        let mut sum = out.lock().expect("no thread panics");
                        *sum += share.bytes;
                        assert!(*sum <= 100);
                        drop(sum);
                        std::thread::yield_now();
                        *out.lock().expect("no thread panics") -= share.bytes;
                    }
                });
            }
        });
        assert_eq!(*budget.used.lock().expect("no thread panics"), 0);
    }
}
