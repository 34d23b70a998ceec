//! What a run means: figures, tables, text for the terminal and a page for the browser. Functions over the record of a run.
//!
//! In reading order: one equity sample a day ([`daily`]), the figures ([`metrics`], from [`returns`], [`rolling`], [`trades`] and
//! [`benchmark`]), whether they are more than luck ([`significance`]), tables of trades ([`tables`], by calendar [`breakdown`]), the run beside its [`alternatives`], several strategies
//! side by side ([`overview`]), what to be careful about ([`warnings`]), and the ways to show them ([`summary`], [`report`], [`picture`]).

pub mod alternatives;
pub mod benchmark;
pub mod breakdown;
pub mod daily;
pub mod doctor;
pub(crate) mod format;
pub mod metrics;
pub mod overview;
pub mod picture;
pub mod report;
pub mod returns;
pub mod rolling;
pub mod significance;
pub mod stats;
pub mod summary;
pub mod tables;
pub mod trades;
pub mod warnings;

#[cfg(test)]
pub(crate) mod sample;
