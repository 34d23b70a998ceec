//! The one integration-test binary.

#![expect(
    clippy::print_stdout,
    reason = "tests say what they compared and what they skipped"
)]

mod bybit;
mod calc;
mod cli;
mod conditions;
mod ctl;
mod data_catalog;
mod delivery;
mod deploy;
mod doctor;
mod driver;
mod fetch;
mod fixtures_binance;
mod formulas;
mod forward;
mod golden;
mod http;
mod import_real;
mod inspect;
mod kit;
mod library;
mod live_feed;
mod moved;
mod optimize;
mod peer_data;
mod peers;
mod python;
mod record;
mod refusals;
mod runs;
mod runs_kept;
mod sandbox;
mod seed0;
mod several;
mod strategy_list;
mod strategy_runs;
mod support;
mod tidy;
mod venue_sim;
mod venue_stub;
mod ws_stub;

use support::shared_dir;
