//! The compiler and its settings, shared by all strategies of a process.

use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;

use wasmtime::{Config, Engine, RegallocAlgorithm};

use super::cache::Cache;
use super::component::Component;
use super::error::{LoadError, RuntimeError};
use super::limits::Limits;

/// Version of the runtime and its compiler: part of a run's manifest, because fuel is counted in its instructions.
pub const RUNTIME_VERSION: &str = "wasmtime 48.0.8, cranelift";

/// Frames of a guest's stack kept for the message of a fault.
const BACKTRACE_FRAMES: NonZeroUsize = NonZeroUsize::new(20).expect("20 is not 0");

/// Compiles and loads strategies. Cheap to clone; clones share everything.
#[derive(Clone)]
pub struct Runtime {
    engine: Engine,
    limits: Arc<Limits>,
    cache: Option<Cache>,
}

impl Runtime {
    /// A runtime with these bounds. Compiled code is kept under `cache_dir`, if there is one.
    ///
    /// # Errors
    /// A machine the compiler does not know.
    pub fn new(limits: Limits, cache_dir: Option<&Path>) -> Result<Self, RuntimeError> {
        let engine = Engine::new(&config(&limits)).map_err(|error| RuntimeError {
            message: format!("{error:#}"),
        })?;
        let cache = cache_dir.and_then(Cache::open);
        Ok(Self {
            engine,
            limits: Arc::new(limits),
            cache,
        })
    }

    /// The bounds of every strategy loaded here.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Reads, checks and compiles a component, or takes its compiled form from the cache.
    ///
    /// # Errors
    /// A file that cannot be read, is no strategy, or is beyond the limits.
    pub fn load(&self, path: &Path) -> Result<Component, LoadError> {
        let name = path
            .file_stem()
            .map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let read = |source| LoadError::Read {
            name: name.clone(),
            path: path.display().to_string(),
            source,
        };
        let bytes = std::fs::metadata(path).map_err(read)?.len();
        let limit = self.limits.component_bytes;
        if bytes > limit {
            return Err(LoadError::TooLarge { name, bytes, limit });
        }
        let bytes = std::fs::read(path).map_err(read)?;
        self.load_bytes(&name, &bytes)
    }

    /// The same from memory; `name` is for messages.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub fn load_bytes(&self, name: &str, bytes: &[u8]) -> Result<Component, LoadError> {
        Component::load(self, name, bytes)
    }

    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn shared_limits(&self) -> Arc<Limits> {
        Arc::clone(&self.limits)
    }

    pub(super) fn cache(&self) -> Option<&Cache> {
        self.cache.as_ref()
    }
}

/// Everything that could make two runs differ is off or fixed here.
fn config(limits: &Limits) -> Config {
    let mut config = Config::new();
    // Fuel stops a loop at the same instruction everywhere. Epochs would not, and cost twice as much in tight loops: they stay off.
    config.consume_fuel(true);
    // Bits of a NaN differ between processors; a guest that looks at them must see the same ones.
    config.cranelift_nan_canonicalization(true);
    config.relaxed_simd_deterministic(true);
    config.wasm_memory64(false);
    config.max_wasm_stack(limits.stack_bytes);
    config.wasm_backtrace_max_frames(Some(BACKTRACE_FRAMES));
    // Register allocation by the better algorithm: compiled once, run millions of times.
    config.cranelift_regalloc_algorithm(RegallocAlgorithm::Backtracking);
    config
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_on_record_is_the_one_that_is_linked() {
        let lock = include_str!("../../../Cargo.lock").replace('\n', " ");
        let version = super::RUNTIME_VERSION.replace(", cranelift", "");
        let (name, number) = version.split_once(' ').expect("name and number");
        assert!(lock.contains(&format!("name = \"{name}\" version = \"{number}\"")));
    }
}
