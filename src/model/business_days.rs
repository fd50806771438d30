//! Business days: which days count, and which day is the n-th after another.

use std::collections::BTreeSet;

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Days looked at before giving up: more than all that plans may name, holidays included.
const MOST_DAYS: u32 = 6_000;

/// Which days are business days. The default is Monday to Friday.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct BusinessDays {
    /// Days of the week that are none: 1 Monday to 7 Sunday (ISO 8601).
    pub weekend: BTreeSet<i8>,
    /// Days that are none, whatever day of the week they are.
    pub holidays: BTreeSet<Date>,
    /// Days that are some although they are a weekend: days worked to make up for a holiday.
    pub workdays: BTreeSet<Date>,
}

impl Default for BusinessDays {
    fn default() -> Self {
        Self { weekend: [6, 7].into(), holidays: BTreeSet::new(), workdays: BTreeSet::new() }
    }
}

impl BusinessDays {
    /// Whether a day is a business day.
    #[must_use]
    pub fn is_one(&self, day: Date) -> bool {
        let weekday = day.weekday().to_monday_one_offset();
        !self.holidays.contains(&day)
            && (self.workdays.contains(&day) || !self.weekend.contains(&weekday))
    }

    /// The `count`-th business day after `day`; `day` itself is not counted. With a count of 0 the
    /// day itself. At the end of time, or where all days are holidays, as far as can be seen.
    #[must_use]
    pub fn after(&self, day: Date, count: u16) -> Date {
        self.walk(day, count, 1)
    }

    /// The `count`-th business day before `day`.
    #[must_use]
    pub fn before(&self, day: Date, count: u16) -> Date {
        self.walk(day, count, -1)
    }

    fn walk(&self, from: Date, count: u16, step: i8) -> Date {
        let (mut day, mut left) = (from, count);
        for _ in 0..MOST_DAYS {
            if left == 0 {
                break;
            }
            let Ok(next) = day.checked_add(i64::from(step).days()) else { break };
            day = next;
            left -= u16::from(self.is_one(day));
        }
        day
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::BusinessDays;

    #[test]
    fn holidays_and_weekends_do_not_count() {
        let spain = BusinessDays {
            holidays: [date(2026, 12, 8), date(2026, 12, 25), date(2027, 1, 1)].into(),
            ..BusinessDays::default()
        };
        let cases = [
            ("Friday", date(2026, 11, 27), 1, date(2026, 11, 30)),
            ("over a holiday", date(2026, 12, 4), 2, date(2026, 12, 9)),
            ("from a Sunday", date(2026, 11, 29), 1, date(2026, 11, 30)),
            ("over two years", date(2026, 12, 24), 5, date(2027, 1, 4)),
            ("none", date(2026, 11, 29), 0, date(2026, 11, 29)),
        ];
        for (name, from, count, expected) in cases {
            assert_eq!(spain.after(from, count), expected, "{name}");
        }
        assert_eq!(spain.before(date(2026, 12, 9), 2), date(2026, 12, 4));
    }

    #[test]
    fn a_weekend_may_be_worked() {
        let china = BusinessDays {
            holidays: [date(2026, 10, 1), date(2026, 10, 2)].into(),
            workdays: [date(2026, 10, 10)].into(),
            ..BusinessDays::default()
        };
        assert!(china.is_one(date(2026, 10, 10)));
        assert_eq!(china.after(date(2026, 10, 9), 1), date(2026, 10, 10));
    }

    #[test]
    fn where_no_day_counts_it_ends_all_the_same() {
        let never = BusinessDays { weekend: (1..=7).collect(), ..BusinessDays::default() };
        assert!(never.after(date(2026, 1, 1), 1) > date(2040, 1, 1));
        assert_eq!(BusinessDays::default().after(Date::MAX, 5), Date::MAX);
    }

    proptest! {
        #[test]
        fn the_nth_day_has_n_business_days_up_to_it(
            days in 0_i64..4000, count in 0_u16..40, off in prop::collection::btree_set(0_i64..60, 0..12),
        ) {
            use jiff::ToSpan;
            let from = date(2024, 1, 1).checked_add(days.days()).expect("a day");
            let at = |n: i64| from.checked_add(n.days()).expect("a day");
            let calendar =
                BusinessDays { holidays: off.into_iter().map(at).collect(), ..BusinessDays::default() };
            let to = calendar.after(from, count);
            let between = (1..).map(at).take_while(|day| *day <= to);
            let counted = between.filter(|day| calendar.is_one(*day)).count();
            prop_assert_eq!(counted, usize::from(count));
            prop_assert!(count == 0 || calendar.is_one(to));
        }
    }
}
