//! WIRING 2: live feeds, the same engine and simulated exchange, a journal, alerts. See `docs/forward-test.md`.

mod control;
mod declared;
mod lane;
mod session;

pub use control::Control;
pub use declared::Declared;
pub use lane::{Fact, Lane, Stepped};
pub use session::{Effects, Session, SessionError, Supply};
