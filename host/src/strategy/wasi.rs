//! WASI 0.2 as a strategy sees it: a computer without files, network, arguments or environment, whose clock shows the event's
//! time, whose dice come from the run's seed and whose output is the strategy's log. See `docs/decisions/0001-virtual-wasi.md`.
//!
//! Functions that are served have their exact types here, so that a component with other ideas about them does not link. Every
//! other function of an allowed interface traps with its name.

use wasmtime::component::types::{ComponentItem, Type};
use wasmtime::component::{
    Component, ComponentNamedList, ComponentType, Lift, Linker, LinkerInstance, Lower, Resource,
    ResourceType, Val,
};
use wasmtime::{Result, StoreContextMut};

use super::imports::Verdict;
use super::state::{Output, State, Stop};

/// Bytes an output stream takes at once.
const WRITE_BYTES: u64 = 4_096;
/// Random bytes given at once.
const RANDOM_BYTES: u64 = 64 << 10;

/// Every resource of virtual WASI; its number says what it is.
struct Virtual;

const STDIN: u32 = 0;
const STDOUT: u32 = 1;
const STDERR: u32 = 2;
const POLLABLE: u32 = 3;

/// `wasi:io/streams.stream-error`.
#[derive(ComponentType, Lift, Lower)]
#[component(variant)]
enum StreamError {
    #[component(name = "last-operation-failed")]
    LastOperationFailed(Resource<Virtual>),
    #[component(name = "closed")]
    Closed,
}

/// `wasi:clocks/wall-clock.datetime`.
#[derive(ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

type Handle = Resource<Virtual>;
type Strings = Vec<(String, String)>;

/// Defines what a component imports of WASI, at the versions it names.
pub(super) fn add_to_linker(linker: &mut Linker<State>, component: &Component) -> Result<()> {
    let engine = linker.engine().clone();
    for (name, import) in component.component_type().imports(&engine) {
        let ComponentItem::ComponentInstance(interface) = import.ty else {
            continue;
        };
        if Verdict::of(name) != Verdict::Wasi {
            continue;
        }
        let short = name.split('@').next().unwrap_or(name);
        let mut instance = linker.instance(name)?;
        for (item, export) in interface.exports(&engine) {
            match export.ty {
                ComponentItem::Resource(_) => {
                    instance.resource(item, ResourceType::host::<Virtual>(), |_, _| Ok(()))?;
                }
                ComponentItem::ComponentFunc(_) => define(&mut instance, short, item)?,
                _ => {}
            }
        }
    }
    Ok(())
}

/// One function, counted like every other call of the host.
fn serve<P, R>(
    instance: &mut LinkerInstance<'_, State>,
    item: &str,
    answer: impl Fn(&mut State, P) -> Result<R> + Send + Sync + 'static,
) -> Result<()>
where
    P: ComponentNamedList + Lift + 'static,
    R: ComponentNamedList + Lower + 'static,
{
    instance.func_wrap(
        item,
        move |mut store: StoreContextMut<'_, State>, params: P| {
            let state = store.data_mut();
            state.count()?;
            answer(state, params)
        },
    )
}

fn define(i: &mut LinkerInstance<'_, State>, interface: &str, item: &str) -> Result<()> {
    match (interface.trim_start_matches("wasi:"), item) {
        ("cli/environment", "get-environment") => serve(i, item, |_, ()| Ok((Strings::new(),))),
        ("cli/environment", "get-arguments") => serve(i, item, |_, ()| Ok((Vec::<String>::new(),))),
        ("cli/environment", "initial-cwd") => serve(i, item, |_, ()| Ok((None::<String>,))),
        ("cli/exit", "exit") => {
            serve::<(std::result::Result<(), ()>,), ()>(i, item, |_, _| Err(Stop::Exit.into()))
        }
        ("cli/stdin", "get-stdin") => serve(i, item, |_, ()| Ok((Handle::new_own(STDIN),))),
        ("cli/stdout", "get-stdout") => serve(i, item, |_, ()| Ok((Handle::new_own(STDOUT),))),
        ("cli/stderr", "get-stderr") => serve(i, item, |_, ()| Ok((Handle::new_own(STDERR),))),
        ("cli/terminal-stdin" | "cli/terminal-stdout" | "cli/terminal-stderr", _) => {
            serve(i, item, |_, ()| Ok((None::<Handle>,)))
        }
        ("filesystem/preopens", "get-directories") => {
            serve(i, item, |_, ()| Ok((Vec::<(Handle, String)>::new(),)))
        }
        ("clocks/monotonic-clock" | "clocks/wall-clock", _) => define_clock(i, interface, item),
        ("io/poll" | "io/error" | "io/streams", _) => define_io(i, interface, item),
        ("random/random" | "random/insecure" | "random/insecure-seed", _) => {
            define_random(i, interface, item)
        }
        _ => refuse(i, interface, item),
    }
}

/// Nothing is served. Where the function's type has a word for a refusal (files, sockets) the guest gets that; else calling it is
/// a fault that names it.
fn refuse(i: &mut LinkerInstance<'_, State>, interface: &str, item: &str) -> Result<()> {
    let name = format!("{interface} {item}");
    i.func_new(item, move |mut store, ty, params, results| {
        store.data_mut().count()?;
        let denied = ty.results().next().as_ref().and_then(denial);
        let (Some(denied), Some(result)) = (denied, results.first_mut()) else {
            return Err(Stop::Unavailable(name.clone()).into());
        };
        for param in params {
            // A handle that was lent must be given back, or the runtime calls it a mistake of ours.
            if let Val::Resource(resource) = param {
                resource.resource_drop(&mut store)?;
            }
        }
        *result = denied;
        Ok(())
    })
}

