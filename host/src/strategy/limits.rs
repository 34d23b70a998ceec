//! Every bound of the sandbox in one place. Source of the defaults: `defaults.md` section 1.
//!
//! What concerns orders, timers and telemetry is bounded by the engine's `Desk`, which sees their meaning; here stands what the
//! runtime itself must bound. All of it goes into a run's manifest (see [`Limits::entries`]), because a different limit can stop a
//! strategy at a different moment.

const MIB: usize = 1 << 20;
const KIB: usize = 1 << 10;

/// Size of a component file.
pub const COMPONENT_BYTES: u64 = 64 << 20;
/// Functions in all core modules of a component together.
pub const FUNCTIONS: u32 = 200_000;
/// Body of one core function: the compiler's time and memory grow faster than it does. The largest interpreter loops have 250 KiB.
pub const FUNCTION_BYTES: u32 = 1 << 20;
/// Components inside components.
pub const NESTING: u32 = 16;
/// Core instances, counted as often as the component around them is instantiated.
pub const CORE_INSTANCES: u32 = 40;
/// Linear memories, counted likewise.
pub const MEMORIES: u32 = 8;
/// Tables, counted likewise.
pub const TABLES: u32 = 16;
/// Seconds a compilation may take.
pub const COMPILE_SECONDS: u64 = 60;
/// All linear memories of an instance together.
pub const MEMORY_BYTES: usize = 64 * MIB;
/// Elements of all tables together.
pub const TABLE_ELEMENTS: usize = 20_000;
/// Stack of the guest.
pub const STACK_BYTES: usize = 512 * KIB;
/// Fuel of a handler call.
pub const HANDLER_FUEL: u64 = 200_000_000;
/// Fuel of `manifest`, `init`, `start` and each call of the warm-up.
pub const SETUP_FUEL: u64 = 5_000_000_000;
/// Calls of the host in one call of the guest.
pub const HOST_CALLS: u32 = 20_000;
/// Bytes copied by them, both ways together, and the bytes a call may return.
pub const CALL_BYTES: usize = MIB;
/// One string from the guest.
pub const STRING_BYTES: usize = 64 * KIB;
/// All strings and lists of a manifest together.
pub const MANIFEST_BYTES: usize = 256 * KIB;

/// The bounds of a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(missing_docs, reason = "documented at the constants of the same names")]
pub struct Limits {
    pub component_bytes: u64,
    pub functions: u32,
    pub function_bytes: u32,
    pub nesting: u32,
    pub core_instances: u32,
    pub memories: u32,
    pub tables: u32,
    pub compile_seconds: u64,
    pub memory_bytes: usize,
    pub table_elements: usize,
    pub stack_bytes: usize,
    pub handler_fuel: u64,
    pub setup_fuel: u64,
    pub host_calls: u32,
    pub call_bytes: usize,
    pub string_bytes: usize,
    pub manifest_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            component_bytes: COMPONENT_BYTES,
            functions: FUNCTIONS,
            function_bytes: FUNCTION_BYTES,
            nesting: NESTING,
            core_instances: CORE_INSTANCES,
            memories: MEMORIES,
            tables: TABLES,
            compile_seconds: COMPILE_SECONDS,
            memory_bytes: MEMORY_BYTES,
            table_elements: TABLE_ELEMENTS,
            stack_bytes: STACK_BYTES,
            handler_fuel: HANDLER_FUEL,
            setup_fuel: SETUP_FUEL,
            host_calls: HOST_CALLS,
            call_bytes: CALL_BYTES,
            string_bytes: STRING_BYTES,
            manifest_bytes: MANIFEST_BYTES,
        }
    }
}

impl Limits {
    /// Name and value of every limit, in a fixed order: for a run's manifest and for `inspect`.
    #[must_use]
    pub fn entries(&self) -> [(&'static str, u64); 17] {
        [
            ("component_bytes", self.component_bytes),
            ("functions", u64::from(self.functions)),
            ("function_bytes", u64::from(self.function_bytes)),
            ("nesting", u64::from(self.nesting)),
            ("core_instances", u64::from(self.core_instances)),
            ("memories", u64::from(self.memories)),
            ("tables", u64::from(self.tables)),
            ("compile_seconds", self.compile_seconds),
            ("memory_bytes", self.memory_bytes as u64),
            ("table_elements", self.table_elements as u64),
            ("stack_bytes", self.stack_bytes as u64),
            ("handler_fuel", self.handler_fuel),
            ("setup_fuel", self.setup_fuel),
            ("host_calls", u64::from(self.host_calls)),
            ("call_bytes", self.call_bytes as u64),
            ("string_bytes", self.string_bytes as u64),
            ("manifest_bytes", self.manifest_bytes as u64),
        ]
    }
}
