//! Whoever decides: strategies linked into the program ([`native`]).

pub mod native;
