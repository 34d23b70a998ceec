//! What the ledger leaves behind: one line a movement of money, one line a finished position.

use crate::domain::{Cash, Cause, Direction, Price, Qty, Rate, Timestamp};

/// What money moved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PostingKind {
    Fee,
    RealizedPnl,
    Funding,
    MarginPosted,
    MarginReleased,
    Insurance,
}

impl PostingKind {
    /// Name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fee => "fee",
            Self::RealizedPnl => "realized_pnl",
            Self::Funding => "funding",
            Self::MarginPosted => "margin_posted",
            Self::MarginReleased => "margin_released",
            Self::Insurance => "insurance",
        }
    }
}

/// One posting in the ledger. Margin moves between the free and the bound part of the wallet; the others change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// When.
    pub time: Timestamp,
    /// What for.
    pub kind: PostingKind,
    /// Amount added to the wallet (for margin: bound, negative when released).
    pub amount: Cash,
    /// The position it belongs to.
    pub position: u32,
    /// Wallet afterwards.
    pub wallet: Cash,
}

/// One trade: a position from its first fill to flat (`metrics.md` section 3).
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// The position.
    pub position: u32,
    /// Index of the instrument.
    pub instrument: u32,
    /// Long or short.
    pub direction: Direction,
    /// First fill.
    pub entry_time: Timestamp,
    /// Last fill.
    pub exit_time: Timestamp,
    /// Quantity opened in all.
    pub qty: Qty,
    /// Average entry, rounded half-even to 1e-8.
    pub entry_price: Price,
    /// Average exit, likewise.
    pub exit_price: Price,
    /// Profit before fees and funding.
    pub gross: Cash,
    /// Fees paid (positive = paid).
    pub fees: Cash,
    /// Funding received (negative = paid).
    pub funding: Cash,
    /// gross - fees + funding.
    pub net: Cash,
    /// What closed it.
    pub exit_cause: Cause,
    /// The tag of the order that opened it.
    pub tag: u32,
    /// Equity when it was opened.
    pub equity_at_entry: Cash,
    /// Best price for it while open.
    pub best_price: Price,
    /// Worst price for it while open.
    pub worst_price: Price,
    /// Its stop when it was opened, if any.
    pub initial_stop: Option<Price>,
    /// Its target when it was opened, if any.
    pub initial_target: Option<Price>,
    /// Leverage it was opened with.
    pub leverage: Rate,
    /// Did one of its fills lie in an ambiguous minute.
    pub ambiguous: bool,
}
