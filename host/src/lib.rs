//! Runs sandboxed trading strategies.
