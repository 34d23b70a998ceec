//! What a running session offers to others on this machine: the control socket of `host ctl`, health and metrics over HTTP, and
//! words to systemd. All of it only asks, with a time limit: nothing here can hold up a session.
//!
//! In reading order: [`settings`], then [`start`] which runs [`socket`] (the questions and answers of [`wire`], the document of
//! [`status`], asked by [`client`]), [`health`] with [`metrics`], and [`notify`].

pub mod client;
mod gate;
pub mod health;
pub mod metrics;
pub mod notify;
mod probe;
pub mod settings;
pub mod socket;
pub mod start;
pub mod status;
pub mod wire;

#[cfg(test)]
pub(crate) mod testing;
