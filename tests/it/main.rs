//! The one integration-test binary.

use std::path::PathBuf;

mod golden;
mod sandbox;
mod seed0;

/// The folder of shared reference data beside the project, if there is one.
fn shared_dir() -> PathBuf {
    std::env::var_os("SHARED_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    )
}
