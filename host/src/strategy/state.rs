//! What stands behind one instance: the desk during a call, what is left of its bounds, its last words.

use std::sync::Arc;

use super::limits::Limits;
use crate::domain::Timestamp;
use crate::engine::{Desk, Level};

/// Error-level lines and standard error of one call, kept for the message of a fault.
const LAST_WORDS_BYTES: usize = 4 << 10;
/// Log lines kept before there is a desk.
const EARLY_LINES: usize = 100;
/// A line of standard output longer than this is cut into several.
const LINE_BYTES: usize = 1 << 10;

/// Why an import stopped the guest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Stop {
    #[error("more than {0} calls of the host in one call")]
    Calls(u32),
    #[error("more than {0} bytes exchanged with the host in one call")]
    Bytes(usize),
    #[error("a string of {0} bytes, the limit is {1}")]
    LongString(usize, usize),
    #[error("`{0}` does not work in `manifest` and `init`, where only `log` does")]
    NotYet(&'static str),
    #[error("it called `{0}`, which is not available to strategies")]
    Unavailable(String),
    #[error("it ended its own process")]
    Exit,
}

/// Is there a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// `manifest` and `init`: nothing but `log`.
    Setup,
    /// Handlers.
    Running,
}

/// Data of a store.
pub(super) struct State {
    /// The engine's desk during a call, an empty one between calls.
    pub(super) desk: Box<Desk>,
    pub(super) stage: Stage,
    pub(super) memory: Memory,
    pub(super) limits: Arc<Limits>,
    calls_left: u32,
    bytes_left: usize,
    /// What the guest said in this call that may explain a fault.
    last_words: String,
    /// Lines logged before there was a desk.
    early: Vec<(Level, String)>,
    output: [String; 2],
    early_random: u64,
}

/// Standard output or standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Output {
    Out,
    Err,
}

impl State {
    pub(super) fn new(limits: Arc<Limits>) -> Self {
        Self {
            desk: Box::new(Desk::empty()),
            stage: Stage::Setup,
            memory: Memory::new(&limits),
            calls_left: limits.host_calls,
            bytes_left: limits.call_bytes,
            limits,
            last_words: String::new(),
            early: Vec::new(),
            output: [String::new(), String::new()],
            early_random: 0,
        }
    }

    /// A call of the guest begins: its bounds are full again.
    #[inline]
    pub(super) fn begin(&mut self) {
        self.calls_left = self.limits.host_calls;
        self.bytes_left = self.limits.call_bytes;
        self.memory.denied = false;
        if !self.last_words.is_empty() {
            self.last_words.clear();
        }
    }

    /// Counts one call of the host.
    #[inline]
    pub(super) fn count(&mut self) -> Result<(), Stop> {
        match self.calls_left.checked_sub(1) {
            Some(left) => {
                self.calls_left = left;
                Ok(())
            }
            None => Err(Stop::Calls(self.limits.host_calls)),
        }
    }

    /// Counts one call of the host that needs a desk.
    #[inline]
    pub(super) fn call(&mut self, name: &'static str) -> Result<&mut Desk, Stop> {
        self.count()?;
        match self.stage {
            Stage::Running => Ok(&mut self.desk),
            Stage::Setup => Err(Stop::NotYet(name)),
        }
    }

