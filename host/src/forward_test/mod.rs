//! WIRING 2: live feeds, the same engine and simulated exchange, a journal, alerts. See `docs/forward-test.md`.

mod control;
mod declared;
mod error;
mod lane;
mod parity;
mod percentiles;
mod recover;
mod runner;
mod session;
mod supply;
mod venues;
mod view;
mod wish;

pub use control::Control;
pub use declared::{Declared, DeclaredBy};
pub use error::ForwardError;
pub use lane::{Fact, Lane, Stepped};
pub use parity::{Proof, Proven, Verdict, outcomes, prove};
pub use recover::{Differs, Recovered, engine_version, follow};
pub use runner::{Again, DropIn, Ended, Outside, Setup, Told, run};
pub use session::{Effects, Minutes, Session, SessionError, Supply};
pub use supply::Components;
pub use venues::Venues;
pub use wish::Wish;
