//! Compiled code, kept by what it was compiled from and by whom. Nothing from outside is ever taken for compiled code.
//!
//! A file is named after the sha256 of the component and of everything about the compiler that matters. It carries a digest of
//! its own: a torn, rotten or foreign file is compiled anew and replaced. Two processes may write at once: each writes a file of
//! its own and renames it. The digest is no signature: whoever may write this directory may run code here, so a directory that
//! others may write is not used.

use std::fs::{self, OpenOptions};
use std::hash::{Hash, Hasher};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use wasmtime::Engine;
use wasmtime::component::Component;

const MAGIC: &[u8; 16] = b"strategy-code-1\n";
const DIGEST: usize = 32;

/// A directory of compiled components.
#[derive(Debug, Clone)]
pub(super) struct Cache {
    dir: PathBuf,
}

impl Cache {
    /// Opens or makes the directory; `None` where it cannot be trusted or written.
    pub(super) fn open(dir: &Path) -> Option<Self> {
        let dir = dir.join("compiled");
        let made = make_private(&dir);
        if let Err(error) = made {
            tracing::warn!(dir = %dir.display(), %error, "compiled strategies are not cached");
            return None;
        }
        if !is_private(&dir) {
            tracing::warn!(dir = %dir.display(), "others may write here: compiled strategies are not cached");
            return None;
        }
        Some(Self { dir })
    }

    fn path(&self, engine: &Engine, component: &[u8; 32]) -> PathBuf {
        let mut hasher = StableHasher(blake3::Hasher::new());
        engine.precompile_compatibility_hash().hash(&mut hasher);
        hasher.0.update(component);
        self.dir
            .join(format!("{}.cwasm", hasher.0.finalize().to_hex()))
    }

    /// The compiled form of a component, if a sound one is here.
    pub(super) fn get(&self, engine: &Engine, component: &[u8; 32]) -> Option<Component> {
        let path = self.path(engine, component);
        let file = fs::read(&path).ok()?;
        let Some(code) = checked(&file) else {
            tracing::warn!(path = %path.display(), "damaged compiled strategy: compiling it again");
            return None;
        };
        #[expect(
            unsafe_code,
            reason = "native code is run as it stands: the file was written by this program into a directory only its user may \
                      write, its digest was checked a line above, and the runtime checks that version and settings are its own"
        )]
        // SAFETY: the bytes are what `Component::serialize` gave, see the reason above.
        let component = unsafe { Component::deserialize(engine, code) };
        match component {
            Ok(component) => Some(component),
            Err(error) => {
                tracing::warn!(path = %path.display(), %error, "foreign compiled strategy: compiling it again");
                None
            }
        }
    }

    /// Keeps the compiled form. A full or read-only disk costs the next start some time and nothing else.
    pub(super) fn put(&self, engine: &Engine, component: &[u8; 32], compiled: &Component) {
        let path = self.path(engine, component);
        let written = compiled
            .serialize()
            .map_err(std::io::Error::other)
            .and_then(|code| write(&path, &code));
        if let Err(error) = written {
            tracing::warn!(path = %path.display(), %error, "the compiled strategy is not cached");
        }
    }
}

fn checked(file: &[u8]) -> Option<&[u8]> {
    let rest = file.strip_prefix(MAGIC)?;
    let (digest, code) = rest.split_at_checked(DIGEST)?;
    (blake3::hash(code).as_bytes() == digest).then_some(code)
}

fn write(path: &Path, code: &[u8]) -> std::io::Result<()> {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let temporary = path.with_extension(format!("{}-{number}.tmp", std::process::id()));
    let result = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&temporary)
        .and_then(|mut file| {
            file.write_all(MAGIC)?;
            file.write_all(blake3::hash(code).as_bytes())?;
            file.write_all(code)?;
            fs::rename(&temporary, path)
        });
    if result.is_err() {
        // What is half written helps nobody; that it cannot be removed either is no news.
        let _ = fs::remove_file(&temporary);
    }
    result
}

#[cfg(unix)]
fn make_private(dir: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    if let Some(parent) = dir.parent() {
        fs::create_dir_all(parent)?;
    }
    match fs::DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        result => result,
    }
}

#[cfg(unix)]
fn is_private(dir: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(dir).is_ok_and(|meta| meta.is_dir() && meta.permissions().mode() & 0o022 == 0)
}

#[cfg(not(unix))]
fn make_private(dir: &Path) -> std::io::Result<()> {
    fs::create_dir_all(dir)
}

#[cfg(not(unix))]
fn is_private(dir: &Path) -> bool {
    dir.is_dir()
}

/// A hasher that gives the same in every process.
struct StableHasher(blake3::Hasher);

impl Hasher for StableHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    fn finish(&self) -> u64 {
        let bytes = *self.0.finalize().as_bytes();
        u64::from_le_bytes(bytes[..8].try_into().expect("32 bytes hold 8"))
    }
}
