//! What the disk alone costs: the floor under every commit of a journal.

use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, Instant};

/// What a commit of one minute writes: four pages and their heads in the log.
const SYNCED: usize = 4 * (4_096 + 24);

/// Times of appending as many bytes to a file and syncing it, without a database.
pub fn syncs(path: &Path, count: usize) -> Vec<Duration> {
    let mut file = std::fs::File::create(path).expect("writable");
    let bytes = [7_u8; SYNCED];
    let mut sync = || {
        let began = Instant::now();
        file.write_all(&bytes).expect("room");
        file.sync_data().expect("synced");
        began.elapsed()
    };
    (0..count).map(|_| sync()).collect()
}