    /// Counts bytes that crossed the boundary, either way.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), Stop> {
        match self.bytes_left.checked_sub(bytes) {
            Some(left) => {
                self.bytes_left = left;
                Ok(())
            }
            None => Err(Stop::Bytes(self.limits.call_bytes)),
        }
    }

    /// Counts a text from the guest.
    pub(super) fn charge_text(&mut self, text: &str) -> Result<(), Stop> {
        if text.len() > self.limits.string_bytes {
            return Err(Stop::LongString(text.len(), self.limits.string_bytes));
        }
        self.charge(text.len())
    }

    /// One line of the log, kept until there is a desk to log to.
    pub(super) fn log(&mut self, level: Level, text: &str) {
        if level == Level::Error {
            self.remember(text);
        }
        match self.stage {
            Stage::Running => self.desk.log(level, text),
            Stage::Setup if self.early.len() < EARLY_LINES => {
                let end = text.floor_char_boundary(LINE_BYTES);
                self.early.push((level, text[..end].to_owned()));
            }
            Stage::Setup => {}
        }
    }

    /// Hands what was logged before there was a desk to the desk.
    pub(super) fn flush_early(&mut self) {
        for (level, text) in std::mem::take(&mut self.early) {
            self.desk.log(level, &text);
        }
    }

    /// Bytes written to standard output or standard error: whole lines go to the log.
    pub(super) fn write(&mut self, output: Output, bytes: &[u8]) {
        let text = String::from_utf8_lossy(bytes);
        if output == Output::Err {
            self.remember_raw(&text);
        }
        let index = output as usize;
        for piece in text.split_inclusive('\n') {
            let room = LINE_BYTES.saturating_sub(self.output[index].len());
            let end = piece.floor_char_boundary(room.max(4));
            self.output[index].push_str(&piece[..end]);
            if piece.ends_with('\n') || self.output[index].len() >= LINE_BYTES {
                self.flush_line(output);
            }
        }
    }

    fn flush_line(&mut self, output: Output) {
        let line = std::mem::take(&mut self.output[output as usize]);
        let line = line.trim_end();
        if line.is_empty() {
            return;
        }
        let level = match output {
            Output::Out => Level::Info,
            Output::Err => Level::Warn,
        };
        self.log(level, line);
    }

    /// What has been written without a line's end becomes a line: the guest will write no more.
    pub(super) fn flush_output(&mut self) {
        self.flush_line(Output::Out);
        self.flush_line(Output::Err);
    }

    fn remember(&mut self, text: &str) {
        self.remember_raw(text);
        self.remember_raw("\n");
    }

    /// The first words count as much as the last: a panic comes first, a traceback ends with the reason. So the middle goes.
    fn remember_raw(&mut self, text: &str) {
        self.last_words
            .push_str(&text[..text.floor_char_boundary(LAST_WORDS_BYTES)]);
        if self.last_words.len() > LAST_WORDS_BYTES {
            let start = self.last_words.len() - LAST_WORDS_BYTES;
            let start = self.last_words.ceil_char_boundary(start);
            self.last_words.drain(..start);
        }
    }

    pub(super) fn last_words(&self) -> &str {
        &self.last_words
    }

    /// The moment shown to the guest.
    pub(super) fn now(&self) -> Timestamp {
        self.desk.now()
    }

    /// 64 bits for virtual WASI: from the run's seed while there is a desk, before that a fixed sequence (splitmix64), because a
    /// fresh instance must be the same in every run.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in [0, 2^53)"
    )]
    pub(super) fn random_u64(&mut self) -> u64 {
        if self.stage == Stage::Running {
            let mut half = || (self.desk.random() * 4_294_967_296.0) as u64;
            return half() << 32 | half();
        }
        self.early_random = self.early_random.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.early_random;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }
}

/// Memory and tables of one instance. Beyond a limit the growth fails; a guest that cannot live with that traps, and `denied`
/// tells why.
pub(super) struct Memory {
    bytes: usize,
    bytes_max: usize,
    elements: usize,
    elements_max: usize,
    counts: [usize; 3],
    /// Was a growth denied since the call began.
    pub(super) denied: bool,
}

impl Memory {
    fn new(limits: &Limits) -> Self {
        Self {
            bytes: 0,
            bytes_max: limits.memory_bytes,
            elements: 0,
            elements_max: limits.table_elements,
            counts: [limits.core_instances, limits.tables, limits.memories].map(|n| n as usize),
            denied: false,
        }
    }

    /// Linear memory of the instance now.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}

/// A new total after growing one part, if it stays within the limit.
fn grown(total: usize, current: usize, desired: usize, max: usize) -> Option<usize> {
    total
        .checked_sub(current)?
        .checked_add(desired)
        .filter(|new| *new <= max)
}

impl wasmtime::ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // What the module's own maximum forbids is denied by the runtime afterwards and must not be counted.
        let allowed = maximum.is_none_or(|max| desired <= max);
        let new = grown(self.bytes, current, desired, self.bytes_max).filter(|_| allowed);
        match new {
            Some(bytes) => self.bytes = bytes,
            None => self.denied = true,
        }
        Ok(new.is_some())
    }

    fn table_growing(
        &mut self,
        current: usize,
        desired: usize,
        maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let allowed = maximum.is_none_or(|max| desired <= max);
        let new = grown(self.elements, current, desired, self.elements_max).filter(|_| allowed);
        match new {
            Some(elements) => self.elements = elements,
            None => self.denied = true,
        }
        Ok(new.is_some())
    }

    fn instances(&self) -> usize {
        self.counts[0]
    }

    fn tables(&self) -> usize {
        self.counts[1]
    }

    fn memories(&self) -> usize {
        self.counts[2]
    }
}
