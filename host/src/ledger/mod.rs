//! The only place where cash, positions and margin change. Integers throughout; one named rounding per posting.

mod account;
mod breach;
mod margin;
mod position;
mod posting;

pub use account::{Account, Book, FillInput, FillOutcome};
pub use breach::{Stake, breach, is_breached};
pub use margin::{liquidation_bound, liquidation_price, maintenance_margin};
pub use position::{AttachedExit, Position};
pub use posting::{Posting, PostingKind, Trade};
