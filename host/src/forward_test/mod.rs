//! WIRING 2: live feeds, the same engine and simulated exchange, a journal, alerts. See `docs/forward-test.md`.
