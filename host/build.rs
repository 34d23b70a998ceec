//! Lists the sources of the SDK and the templates of `host new`, so that the binary carries them: a project builds anywhere.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders of the SDK that an author's project has no use for.
const LEFT_OUT: [&str; 6] = [
    "tests",
    "benches",
    "examples",
    "target",
    "__pycache__",
    "venv",
];

fn main() {
    let host = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = host
        .parent()
        .expect("the workspace is around it")
        .to_owned();
    let mut sdk = Vec::new();
    for part in [
        "guest-sdk",
        "wit",
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
    ] {
        collect(&root, &root.join(part), &LEFT_OUT, &mut sdk);
    }
    let templates = host.join("templates");
    let mut shapes = Vec::new();
    collect(&templates, &templates, &[], &mut shapes);
    let mut text = String::new();
    list(&mut text, "SDK", &root, &sdk);
    list(&mut text, "TEMPLATES", &templates, &shapes);
    let out = PathBuf::from(std::env::var("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("embedded.rs"), text).expect("cargo made the folder");
}

/// Every file under a path, relative to the root, with `/` between the parts.
fn collect(root: &Path, path: &Path, left_out: &[&str], files: &mut Vec<String>) {
    println!("cargo::rerun-if-changed={}", path.display());
    if path.is_file() {
        let relative = path.strip_prefix(root).expect("it lies under the root");
        let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
        files.push(parts.join("/"));
        return;
    }
    let entries = fs::read_dir(path).expect("the folder is in the repository");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    paths.sort();
    for path in paths {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let is_left_out =
            left_out.contains(&name.as_str()) || name.starts_with('.') || name.ends_with(".pyc");
        if !is_left_out {
            collect(root, &path, left_out, files);
        }
    }
}

fn list(text: &mut String, name: &str, root: &Path, files: &[String]) {
    let _ = writeln!(
        text,
        "pub(super) static {name}: [(&str, &[u8]); {}] = [",
        files.len()
    );
    for file in files {
        let path = root.join(file);
        let _ = writeln!(text, "    ({file:?}, include_bytes!({path:?})),");
    }
    text.push_str("];\n");
}
