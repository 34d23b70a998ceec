//! A CSV or a zip as a source: its rows are parsed on a thread of their own and handed over in batches.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;

use super::Source;
use crate::data::DataError;
use crate::data::grid::Grid;
use crate::data::import::each_candle;
use crate::domain::Candle;

/// Candles handed over at a time.
const BATCH: usize = 4_096;
/// Batches waiting.
const DEPTH: usize = 4;

/// A text file being read.
pub(super) struct TextSource {
    batches: Option<Receiver<Result<Vec<Candle>, DataError>>>,
    thread: Option<JoinHandle<()>>,
}

impl TextSource {
    /// Starts reading. Every row is checked as on import.
    pub(super) fn open(path: &Path, grid: Grid) -> Result<Self, DataError> {
        let (send, batches) = sync_channel(DEPTH);
        let path: PathBuf = path.to_owned();
        let read = move || {
            let mut batch = Vec::with_capacity(BATCH);
            let result = each_candle(&path, grid, &mut |candle| {
                batch.push(*candle);
                if batch.len() < BATCH {
                    return Ok(());
                }
                let full = std::mem::replace(&mut batch, Vec::with_capacity(BATCH));
                send.send(Ok(full))
                    .map_err(|_| DataError::world("nobody reads on"))
            });
            // Where nobody listens any more there is nobody to tell.
            let _ = send.send(result.map(|()| batch));
        };
        let thread = std::thread::Builder::new()
            .name("text".to_owned())
            .spawn(read)
            .map_err(|e| DataError::world(format!("starting a thread to read a file: {e}")))?;
        Ok(Self {
            batches: Some(batches),
            thread: Some(thread),
        })
    }
}

impl Source for TextSource {
    fn read(&mut self, out: &mut Vec<Candle>) -> Result<bool, DataError> {
        let Some(batches) = &self.batches else {
            return Ok(false);
        };
        if let Ok(batch) = batches.recv() {
            out.extend(batch?);
            return Ok(true);
        }
        self.batches = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Err(panic)) => std::panic::resume_unwind(panic),
            _ => Ok(false),
        }
    }
}

impl Drop for TextSource {
    fn drop(&mut self) {
        self.batches = None;
        if let Some(thread) = self.thread.take() {
            // A panic of the thread is ours to report only where its rows were still wanted.
            let _ = thread.join();
        }
    }
}
