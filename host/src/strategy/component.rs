//! A strategy's file: read, judged, compiled, ready to be instantiated any number of times.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Engine, Store};

use super::bindings::{Strategy, StrategyPre};
use super::error::{InitError, LoadError};
use super::fault::{self, Call};
use super::imports::{CONTRACT, Verdict};
use super::instance::{Live, WasmStrategy};
use super::limits::Limits;
use super::runtime::Runtime;
use super::state::State;
use super::structure::{self, Structure};
use super::{convert, manifest, parameters, wasi};
use crate::domain::{Manifest, Needs, ParameterValue};

/// A compiled strategy. Cheap to clone; clones share the code. `Sync`: instances may be made on any thread.
#[derive(Clone)]
pub struct Component {
    shared: Arc<Shared>,
}

struct Shared {
    name: String,
    sha256: [u8; 32],
    bytes: u64,
    structure: Structure,
    engine: Engine,
    limits: Arc<Limits>,
    pre: StrategyPre<State>,
    manifest: OnceLock<Manifest>,
}

impl Component {
    pub(super) fn load(runtime: &Runtime, name: &str, bytes: &[u8]) -> Result<Self, LoadError> {
        let limits = runtime.limits();
        let size = bytes.len() as u64;
        if size > limits.component_bytes {
            let limit = limits.component_bytes;
            return Err(LoadError::TooLarge {
                name: name.to_owned(),
                bytes: size,
                limit,
            });
        }
        let structure = structure::read(bytes, limits).map_err(|reason| LoadError::Structure {
            name: name.to_owned(),
            reason,
        })?;
        check_imports(name, &structure)?;
        let sha256: [u8; 32] = Sha256::digest(bytes).into();
        let compiled = match runtime
            .cache()
            .and_then(|c| c.get(runtime.engine(), &sha256))
        {
            Some(compiled) => compiled,
            None => {
                let compiled = compile(runtime.engine(), name, bytes, limits)?;
                if let Some(cache) = runtime.cache() {
                    cache.put(runtime.engine(), &sha256, &compiled);
                }
                compiled
            }
        };
        let pre = link(runtime.engine(), &compiled).map_err(|error| LoadError::Link {
            name: name.to_owned(),
            message: format!("{error:#}"),
        })?;
        let shared = Shared {
            name: name.to_owned(),
            sha256,
            bytes: size,
            structure,
            engine: runtime.engine().clone(),
            limits: runtime.shared_limits(),
            pre,
            manifest: OnceLock::new(),
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }

    /// Digest of the file, in hexadecimal.
    #[must_use]
    pub fn sha256(&self) -> String {
        self.shared
            .sha256
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    }

    /// Size of the file.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.shared.bytes
    }

    /// What stands in the file: imports and their verdicts, languages, counts.
    #[must_use]
    pub fn structure(&self) -> &Structure {
        &self.shared.structure
    }

    /// Does it pull history, so that the engine must keep some.
    #[must_use]
    pub fn imports_history(&self) -> bool {
        let imports = &self.shared.structure.imports;
        imports
            .iter()
            .any(|import| import.name.starts_with("trading:strategy/history@"))
    }

    /// What the strategy says of itself; asked once, of an instance that is thrown away.
    ///
    /// # Errors
    /// A fault, or a manifest nobody could work with.
    pub fn manifest(&self) -> Result<&Manifest, LoadError> {
        if let Some(manifest) = self.shared.manifest.get() {
            return Ok(manifest);
        }
        let manifest = self.ask_manifest()?;
        Ok(self.shared.manifest.get_or_init(|| manifest))
    }

    fn ask_manifest(&self) -> Result<Manifest, LoadError> {
        let name = &self.shared.name;
        let (mut store, guest) = self.new_instance(name)?;
        store.set_hostcall_fuel(self.shared.limits.manifest_bytes);
        refuel(&mut store, self.shared.limits.setup_fuel);
        let answer = guest.trading_strategy_guest().call_manifest(&mut store);
        let answer =
            answer.map_err(|error| self.fault(name, Call::Manifest, &error, &mut store))?;
        let answer = convert::manifest(answer);
        manifest::check(&answer).map_err(|message| LoadError::Manifest {
            name: name.clone(),
            message,
        })?;
        Ok(answer)
    }

    fn new_instance(&self, who: &str) -> Result<(Store<State>, Strategy), LoadError> {
        let shared = &self.shared;
        let mut store = Store::new(&shared.engine, State::new(Arc::clone(&shared.limits)));
        store.limiter(|state| &mut state.memory);
        store.set_hostcall_fuel(shared.limits.call_bytes);
        refuel(&mut store, shared.limits.setup_fuel);
        match shared.pre.instantiate(&mut store) {
            Ok(guest) => Ok((store, guest)),
            Err(error) => Err(self.instance_error(who, &error, &mut store)),
        }
    }

    /// Setting up runs code of the guest, checks the types of its exports and takes memory: three kinds of failures.
    fn instance_error(
        &self,
        who: &str,
        error: &wasmtime::Error,
        store: &mut Store<State>,
    ) -> LoadError {
        let name = self.shared.name.clone();
        let ran = error.downcast_ref::<wasmtime::WasmBacktrace>().is_some();
        if ran || store.data().memory.denied {
            return self.fault(who, Call::Instantiate, error, store);
        }
        let message = format!("{error:#}");
        if message.contains("mmap")
            || message.contains("memory map")
            || message.contains("allocate")
        {
            LoadError::Instance { name, message }
        } else {
            LoadError::Link { name, message }
        }
    }

