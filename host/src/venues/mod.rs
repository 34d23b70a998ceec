//! What is known about exchanges.

pub mod instruments;
mod tiers;
