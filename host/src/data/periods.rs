//! Sets of time: what was asked for, what is there, and what is missing of the one without the other.

use crate::data::DataError;
use crate::domain::Timestamp;

/// Periods `[from, to)`, ascending, apart from each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Periods(Vec<(Timestamp, Timestamp)>);

impl Periods {
    /// One period; nothing where it is empty.
    #[must_use]
    pub fn of(from: Timestamp, to: Timestamp) -> Self {
        let mut periods = Self::default();
        periods.add(from, to);
        periods
    }

    /// Every period, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (Timestamp, Timestamp)> + '_ {
        self.0.iter().copied()
    }

    /// There is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a period. Those that touch become one.
    pub fn add(&mut self, from: Timestamp, to: Timestamp) {
        if from >= to {
            return;
        }
        let begin = self.0.partition_point(|(_, end)| *end < from);
        let end = self.0.partition_point(|(start, _)| *start <= to);
        let merged = self.0[begin..end]
            .iter()
            .fold((from, to), |(a, b), (c, d)| (a.min(*c), b.max(*d)));
        self.0.splice(begin..end, [merged]);
    }

    /// Adds all periods of another set.
    pub fn add_all(&mut self, other: &Self) {
        for (from, to) in other.iter() {
            self.add(from, to);
        }
    }

    /// What of this set is not in another one.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        let mut rest = Vec::new();
        for (mut from, to) in self.iter() {
            let first = other.0.partition_point(|(_, end)| *end <= from);
            for (start, end) in other.0[first..].iter().take_while(|(start, _)| *start < to) {
                if from < *start {
                    rest.push((from, *start));
                }
                from = *end;
            }
            if from < to {
                rest.push((from, to));
            }
        }
        Self(rest)
    }

    /// What of this set lies in `[from, to)`.
    #[must_use]
    pub fn within(&self, from: Timestamp, to: Timestamp) -> Self {
        let cut = |(start, end): (Timestamp, Timestamp)| (start.max(from), end.min(to));
        Self(self.iter().map(cut).filter(|(a, b)| a < b).collect())
    }

    /// Is all of `[from, to)` in it.
    #[must_use]
    pub fn contain(&self, from: Timestamp, to: Timestamp) -> bool {
        let after = self.0.partition_point(|(_, end)| *end <= from);
        from >= to
            || self
                .0
                .get(after)
                .is_some_and(|(a, b)| *a <= from && to <= *b)
    }

    /// As pairs of RFC 3339 texts, the form of manifests.
    #[must_use]
    pub(in crate::data) fn to_texts(&self) -> Vec<(String, String)> {
        let texts = |(from, to): (Timestamp, Timestamp)| (from.rfc3339(), to.rfc3339());
        self.iter().map(texts).collect()
    }

    /// From such pairs, trusting nothing.
    ///
    /// # Errors
    /// The first pair that is no period after the one before it.
    pub(in crate::data) fn of_texts(texts: &[(String, String)]) -> Result<Self, DataError> {
        let mut periods = Vec::new();
        let mut last = None;
        for (from, to) in texts {
            let wrong = || DataError::world(format!("`{from}` to `{to}` is no period to ask for"));
            let time = |text: &str| Timestamp::parse(text).map_err(|_| wrong());
            let period = (time(from)?, time(to)?);
            if period.0 >= period.1 || last.is_some_and(|end| period.0 <= end) {
                return Err(wrong());
            }
            last = Some(period.1);
            periods.push(period);
        }
        Ok(Self(periods))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn periods(list: &[(i64, i64)]) -> Periods {
        let mut all = Periods::default();
        for (from, to) in list {
            all.add(Timestamp(*from), Timestamp(*to));
        }
        all
    }

    #[test]
    fn periods_that_touch_become_one() {
        assert_eq!(periods(&[(0, 5), (5, 9), (20, 30)]).0.len(), 2);
        assert_eq!(periods(&[(0, 5), (8, 9), (4, 8)]), periods(&[(0, 9)]));
        assert!(periods(&[(5, 5)]).is_empty());
    }

    #[test]
    fn texts_that_are_no_periods_are_told() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let both = periods(&[(0, 60_000), (120_000, 180_000)]);
        assert_eq!(Periods::of_texts(&both.to_texts()), Ok(both));
        for texts in [
            vec![pair("2024-01-02", "2024-01-01")],
            vec![pair("2024-01-01", "x")],
            vec![
                pair("2024-01-01", "2024-01-03"),
                pair("2024-01-02", "2024-01-04"),
            ],
        ] {
            assert!(Periods::of_texts(&texts).is_err(), "{texts:?}");
        }
    }

    proptest! {
        #[test]
        fn a_moment_is_in_the_rest_if_it_is_in_one_and_not_in_the_other(
            one in prop::collection::vec((0..60i64, 0..60i64), 0..8),
            other in prop::collection::vec((0..60i64, 0..60i64), 0..8),
        ) {
            let has = |list: &[(i64, i64)], t: i64| list.iter().any(|(a, b)| *a <= t && t < *b);
            let (all, taken) = (periods(&one), periods(&other));
            let (rest, middle) = (all.without(&taken), all.within(Timestamp(20), Timestamp(40)));
            for t in 0..60 {
                let is_in = |p: &Periods| p.contain(Timestamp(t), Timestamp(t + 1));
                prop_assert_eq!(is_in(&all), has(&one, t));
                prop_assert_eq!(is_in(&rest), has(&one, t) && !has(&other, t));
                prop_assert_eq!(is_in(&middle), has(&one, t) && (20..40).contains(&t));
            }
        }
    }
}
