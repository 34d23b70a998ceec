//! Standard output of a program whose reader may leave early: `host profiles | head` ends quietly.

use std::io::{ErrorKind, Result, Write};

use crate::cli::CliError;
use crate::cli::terminal::Surroundings;

/// Prints text as it is.
///
/// # Errors
/// The output cannot be written, for another reason than that nobody reads it.
pub(super) fn print(text: &str) -> std::result::Result<(), CliError> {
    let mut out = Quiet(std::io::stdout().lock());
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|e| CliError::world(format!("writing to standard output: {e}")))
}

/// Prints text for people, as their terminal can show it.
///
/// # Errors
/// As [`print`].
pub(super) fn show(text: &str) -> std::result::Result<(), CliError> {
    print(&Surroundings::seen().fitted(text))
}

/// A writer that forgets what nobody reads any more.
pub(super) struct Quiet<W>(pub W);

impl<W: Write> Write for Quiet<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        match self.0.write(bytes) {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(bytes.len()),
            other => other,
        }
    }

    fn flush(&mut self) -> Result<()> {
        match self.0.flush() {
            Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Gone;

    impl Write for Gone {
        fn write(&mut self, _: &[u8]) -> Result<usize> {
            Err(ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> Result<()> {
            Err(ErrorKind::BrokenPipe.into())
        }
    }

    #[test]
    fn a_reader_that_left_is_no_mistake() {
        let mut out = Quiet(Gone);
        out.write_all(b"text").expect("nobody misses it");
        out.flush().expect("nobody misses it");
    }
}
