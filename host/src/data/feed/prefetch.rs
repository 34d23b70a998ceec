//! Decoding ahead: a thread fills blocks while the engine works on the one before.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use crate::data::DataError;
use crate::domain::Timeframe;
use crate::engine::{Block, Feed, FeedError};

/// Blocks under way: one being filled, one waiting, one in use.
const DEPTH: usize = 2;

/// The blocks of another feed, from a thread of their own. Buffers go back and forth, none is allocated while running.
pub struct Prefetch {
    state: State,
}

enum State {
    /// Nothing was asked for yet: no thread before the first block.
    Idle(Box<dyn Feed + Send>),
    Running {
        filled: Option<Receiver<Result<Block, FeedError>>>,
        empty: Option<SyncSender<Block>>,
        thread: Option<JoinHandle<()>>,
    },
    Ended,
}

impl Prefetch {
    /// Works ahead of whoever asks for the blocks of this feed.
    #[must_use]
    pub fn new(feed: Box<dyn Feed + Send>) -> Self {
        Self {
            state: State::Idle(feed),
        }
    }

    /// Closes the channels, which ends the thread, and waits for it.
    fn stop(&mut self) {
        let state = std::mem::replace(&mut self.state, State::Ended);
        if let State::Running {
            filled,
            empty,
            thread,
        } = state
        {
            drop((filled, empty));
            if let Some(Err(panic)) = thread.map(JoinHandle::join) {
                std::panic::resume_unwind(panic);
            }
        }
    }
}

impl Feed for Prefetch {
    fn next_block(&mut self, block: &mut Block) -> Result<bool, FeedError> {
        block.slots.clear();
        block.references.clear();
        block.events.clear();
        if matches!(self.state, State::Idle(_))
            && let State::Idle(feed) = std::mem::replace(&mut self.state, State::Ended)
        {
            self.state = start(feed)?;
        }
        let State::Running { filled, empty, .. } = &self.state else {
            return Ok(false);
        };
        let (Some(filled), Some(empty)) = (filled, empty) else {
            return Ok(false);
        };
        match filled.recv() {
            Ok(Ok(mut next)) => {
                std::mem::swap(block, &mut next);
                // The thread may have ended: then nobody needs the buffer.
                let _ = empty.send(next);
                Ok(true)
            }
            Ok(Err(error)) => {
                self.stop();
                Err(error)
            }
            Err(_) => {
                self.stop();
                Ok(false)
            }
        }
    }
}

impl Drop for Prefetch {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.stop();
        }
    }
}

fn start(mut feed: Box<dyn Feed + Send>) -> Result<State, DataError> {
    let (send_filled, filled) = sync_channel(DEPTH);
    let (empty, take_empty) = sync_channel(DEPTH + 2);
    for _ in 0..=DEPTH {
        let _ = empty.send(Block::new(0, Timeframe::M1));
    }
    let thread = std::thread::Builder::new()
        .name("candles".to_owned())
        .spawn(move || {
            while let Ok(mut block) = take_empty.recv() {
                let message = match feed.next_block(&mut block) {
                    Ok(true) => Ok(block),
                    Ok(false) => return,
                    Err(error) => Err(error),
                };
                let failed = message.is_err();
                if send_filled.send(message).is_err() || failed {
                    return;
                }
            }
        })
        .map_err(|e| DataError::world(format!("starting a thread to read candles: {e}")))?;
    Ok(State::Running {
        filled: Some(filled),
        empty: Some(empty),
        thread: Some(thread),
    })
}
