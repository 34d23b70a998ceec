//! Exchanges: what is known about them, and how they are asked.
//!
//! In reading order: tables of rules ([`instruments`], [`tiers`]); the words every adapter speaks ([`rest`] for history, [`stream`]
//! for what is live) and what they share ([`wire`]: numbers as text; [`flow`]: trades to minutes); who sends the questions
//! ([`http`], [`tls`]), and who keeps connections ([`socket`]).
//!
//! Rules: an adapter does no I/O. It says which requests hold what is wanted, and turns bytes into rows or an error; who sends them,
//! how often and how fast is decided elsewhere. Nothing a venue sends is trusted; new fields are ignored.

pub mod adapters;
pub mod binance;
pub mod bybit;
pub mod flow;
pub mod http;
pub mod hyperliquid;
pub mod instruments;
pub mod rest;
pub mod socket;
pub mod stream;
pub mod tiers;
pub mod tls;
pub mod wire;
