//! A run leaves a folder that proves itself: what was run, everything that happened, and a fingerprint over it.
//!
//! In reading order: what a run is ([`RunResult`], beside it [`Alternatives`]), how it is gathered from the engine's records ([`Observed`]), its
//! identity ([`fingerprint`]), and the files ([`manifest`], [`json`], [`tables`], [`folder`]), which are read again by [`kept`]. The format of every file is
//! documented in `docs/run-folder.md`. What the figures mean is the business of `analysis`, which reads a [`RunResult`];
//! nothing here knows it.

mod alternatives;
pub mod fingerprint;
pub mod folder;
pub mod json;
pub mod kept;
pub mod manifest;
mod observed;
mod result;
pub mod tables;

pub use alternatives::{Alternatives, Compared, Range};
pub use observed::{
    BreakerTrip, FaultSeen, FundingSeen, FundingSums, InstrumentSeen, LiquidationSeen, Observed,
    OrderSeen, RefusalSeen, SignalSeen, StopBehind,
};
pub use result::{
    Capacity, Component, Configuration, Dataset, FundingUsed, Gap, Knob, LAST_PRICE, LeverageUsed,
    Limit, MarketEvent, MarketEventKind, ParameterUsed, Period, Profile, RunResult, SharedAccount,
    SparseStream, Timings, Versions, VolumeShare,
};
