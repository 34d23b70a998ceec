//! The one integration-test binary.

mod cli;
mod delivery;
mod golden;
mod library;
mod sandbox;
mod seed0;
mod support;
mod tidy;

use support::shared_dir;
