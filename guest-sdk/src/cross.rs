//! Noticing that one value has crossed another.

use crate::contract::Direction;

/// Remembers on which side of each other two values were.
///
/// ```
/// use guest_sdk::prelude::*;
///
/// let mut cross = Cross::default();
/// let answers = [9.0, 10.0, 11.0, 12.0, 8.0].map(|value| cross.update(value, 10.0));
/// assert_eq!(answers, [None, None, Some(Direction::Long), None, Some(Direction::Short)]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Cross {
    /// The first less the second, whose sign is exact in floating point.
    spread: Option<f64>,
    last: Option<Direction>,
}

impl Cross {
    /// Long when the first value is over the second and was not, short when it is under it and was not. Nothing the first time.
    ///
    /// While one of them is missing nothing is compared and nothing remembered.
    pub fn update(
        &mut self,
        first: impl Into<Option<f64>>,
        second: impl Into<Option<f64>>,
    ) -> Option<Direction> {
        let now = first.into().zip(second.into());
        self.last = now.and_then(|(first, second)| self.compare(first - second));
        self.last
    }

    /// What the last comparison said.
    pub fn last(&self) -> Option<Direction> {
        self.last
    }

    fn compare(&mut self, spread: f64) -> Option<Direction> {
        let previous = self.spread.replace(spread)?;
        if previous <= 0.0 && spread > 0.0 {
            Some(Direction::Long)
        } else if previous >= 0.0 && spread < 0.0 {
            Some(Direction::Short)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn touching_is_not_crossing() {
        let mut cross = Cross::default();
        assert_eq!(cross.update(None, 5.0), None, "not there yet");
        let answers =
            [6.0, 5.0, 6.0, 5.0, 4.0, 5.0, 5.0, 6.0].map(|value| cross.update(value, 5.0));
        let (long, short) = (Some(Direction::Long), Some(Direction::Short));
        assert_eq!(answers, [None, None, long, None, short, None, None, long]);
    }
}
