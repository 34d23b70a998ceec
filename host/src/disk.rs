//! What the standard library leaves to the user of a disk: a file that one process at a time holds, names that survive a loss of
//! power.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

/// A file that one process at a time holds; it says which. The system lets go of it when the process ends, however it ends.
///
/// The file itself is never removed: who waits for it must not wait for a file that is gone.
#[derive(Debug)]
pub struct FileLock {
    _file: File,
}

/// What became of the wish to hold a file.
#[derive(Debug)]
pub enum Taken {
    /// It is ours.
    Ours(FileLock),
    /// Another process has it, with this id if it was written down already.
    Held(Option<u32>),
}

impl FileLock {
    /// Takes it unless another one has it.
    ///
    /// # Errors
    /// The file cannot be made or written.
    pub fn try_take(path: &Path) -> io::Result<Taken> {
        let mut file = open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Taken::Ours(Self::signed(file)?)),
            Err(TryLockError::WouldBlock) => Ok(Taken::Held(holder(&mut file))),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    /// Takes it, after another one that has it; `waiting` is called if there is one.
    ///
    /// # Errors
    /// The file cannot be made or written.
    pub fn take(path: &Path, waiting: impl FnOnce()) -> io::Result<Self> {
        let file = open(path)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                waiting();
                file.lock()?;
            }
            Err(TryLockError::Error(error)) => return Err(error),
        }
        Self::signed(file)
    }

    /// Writes down who has it.
    fn signed(mut file: File) -> io::Result<Self> {
        file.set_len(0)?;
        writeln!(file, "{}", std::process::id())?;
        Ok(Self { _file: file })
    }
}

/// Opened without cutting it: it may name the one who has it.
fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)
}

fn holder(file: &mut File) -> Option<u32> {
    let mut text = String::new();
    file.take(32).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

/// Makes sure that the names in a folder survive a loss of power.
///
/// # Errors
/// The folder cannot be read, or the disk refuses.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) {
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_file_names_its_holder_until_it_is_let_go() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.lock");
        let held = FileLock::take(&path, || panic!("nobody has it")).expect("taken");
        let Taken::Held(pid) = FileLock::try_take(&path).expect("looked at") else {
            panic!("taken twice");
        };
        assert_eq!(pid, Some(std::process::id()));
        drop(held);
        assert!(matches!(FileLock::try_take(&path), Ok(Taken::Ours(_))));
    }

    #[test]
    fn a_shorter_id_leaves_nothing_of_a_longer_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x.lock");
        std::fs::write(&path, "123456789012345678\n").expect("written");
        let _held = FileLock::take(&path, || {}).expect("taken");
        let text = std::fs::read_to_string(&path).expect("read");
        assert_eq!(text, format!("{}\n", std::process::id()));
    }
}
