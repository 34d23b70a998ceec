//! What is known about exchanges.

pub mod instruments;
pub mod tiers;
