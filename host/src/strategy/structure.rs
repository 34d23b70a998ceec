//! What a file is, before anything in it is compiled: its kind, its imports by name, its size in the units the limits count.
//!
//! Reads hostile bytes: every count saturates, every index is looked up, nothing recurses.

use wasmparser::{
    ComponentAlias, ComponentExternalKind, ComponentInstance, ComponentOuterAliasKind,
    ComponentTypeRef, Encoding, Instance, KnownCustom, Parser, Payload,
};

use super::imports::{Import, Verdict};
use super::limits::Limits;

/// Imports, exports, aliases and instances of all levels together. Large script components have some thousands.
const ITEMS: u32 = 100_000;

/// Why bytes are not a component this host would compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum StructureError {
    #[error("is a core WebAssembly module, not a component")]
    CoreModule,
    #[error(
        "is native code compiled from WebAssembly by another program, which this host does not run"
    )]
    Precompiled,
    #[error("is WebAssembly text")]
    Text,
    #[error("is not WebAssembly")]
    NotWasm,
    #[error("is not a valid component: {0}")]
    Malformed(String),
    #[error("has {count} {what}, the limit is {limit}")]
    Limit {
        what: &'static str,
        count: u64,
        limit: u64,
    },
}

impl StructureError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::CoreModule => {
                "build for wasm32-wasip2 (`host build DIR` does), or make a component of it with `wasm-tools component new`"
            }
            Self::Precompiled => {
                "give the .wasm file it was compiled from; this host compiles and caches it itself"
            }
            Self::Text => "translate it first: `wasm-tools parse FILE.wat -o FILE.wasm`",
            Self::NotWasm => {
                "a strategy is a WebAssembly component; strategies/ma-crossover is one to start from"
            }
            Self::Malformed(_) => {
                "build it again; if it was downloaded, download it again and compare its digest"
            }
            Self::Limit { .. } => "make the component smaller, or raise the limit if you trust it",
        }
    }
}

/// What stands in a component.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Structure {
    /// What it imports, in the order of the file.
    pub imports: Vec<Import>,
    /// What it exports, in the order of the file.
    pub exports: Vec<String>,
    /// Languages named in its own `producers` section; where it has none, in those of its parts, without repetition.
    pub languages: Vec<String>,
    /// Its licence, as it says.
    pub license: Option<String>,
    /// SHA-256 of the sources it was built from, as it says.
    pub source_sha256: Option<String>,
    /// What its instantiation creates.
    pub size: Size,
    /// Core functions.
    pub functions: u64,
}

/// What an instantiation creates; a component instantiated twice counts twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Size {
    pub core_instances: u64,
    pub memories: u64,
    pub tables: u64,
}

impl Size {
    /// Of something defined elsewhere: whoever instantiates it is refused.
    const UNKNOWN: Self = Self {
        core_instances: u64::MAX,
        memories: u64::MAX,
        tables: u64::MAX,
    };

    fn add(&mut self, other: Self) {
        self.core_instances = self.core_instances.saturating_add(other.core_instances);
        self.memories = self.memories.saturating_add(other.memories);
        self.tables = self.tables.saturating_add(other.tables);
    }
}

/// One component or module being read, with the index spaces that instantiations refer to.
#[derive(Default)]
struct Scope {
    is_module: bool,
    size: Size,
    modules: Vec<Size>,
    components: Vec<Size>,
}

/// Reads a component.
///
/// # Errors
/// Bytes that are something else, or a component beyond the limits.
pub fn read(bytes: &[u8], limits: &Limits) -> Result<Structure, StructureError> {
    check_kind(bytes)?;
    let mut reader = Reader {
        items: 0,
        limits,
        structure: Structure::default(),
        own_languages: Vec::new(),
        scopes: Vec::new(),
    };
    for payload in Parser::new(0).parse_all(bytes) {
        reader.payload(payload.map_err(malformed)?)?;
    }
    let Reader {
        mut structure,
        own_languages,
        ..
    } = reader;
    if !own_languages.is_empty() {
        structure.languages = own_languages;
    }
    let checks = [
        (
            "core instances",
            structure.size.core_instances,
            limits.core_instances,
        ),
        ("memories", structure.size.memories, limits.memories),
        ("tables", structure.size.tables, limits.tables),
    ];
    for (what, count, limit) in checks {
        check(what, count, limit)?;
    }
    Ok(structure)
}