    fn fault(
        &self,
        who: &str,
        call: Call,
        error: &wasmtime::Error,
        store: &mut Store<State>,
    ) -> LoadError {
        store.data_mut().flush_output();
        let fault = fault::explain(
            who,
            call,
            error,
            store.data(),
            self.shared.limits.setup_fuel,
        );
        LoadError::Fault { fault }
    }

    /// A fresh instance with these parameters (absent ones take their defaults), and what it needs.
    ///
    /// # Errors
    /// Parameters that do not fit the manifest or that the strategy does not accept, a fault, needs that cannot be met.
    pub fn instantiate(
        &self,
        given: &[(String, ParameterValue)],
    ) -> Result<(WasmStrategy, Needs), InitError> {
        let manifest = self.manifest()?;
        let who = format!("{} {}", manifest.name, manifest.version);
        let values =
            parameters::complete(manifest, given).map_err(|source| InitError::Parameter {
                name: who.clone(),
                source,
            })?;
        let (mut store, guest) = self.new_instance(&who)?;
        let needs = self.ask_needs(&who, &mut store, &guest, &values)?;
        manifest::check_needs(&needs, manifest).map_err(|message| InitError::Needs {
            name: who.clone(),
            message,
        })?;
        let live = Live::new(store, guest, &self.shared.limits);
        Ok((WasmStrategy::new(who, live), needs))
    }

    fn ask_needs(
        &self,
        who: &str,
        store: &mut Store<State>,
        guest: &Strategy,
        values: &[(String, ParameterValue)],
    ) -> Result<Needs, InitError> {
        use super::bindings::exports::trading::strategy::guest::NamedValue;
        use super::bindings::trading::strategy::manifest::InitError as Answer;
        let named: Vec<NamedValue<'_>> = values
            .iter()
            .map(|(name, value)| NamedValue {
                name,
                value: convert::parameter_value(value),
            })
            .collect();
        store.data_mut().begin();
        refuel(store, self.shared.limits.setup_fuel);
        let answer = guest
            .trading_strategy_guest()
            .call_init(&mut *store, &named);
        let answer = answer.map_err(|error| match self.fault(who, Call::Init, &error, store) {
            LoadError::Fault { fault } => InitError::Fault(fault),
            other => InitError::Load(other),
        })?;
        let name = who.to_owned();
        answer.map(convert::needs).map_err(|refused| match refused {
            Answer::InvalidParameters(message) => InitError::InvalidParameters {
                name,
                message: printable(&message),
            },
            Answer::Failed(message) => InitError::Failed {
                name,
                message: printable(&message),
            },
        })
    }
}

/// At most a line of the guest's own words.
fn printable(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(1_000)
        .collect()
}

/// Full fuel for the next call.
#[inline]
pub(super) fn refuel(store: &mut Store<State>, fuel: u64) {
    store.set_fuel(fuel).expect("the runtime counts fuel");
}

fn check_imports(name: &str, structure: &Structure) -> Result<(), LoadError> {
    let name = || name.to_owned();
    let other_contract = structure
        .imports
        .iter()
        .find_map(|import| match import.verdict {
            Verdict::OtherContract(version) => Some(version),
            _ => None,
        });
    let exported = structure
        .exports
        .iter()
        .find(|e| e.starts_with("trading:strategy/guest@"));
    let exported = exported.map(|export| Verdict::of(&export.replace("/guest@", "/types@")));
    let other_export = match exported {
        Some(Verdict::OtherContract(version)) => Some(version),
        _ => None,
    };
    if let Some(version) = other_contract.or(other_export) {
        let (wanted, newer) = (version.line(), version > CONTRACT);
        return Err(LoadError::OtherContract {
            name: name(),
            wanted,
            newer,
        });
    }
    if let Some(foreign) = structure
        .imports
        .iter()
        .find(|import| !import.verdict.is_allowed())
    {
        return Err(LoadError::ForeignImport {
            name: name(),
            import: foreign.name.clone(),
        });
    }
    if exported.is_none() {
        return Err(LoadError::NoStrategy { name: name() });
    }
    Ok(())
}

/// Compiles on a thread of its own, because a compilation cannot be interrupted: one that takes too long is left behind.
fn compile(
    engine: &Engine,
    name: &str,
    bytes: &[u8],
    limits: &Limits,
) -> Result<wasmtime::component::Component, LoadError> {
    let (sender, receiver) = mpsc::channel();
    let (engine, bytes) = (engine.clone(), bytes.to_vec());
    std::thread::spawn(move || {
        // Nobody listens anymore after the time is over.
        let _ = sender.send(wasmtime::component::Component::new(&engine, &bytes));
    });
    let seconds = limits.compile_seconds;
    let name = name.to_owned();
    match receiver.recv_timeout(Duration::from_secs(seconds)) {
        Ok(result) => result.map_err(|error| LoadError::Compile {
            name,
            message: format!("{error:#}"),
        }),
        Err(RecvTimeoutError::Timeout) => Err(LoadError::CompileTime { name, seconds }),
        Err(RecvTimeoutError::Disconnected) => Err(LoadError::Compile {
            name,
            message: "the compiler itself failed".to_owned(),
        }),
    }
}

fn link(
    engine: &Engine,
    component: &wasmtime::component::Component,
) -> wasmtime::Result<StrategyPre<State>> {
    let mut linker = Linker::new(engine);
    Strategy::add_to_linker::<_, HasSelf<State>>(&mut linker, |state| state)?;
    wasi::add_to_linker(&mut linker, component)?;
    StrategyPre::new(linker.instantiate_pre(component)?)
}
