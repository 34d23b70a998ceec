//! `host build DIR`: a strategy's sources into one file that can be handed around.

use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest as _, Sha256};

use crate::cli::output::print;
use crate::cli::{CliError, locate, market};
use crate::config::{self, Settings};
use crate::runs::json::pretty;
use crate::runs::manifest::hex;
use crate::strategy::{Limits, Runtime};
use crate::toolchain::product::{self, Product};

/// Build a strategy's sources into a component.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host build my-strategy                       makes my-strategy/my-strategy.wasm\n  \
    host build my-strategy --output dropin/      into a folder\n  \
    host build my-strategy --json\n\n\
    The component carries its name, version, licence and the SHA-256 of its sources (`host inspect` shows them). A missing Rust target\n\
    is installed. What the host would refuse to run is told here.")]
pub(super) struct Args {
    /// Folder of a project: Cargo.toml, or pyproject.toml and strategy.py.
    dir: PathBuf,
    /// File or folder to put the component in [default: NAME.wasm in the project].
    #[arg(long, value_name = "FILE", alias = "out")]
    output: Option<PathBuf>,
    /// Print one JSON document instead of the path.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let built = locate::build(&args.dir, settings)?;
    let warnings = judge(&built, settings)?;
    let path = destination(args, &built.stamp.name);
    let writing =
        |e: std::io::Error| CliError::world(e).context(format!("writing {}", path.display()));
    let bytes = std::fs::read(&built.path).map_err(writing)?;
    product::replace(&path, &bytes).map_err(writing)?;
    for warning in &warnings {
        eprintln!("warning: {warning}");
    }
    if args.json {
        print(&document(&built, &path, &bytes, &warnings))?;
    } else {
        print(&format!("{}\n", path.display()))?;
    }
    Ok(0)
}

fn destination(args: &Args, name: &str) -> PathBuf {
    let file = format!("{name}.wasm");
    match &args.output {
        None => args.dir.join(file),
        Some(folder) if folder.is_dir() => folder.join(file),
        Some(file) => file.clone(),
    }
}

/// Would the host run it: its structure, its imports and its manifest are what they must be. What is only odd is a warning.
fn judge(built: &Product, settings: &Settings) -> Result<Vec<String>, CliError> {
    let cache = market::compile_cache(&settings.path(&config::CACHE_PATH));
    let component = Runtime::new(Limits::default(), Some(&cache))?.load(&built.path)?;
    let manifest = component.manifest()?;
    let stamp = &built.stamp;
    let mut warnings = Vec::new();
    if (&manifest.name, &manifest.version) != (&stamp.name, &stamp.version) {
        warnings.push(format!(
            "the manifest does not match the package: the strategy calls itself {} {}, its package is {} {}",
            manifest.name, manifest.version, stamp.name, stamp.version
        ));
    }
    Ok(warnings)
}

fn document(built: &Product, path: &Path, bytes: &[u8], warnings: &[String]) -> String {
    let stamp = &built.stamp;
    pretty(&json!({
        "schema": "build/1",
        "path": path,
        "name": stamp.name,
        "version": stamp.version,
        "language": stamp.language,
        "license": stamp.license,
        "source_sha256": stamp.source_sha256,
        "sha256": hex(&Sha256::digest(bytes)),
        "bytes": bytes.len(),
        "warnings": warnings,
    }))
}