fn check_kind(bytes: &[u8]) -> Result<(), StructureError> {
    if Parser::is_component(bytes) {
        return Ok(());
    }
    Err(if Parser::is_core_wasm(bytes) {
        StructureError::CoreModule
    } else if bytes.starts_with(b"\x7fELF") {
        StructureError::Precompiled
    } else if bytes.trim_ascii_start().starts_with(b"(component")
        || bytes.trim_ascii_start().starts_with(b"(module")
    {
        StructureError::Text
    } else {
        StructureError::NotWasm
    })
}

fn malformed(error: wasmparser::BinaryReaderError) -> StructureError {
    StructureError::Malformed(format!("{} at byte {}", error.message(), error.offset()))
}

fn check(what: &'static str, count: u64, limit: u32) -> Result<(), StructureError> {
    let limit = u64::from(limit);
    if count > limit {
        Err(StructureError::Limit { what, count, limit })
    } else {
        Ok(())
    }
}

struct Reader<'a> {
    items: u64,
    limits: &'a Limits,
    structure: Structure,
    /// Languages the outermost component names.
    own_languages: Vec<String>,
    scopes: Vec<Scope>,
}

impl Reader<'_> {
    fn payload(&mut self, payload: Payload<'_>) -> Result<(), StructureError> {
        match payload {
            Payload::Version { encoding, .. } => self.open(encoding)?,
            Payload::End(_) => self.close(),
            Payload::FunctionSection(section) => {
                self.structure.functions += u64::from(section.count());
                check("functions", self.structure.functions, self.limits.functions)?;
            }
            Payload::CodeSectionEntry(body) => {
                let bytes = body.range().len() as u64;
                check("bytes in one function", bytes, self.limits.function_bytes)?;
            }
            Payload::MemorySection(section) => {
                self.scope().size.memories += u64::from(section.count())
            }
            Payload::TableSection(section) => {
                self.scope().size.tables += u64::from(section.count())
            }
            Payload::InstanceSection(section) => {
                self.items(section.count())?;
                for instance in section {
                    self.core_instance(&instance.map_err(malformed)?);
                }
            }
            Payload::ComponentInstanceSection(section) => {
                self.items(section.count())?;
                for instance in section {
                    self.instance(&instance.map_err(malformed)?);
                }
            }
            Payload::ComponentAliasSection(section) => {
                self.items(section.count())?;
                for alias in section {
                    self.alias(alias.map_err(malformed)?);
                }
            }
            Payload::ComponentImportSection(section) => {
                self.items(section.count())?;
                for import in section {
                    let import = import.map_err(malformed)?;
                    self.import(import.name.0, import.ty);
                }
            }
            Payload::ComponentExportSection(section) => {
                self.items(section.count())?;
                for export in section {
                    let export = export.map_err(malformed)?;
                    self.export(export.name.0, export.kind, export.index);
                }
            }
            Payload::CustomSection(section) => match section.as_known() {
                KnownCustom::Producers(producers) => self.producers(producers),
                _ if self.scopes.len() == 1 => self.claim(section.name(), section.data()),
                _ => {}
            },
            _ => {}
        }
        Ok(())
    }

    /// Counts what a section declares before it is read: a few bytes of file must not become much memory.
    fn items(&mut self, count: u32) -> Result<(), StructureError> {
        self.items += u64::from(count);
        check("imports, exports, aliases and instances", self.items, ITEMS)
    }

    fn scope(&mut self) -> &mut Scope {
        if self.scopes.is_empty() {
            self.scopes.push(Scope::default());
        }
        self.scopes
            .last_mut()
            .expect("one was pushed if there was none")
    }

    fn open(&mut self, encoding: Encoding) -> Result<(), StructureError> {
        let is_module = matches!(encoding, Encoding::Module);
        self.scopes.push(Scope {
            is_module,
            ..Scope::default()
        });
        check(
            "levels of nesting",
            self.scopes.len() as u64,
            self.limits.nesting,
        )
    }

    fn close(&mut self) {
        let Some(done) = self.scopes.pop() else {
            return;
        };
        match self.scopes.last_mut() {
            Some(parent) if done.is_module => parent.modules.push(done.size),
            Some(parent) => parent.components.push(done.size),
            None => self.structure.size = done.size,
        }
    }

    fn core_instance(&mut self, instance: &Instance<'_>) {
        if let Instance::Instantiate { module_index, .. } = instance {
            let scope = self.scope();
            let module = scope
                .modules
                .get(*module_index as usize)
                .copied()
                .unwrap_or(Size::UNKNOWN);
            scope.size.add(Size {
                core_instances: 1,
                ..Size::default()
            });
            scope.size.add(module);
        }
    }

    fn instance(&mut self, instance: &ComponentInstance<'_>) {
        if let ComponentInstance::Instantiate {
            component_index, ..
        } = instance
        {
            let scope = self.scope();
            let index = *component_index as usize;
            let component = scope
                .components
                .get(index)
                .copied()
                .unwrap_or(Size::UNKNOWN);
            scope.size.add(component);
        }
    }

    fn alias(&mut self, alias: ComponentAlias<'_>) {
        match alias {
            ComponentAlias::InstanceExport {
                kind: ComponentExternalKind::Module,
                ..
            } => {
                self.scope().modules.push(Size::UNKNOWN);
            }
            ComponentAlias::InstanceExport {
                kind: ComponentExternalKind::Component,
                ..
            } => {
                self.scope().components.push(Size::UNKNOWN);
            }
            ComponentAlias::Outer { kind, count, index } => {
                let outer = self.scopes.len().checked_sub(1 + count as usize);
                let outer = outer.and_then(|i| self.scopes.get(i));
                let size = |space: fn(&Scope) -> &Vec<Size>| {
                    outer
                        .and_then(|s| space(s).get(index as usize))
                        .copied()
                        .unwrap_or(Size::UNKNOWN)
                };
                match kind {
                    ComponentOuterAliasKind::CoreModule => {
                        let size = size(|s| &s.modules);
                        self.scope().modules.push(size);
                    }
                    ComponentOuterAliasKind::Component => {
                        let size = size(|s| &s.components);
                        self.scope().components.push(size);
                    }
                    ComponentOuterAliasKind::CoreType | ComponentOuterAliasKind::Type => {}
                }
            }
            _ => {}
        }
    }

    fn import(&mut self, name: &str, kind: ComponentTypeRef) {
        match kind {
            ComponentTypeRef::Module(_) => self.scope().modules.push(Size::UNKNOWN),
            ComponentTypeRef::Component(_) => self.scope().components.push(Size::UNKNOWN),
            _ => {}
        }
        if self.scopes.len() == 1 {
            self.structure.imports.push(Import {
                name: clipped(name),
                verdict: Verdict::of(name),
            });
        }
    }

    /// An exported item gets a second index in its space.
    fn export(&mut self, name: &str, kind: ComponentExternalKind, index: u32) {
        let scope = self.scope();
        match kind {
            ComponentExternalKind::Module => {
                scope.modules.push(
                    scope
                        .modules
                        .get(index as usize)
                        .copied()
                        .unwrap_or(Size::UNKNOWN),
                );
            }
            ComponentExternalKind::Component => {
                let size = scope
                    .components
                    .get(index as usize)
                    .copied()
                    .unwrap_or(Size::UNKNOWN);
                scope.components.push(size);
            }
            _ => {}
        }
        if self.scopes.len() == 1 {
            self.structure.exports.push(clipped(name));
        }
    }

    /// Information for people, from a section anybody may write: bounded, and wrong ones are passed over.
    fn producers(&mut self, section: wasmparser::ProducersSectionReader<'_>) {
        let is_own = self.scopes.len() == 1;
        for field in section
            .into_iter()
            .flatten()
            .filter(|f| f.name == "language")
        {
            for value in field.values.into_iter().flatten() {
                let name = clipped(value.name);
                let lists = [
                    Some(&mut self.structure.languages),
                    is_own.then_some(&mut self.own_languages),
                ];
                for list in lists.into_iter().flatten() {
                    if list.len() < 8 && !list.contains(&name) {
                        list.push(name.clone());
                    }
                }
            }
        }
    }

    /// What it says of itself in sections that are known by name (`docs/kit.md`). The same caution.
    fn claim(&mut self, section: &str, data: &[u8]) {
        let place = match section {
            "licenses" => &mut self.structure.license,
            "sources-sha256" => &mut self.structure.source_sha256,
            _ => return,
        };
        *place = std::str::from_utf8(data).ok().map(clipped);
    }
}

/// Names are shown to people: at most 200 characters, no control characters.
fn clipped(name: &str) -> String {
    name.chars().filter(|c| !c.is_control()).take(200).collect()
}
