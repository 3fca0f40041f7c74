//! What answers may cost: a call goes out only where the most it can cost still fits, with all that is on its way.

use chrono::{DateTime, Datelike as _, TimeZone as _, Utc};

/// A bound on costs.
#[derive(Debug)]
pub(crate) struct Budget {
    max: Option<f64>,
    spent: f64,
    reserved: f64,
}

impl Budget {
    /// A bound, and what has been spent of it.
    pub(crate) fn new(max: Option<f64>, spent: f64) -> Self {
        Self { max, spent, reserved: 0.0 }
    }

    /// Sets the most that a call can cost aside; `false` where it does not fit.
    pub(crate) fn reserve(&mut self, most: f64) -> bool {
        let fits = self.max.is_none_or(|max| self.spent + self.reserved + most <= max);
        self.reserved += if fits { most } else { 0.0 };
        fits
    }

    /// Puts what a call has cost in the place of what was set aside for it.
    pub(crate) fn settle(&mut self, most: f64, cost: f64) {
        self.reserved = (self.reserved - most).max(0.0);
        self.spent += cost;
    }

    /// What has been spent.
    pub(crate) fn spent(&self) -> f64 {
        self.spent
    }
}

/// When the month began that a time is in.
pub(crate) fn month_of(now: DateTime<Utc>) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(now.year(), now.month(), 1, 0, 0, 0).single().unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_on_their_way_count_as_what_they_can_cost() {
        let mut budget = Budget::new(Some(1.0), 0.5);
        assert!(budget.reserve(0.3));
        assert!(!budget.reserve(0.3));
        budget.settle(0.3, 0.1);
        assert!(budget.reserve(0.3));
        assert!((budget.spent() - 0.6).abs() < 1e-9);
        assert!(Budget::new(None, 9.0).reserve(f64::MAX));
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        assert_eq!(month_of(now).to_rfc3339(), "2023-11-01T00:00:00+00:00");
    }
}
