//! When an indicator is ready, and from when on the start of the data no longer matters.

/// The share of a recursive indicator's seed that no longer matters.
const SEED_WEIGHT: f64 = 1e-6;

/// Periods come as whole numbers from parameters; an indicator needs at least one value.
pub(crate) fn checked(period: i32) -> usize {
    checked_from(1, period)
}

/// As [`checked`] for an indicator that needs more values.
pub(crate) fn checked_from(least: i32, period: i32) -> usize {
    assert!(
        period >= least,
        "the period of an indicator is at least {least}, not {period}"
    );
    period as usize
}

/// Updates until the weight of a seed, which shrinks by `1 - factor` with each, is under [`SEED_WEIGHT`].
pub(crate) fn updates_to_forget(factor: f64) -> i32 {
    if factor >= 1.0 {
        return 0;
    }
    libm::ceil(libm::log(SEED_WEIGHT) / libm::log(1.0 - factor)) as i32
}

/// As [`updates_to_forget`] where each average feeds the next: what one still remembers it hands on, share by share.
pub(crate) fn updates_to_forget_chain(factors: &[f64]) -> i32 {
    let mut remembered = vec![0.0; factors.len()];
    remembered[0] = 1.0;
    let mut updates = 0;
    while remembered.iter().sum::<f64>() > SEED_WEIGHT {
        let mut handed_on = 0.0;
        for (share, factor) in remembered.iter_mut().zip(factors) {
            let moves = *share * factor;
            *share += handed_on - moves;
            handed_on = moves;
        }
        updates += 1;
    }
    updates
}

/// Updates to let pass before a part begins.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Delay(pub(crate) i32);

impl Delay {
    /// Have so many updates been let pass; if not, this is one of them.
    #[inline]
    pub(crate) fn is_over(&mut self) -> bool {
        let over = self.0 <= 0;
        self.0 -= i32::from(!over);
        over
    }
}

/// `timing!(Type(parameter: type, …) -> value: first updates, then updates)`: the functions every indicator has beside `new`
/// and `update`. `first` is when the first value comes, `then` how many more until the start is forgotten; the last value is
/// in the field `value`.
macro_rules! timing {
    ($(#[$meta:meta])* $kind:ident($($parameter:ident : $type:ty),*) -> $value:ty: first $first:expr, then $then:expr) => {
        $(#[$meta])*
        impl $kind {
            /// Updates until the first value.
            pub fn first_value($($parameter: $type),*) -> i32 {
                $(let _ = $parameter;)*
                $first
            }

            /// Updates until the start of the data no longer matters.
            pub fn warm_up($($parameter: $type),*) -> i32 {
                Self::first_value($($parameter),*) + $then
            }

            /// What the last update with a value gave.
            pub fn value(&self) -> Option<$value> {
                self.value
            }
        }
    };
}

pub(crate) use timing;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_one_forgets_like_one() {
        assert_eq!(updates_to_forget_chain(&[0.25]), updates_to_forget(0.25));
        assert!(updates_to_forget_chain(&[0.25, 0.25]) > updates_to_forget(0.25));
        assert_eq!(updates_to_forget_chain(&[1.0, 1.0]), 2);
    }
}
