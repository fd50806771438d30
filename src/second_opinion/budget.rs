//! How many questions an hour may cost.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};

const HOUR: SignedDuration = SignedDuration::from_hours(1);

/// The questions of the last hour; at most as many instants as the budget.
#[derive(Debug, Default)]
pub(super) struct Budget {
    spent: VecDeque<Timestamp>,
}

impl Budget {
    /// Takes one question if fewer than `per_hour` were taken within the hour before `now`. A clock
    /// that was set back forgets what lies ahead of it.
    pub fn take(&mut self, per_hour: u32, now: Timestamp) -> bool {
        self.spent.retain(|&at| at <= now && now.duration_since(at) < HOUR);
        let free = self.spent.len() < usize::try_from(per_hour).unwrap_or(usize::MAX);
        if free {
            self.spent.push_back(now);
        }
        free
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::Budget;

    #[test]
    fn an_hour_has_so_many_questions_whenever_it_begins() {
        let start: Timestamp = "2026-11-23T10:00:00Z".parse().expect("an instant");
        let at = |minutes| start + SignedDuration::from_mins(minutes);
        let mut budget = Budget::default();
        assert!(budget.take(2, at(0)) && budget.take(2, at(30)));
        assert!(!budget.take(2, at(59)));
        assert!(budget.take(2, at(60)) && !budget.take(2, at(61)));
        // A smaller budget holds at once, a clock set back does not block for ever.
        assert!(!budget.take(1, at(91)));
        assert!(budget.take(1, at(-600)));
        assert!(!Budget::default().take(0, at(0)));
    }
}
