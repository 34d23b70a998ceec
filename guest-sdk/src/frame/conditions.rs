//! What holds at the close of a candle.

use crate::contract::Direction;

/// The four conditions of a strategy at one close. Undefined ones are false.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conditions {
    /// Open a long position.
    pub long_entry: bool,
    /// Close a long position.
    pub long_exit: bool,
    /// Open a short position.
    pub short_entry: bool,
    /// Close a short position.
    pub short_exit: bool,
}

impl Conditions {
    /// Those of a strategy which leaves one side by entering the other: this is the side to be on from now, if there is news.
    pub fn reversing(side: Option<Direction>) -> Conditions {
        let (long, short) = (
            side == Some(Direction::Long),
            side == Some(Direction::Short),
        );
        Conditions {
            long_entry: long,
            long_exit: short,
            short_entry: short,
            short_exit: long,
        }
    }

    /// The side to enter; none if both are to be.
    pub(super) fn entry(&self) -> Option<Direction> {
        match (self.long_entry, self.short_entry) {
            (true, false) => Some(Direction::Long),
            (false, true) => Some(Direction::Short),
            _ => None,
        }
    }

    /// Is a position in this direction to be closed.
    pub(super) fn exit(&self, direction: Direction) -> bool {
        match direction {
            Direction::Long => self.long_exit,
            Direction::Short => self.short_exit,
        }
    }
}
