//! What an indicator takes is taken by `new`: as much as its periods ask for, and nothing after that.
#![expect(
    unsafe_code,
    reason = "an allocator that counts is the only witness; it hands everything on to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use indicators::catalog::{self, Entry, Input, Kind};

struct Counting;

static TAKEN_BYTES: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: every call goes to the system's allocator as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        TAKEN_BYTES.fetch_add(layout.size(), Relaxed);
        // SAFETY: as promised by the caller.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as promised by the caller.
        unsafe { System.dealloc(pointer, layout) }
    }
}

/// Bytes taken from the allocator since the start.
fn taken() -> usize {
    TAKEN_BYTES.load(Relaxed)
}

/// What an indicator may take for each value its periods hold: the values of six inputs, three times over.
const BYTES_PER_VALUE: f64 = 6.0 * 8.0 * 3.0;
/// What it may take whatever its periods.
const BYTES_MAX: f64 = 8_192.0;

/// Values that the periods of an indicator hold.
fn values_held(entry: &Entry, parameters: &[f64]) -> f64 {
    // One average for each period up to the longest.
    if entry.name == "mavp" {
        return parameters[1] * parameters[1];
    }
    let whole = entry.parameters.iter().zip(parameters);
    whole
        .filter(|(parameter, _)| parameter.kind == Kind::Whole)
        .map(|(_, value)| value)
        .sum()
}

fn check(entry: &Entry, parameters: &[f64]) {
    let before = taken();
    let mut stream = entry
        .make(parameters)
        .expect("parameters within their bounds");
    let made = taken() - before;
    let most = BYTES_MAX + BYTES_PER_VALUE * values_held(entry, parameters);
    assert!(
        made as f64 <= most,
        "{} {parameters:?} takes {made} bytes, not {most}",
        entry.name
    );
    let mut outputs = vec![f64::NAN; entry.outputs.len()];
    let mut inputs = vec![0.0; entry.inputs.len()];
    let before = taken();
    for step in 0..300 {
        for (place, (input, number)) in entry.inputs.iter().zip(&mut inputs).enumerate() {
            *number = match input {
                Input::OpenTime => f64::from(step) * 60_000.0,
                _ => f64::from((step * 7 + place as i32 * 3) % 31 + 1),
            };
        }
        stream.update(&inputs, &mut outputs);
    }
    let grown = taken() - before;
    assert_eq!(grown, 0, "{} {parameters:?} grows", entry.name);
}

#[test]
fn memory_is_bounded_by_the_periods_and_taken_once() {
    for entry in catalog::all() {
        check(&entry, &entry.defaults());
        let longest = |parameter: &catalog::Parameter| match parameter.kind {
            Kind::Whole => parameter.max,
            Kind::Real | Kind::Average => parameter.default,
        };
        let longest: Vec<f64> = entry.parameters.iter().map(longest).collect();
        check(&entry, &longest);
    }
}
