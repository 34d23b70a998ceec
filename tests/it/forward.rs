//! Forward tests of the real program beside the venue simulator: what they leave equals backtests of the same candles.
#![expect(
    clippy::disallowed_methods,
    reason = "other processes are watched and killed by the clock"
)]

mod crash;
mod desk;
mod pace;
mod parity;
mod side;
mod steer;
mod venues;

pub(crate) use desk::{Desk, MINUTE, Session};