/// `access` (files) or `access-denied` (sockets), where a function can answer that.
fn denial(result: &Type) -> Option<Val> {
    let Type::Result(result) = result else {
        return None;
    };
    let Some(Type::Enum(codes)) = result.err() else {
        return None;
    };
    let code = codes
        .names()
        .find(|name| matches!(*name, "access" | "access-denied"))?;
    let code = Val::Enum(code.to_owned());
    Some(Val::Result(Err(Some(Box::new(code)))))
}

/// The event's time. Never zero: Go takes that for a broken clock.
fn monotonic_ns(state: &State) -> u64 {
    1 + state.clock_ms().saturating_mul(1_000_000)
}

fn define_clock(i: &mut LinkerInstance<'_, State>, interface: &str, item: &str) -> Result<()> {
    match (interface, item) {
        ("wasi:clocks/monotonic-clock", "now") => serve(i, item, |s, ()| Ok((monotonic_ns(s),))),
        ("wasi:clocks/monotonic-clock", "resolution") => {
            serve(i, item, |_, ()| Ok((1_000_000u64,)))
        }
        ("wasi:clocks/monotonic-clock", "subscribe-instant" | "subscribe-duration") => {
            serve(i, item, |_, (_,): (u64,)| Ok((Handle::new_own(POLLABLE),)))
        }
        ("wasi:clocks/wall-clock", "now") => serve(i, item, |s, ()| {
            let ms = s.clock_ms();
            let nanoseconds = u32::try_from(ms % 1_000 * 1_000_000).unwrap_or(0);
            Ok((Datetime {
                seconds: ms / 1_000,
                nanoseconds,
            },))
        }),
        ("wasi:clocks/wall-clock", "resolution") => serve(i, item, |_, ()| {
            Ok((Datetime {
                seconds: 0,
                nanoseconds: 1_000_000,
            },))
        }),
        _ => refuse(i, interface, item),
    }
}

/// Polling never waits: everything is ready, and standard input is at its end.
fn define_io(i: &mut LinkerInstance<'_, State>, interface: &str, item: &str) -> Result<()> {
    type Taken = std::result::Result<(), StreamError>;
    let Some(method) = item.split('.').nth(1) else {
        return match item {
            "poll" => serve(i, item, |state, (pollables,): (Vec<Handle>,)| {
                let ready: Vec<u32> = (0..).take(pollables.len()).collect();
                state.charge(ready.len() * 4)?;
                Ok((ready,))
            }),
            _ => refuse(i, interface, item),
        };
    };
    match method {
        "ready" => serve(i, item, |_, (_,): (Handle,)| Ok((true,))),
        "block" => serve(i, item, |_, (_,): (Handle,)| Ok(())),
        "subscribe" => serve(i, item, |_, (_,): (Handle,)| {
            Ok((Handle::new_own(POLLABLE),))
        }),
        "to-debug-string" => serve(i, item, |_, (_,): (Handle,)| Ok((String::new(),))),
        "read" | "blocking-read" => serve(i, item, |_, (_, _): (Handle, u64)| {
            Ok((Err::<Vec<u8>, _>(StreamError::Closed),))
        }),
        "skip" | "blocking-skip" => serve(i, item, |_, (_, _): (Handle, u64)| {
            Ok((Err::<u64, _>(StreamError::Closed),))
        }),
        "check-write" => serve(i, item, |_, (_,): (Handle,)| {
            Ok((Ok::<_, StreamError>(WRITE_BYTES),))
        }),
        "flush" | "blocking-flush" => serve(i, item, |_, (_,): (Handle,)| Ok((Taken::Ok(()),))),
        "write" | "blocking-write-and-flush" => {
            serve(i, item, |state, (stream, bytes): (Handle, Vec<u8>)| {
                state.charge(bytes.len())?;
                match stream.rep() {
                    STDERR => state.write(Output::Err, &bytes),
                    _ => state.write(Output::Out, &bytes),
                }
                Ok((Taken::Ok(()),))
            })
        }
        _ => refuse(i, interface, item),
    }
}

fn define_random(i: &mut LinkerInstance<'_, State>, interface: &str, item: &str) -> Result<()> {
    match item {
        "get-random-u64" | "get-insecure-random-u64" => {
            serve(i, item, |state, ()| Ok((state.random_u64(),)))
        }
        "insecure-seed" => serve(i, item, |state, ()| {
            Ok(((state.random_u64(), state.random_u64()),))
        }),
        "get-random-bytes" | "get-insecure-random-bytes" => {
            serve(i, item, |state, (length,): (u64,)| {
                let length = usize::try_from(length.min(RANDOM_BYTES + 1)).unwrap_or(usize::MAX);
                if length as u64 > RANDOM_BYTES {
                    return Err(Stop::Bytes(64 << 10).into());
                }
                state.charge(length)?;
                let mut bytes = Vec::with_capacity(length + 8);
                while bytes.len() < length {
                    bytes.extend_from_slice(&state.random_u64().to_le_bytes());
                }
                bytes.truncate(length);
                Ok((bytes,))
            })
        }
        _ => refuse(i, interface, item),
    }
}
