//! From a project, whatever it is written in, to a component with its stamp.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::project::{self, Language};
use super::stamp::Stamp;
use super::{
    BuildError, Options, absolute, build_guest, cargo_program, clean, lock, place, python, sdk,
    start_error, unusable,
};
use crate::domain::check_identity;

/// Builds of sources that change meanwhile before that is told. Cargo writes `Cargo.lock` in the first.
const TRIES: usize = 3;

/// A component that was built from a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Product {
    /// What it says about itself.
    pub stamp: Stamp,
    /// The file, named after the package, in the folder of the build.
    pub path: PathBuf,
}

/// What a package says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, an SPDX expression, if it says one.
    pub license: Option<String>,
    /// One paragraph about it; empty if it says nothing.
    pub description: String,
    /// Who wrote it.
    pub authors: Vec<String>,
}

/// Builds the project in a folder and stamps the component. `progress` gets a line for each thing that is done.
///
/// # Errors
/// A folder that is no project, a missing tool, sources that do not compile.
pub fn build(
    dir: &Path,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Product, BuildError> {
    let language = project::language(dir)?;
    restore_sdk(dir, language)?;
    let _turn = match (language, &options.target_dir) {
        // Cargo has one file for all packages of a name: in a folder that serves many projects they take turns.
        (Language::Rust, Some(shared)) => Some(lock(&absolute(shared)?.join(".host.lock"))?),
        _ => None,
    };
    let digest = || project::source_digest(dir, language).map_err(|source| unusable(dir, source));
    let mut source_sha256 = digest()?;
    for _ in 0..TRIES {
        let (built, package) = match language {
            Language::Rust => (build_guest(dir, options, progress)?, rust_package(dir)?),
            Language::Python => {
                let package = python_package(dir)?;
                let built = python::build(dir, &package, &source_sha256, options, progress)?;
                (built, package)
            }
        };
        // Saved while they were compiled: nobody knows which of them are in the file.
        let after = digest()?;
        if after != source_sha256 {
            source_sha256 = after;
            continue;
        }
        let stamp = Stamp {
            name: package.name,
            version: package.version,
            license: package.license,
            source_sha256,
            language: language.name(),
        };
        let path = write_stamped(dir, &built, &stamp)?;
        return Ok(Product { stamp, path });
    }
    Err(BuildError::Changing {
        dir: dir.display().to_string(),
    })
}

/// A project whose copy of the SDK is missing (it was not handed around with the sources) gets the one this program carries.
pub(super) fn restore_sdk(dir: &Path, language: Language) -> Result<(), BuildError> {
    let folder = dir.join(sdk::FOLDER);
    let (manifest, part) = match language {
        Language::Rust => ("Cargo.toml", sdk::Part::Rust),
        Language::Python => ("pyproject.toml", sdk::Part::Python),
    };
    let wanted = fs::read_to_string(dir.join(manifest)).is_ok_and(|text| text.contains(".sdk/"));
    if wanted && !folder.exists() {
        sdk::unpack(part, &folder).map_err(|source| unusable(&folder, source))?;
    }
    Ok(())
}

/// Beside the build's own file, which its tool compares and links: that one is left as it is. Each project has a folder of its own,
/// so that two of one name do not take each other's place.
fn write_stamped(dir: &Path, built: &Path, stamp: &Stamp) -> Result<PathBuf, BuildError> {
    let bytes = fs::read(built).map_err(|source| unusable(built, source))?;
    let stamped = stamp.write(&bytes).map_err(|message| {
        unusable(
            built,
            std::io::Error::new(std::io::ErrorKind::InvalidData, message),
        )
    })?;
    let folder = built.with_file_name("stamped").join(place(dir)?);
    fs::create_dir_all(&folder).map_err(|source| unusable(&folder, source))?;
    let path = folder.join(format!("{}.wasm", stamp.name));
    replace(&path, &stamped).map_err(|source| unusable(&path, source))?;
    Ok(path)
}

/// Puts a file in place as a whole: who reads it meanwhile sees the old one or the new one.
///
/// # Errors
/// The folder cannot be written.
pub fn replace(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if fs::read(path).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut fresh = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))?;
    fresh.write_all(bytes)?;
    #[cfg(unix)]
    fresh
        .as_file()
        .set_permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644))?;
    fresh.persist(path)?;
    Ok(())
}

/// Name, version and licence as cargo resolves them: they may be inherited from a workspace.
fn rust_package(dir: &Path) -> Result<Package, BuildError> {
    let mut cargo = clean(dir, cargo_program());
    cargo.args([
        "metadata",
        "--no-deps",
        "--offline",
        "--format-version",
        "1",
    ]);
    let output = cargo
        .output()
        .map_err(|source| start_error(&cargo, source))?;
    let manifest = dir.join("Cargo.toml");
    let manifest = fs::canonicalize(&manifest).map_err(|source| unusable(&manifest, source))?;
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let packages = metadata["packages"].as_array().into_iter().flatten();
    let ours = |package: &&serde_json::Value| {
        package["manifest_path"]
            .as_str()
            .is_some_and(|path| Path::new(path) == manifest)
    };
    let text = |value: &serde_json::Value| value.as_str().map(str::to_owned);
    packages
        .into_iter()
        .find(ours)
        .and_then(|package| {
            Some(Package {
                name: text(&package["name"])?,
                version: text(&package["version"])?,
                license: text(&package["license"]),
                description: text(&package["description"]).unwrap_or_default(),
                authors: strings(package["authors"].as_array(), text),
            })
        })
        .ok_or_else(|| BuildError::Manifest {
            path: manifest.display().to_string(),
            message: "cargo finds no package in it".to_owned(),
        })
}

/// What is text among the members of a list that may be missing.
fn strings<T>(list: Option<&Vec<T>>, text: impl Fn(&T) -> Option<String>) -> Vec<String> {
    list.into_iter().flatten().filter_map(text).collect()
}

fn python_package(dir: &Path) -> Result<Package, BuildError> {
    let path = dir.join("pyproject.toml");
    let text = fs::read_to_string(&path).map_err(|source| unusable(&path, source))?;
    let wrong = |message: String| BuildError::Manifest {
        path: path.display().to_string(),
        message,
    };
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(1, |before| before.matches('\n').count() + 1);
        wrong(format!("line {line}: {}", error.message()))
    })?;
    let project = table.get("project");
    let field = |name: &str| {
        project
            .and_then(|project| project.get(name)?.as_str())
            .map(str::to_owned)
    };
    let needed = |name: &str| field(name).ok_or_else(|| wrong(format!("[project] has no {name}")));
    let (name, version) = (needed("name")?, needed("version")?);
    // The manifest takes both from here: said now, not after the minute the component takes.
    check_identity(&name, &version).map_err(&wrong)?;
    let authors = project.and_then(|project| project.get("authors")?.as_array());
    Ok(Package {
        name,
        version,
        license: field("license"),
        description: field("description").unwrap_or_default(),
        authors: strings(authors, |author| {
            author.get("name")?.as_str().map(str::to_owned)
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_sdk_is_restored_where_the_manifest_asks_for_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sdk = folder.path().join(sdk::FOLDER);
        let restored = |manifest: &str| {
            fs::write(folder.path().join("Cargo.toml"), manifest).expect("written");
            restore_sdk(folder.path(), Language::Rust).expect("the disk has room");
            sdk.join("guest-sdk/Cargo.toml").is_file()
        };
        assert!(!restored("guest-sdk = { path = \"../guest-sdk\" }"));
        assert!(restored("guest-sdk = { path = \".sdk/guest-sdk\" }"));
    }

    #[test]
    fn projects_of_one_name_share_no_file_in_a_folder_of_builds() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let built = folder.path().join("cross.wasm");
        fs::write(&built, wasm_encoder::Component::new().finish()).expect("written");
        let stamp = Stamp {
            name: "cross".to_owned(),
            version: "0.1.0".to_owned(),
            license: None,
            source_sha256: String::new(),
            language: "Rust",
        };
        let stamped = |project: &str| {
            let dir = folder.path().join(project);
            fs::create_dir_all(&dir).expect("made");
            write_stamped(&dir, &built, &stamp).expect("a component")
        };
        let (one, two) = (stamped("one/cross"), stamped("two/cross"));
        assert_ne!(one, two);
        assert_eq!(one.file_name(), two.file_name());
        assert_eq!(stamped("one/cross"), one);
    }

    #[test]
    fn a_package_no_manifest_could_be_taken_from_is_refused_before_it_is_compiled() {
        let dir = tempfile::tempdir().expect("a folder");
        let package = |name: &str, version: &str| {
            let text = format!("[project]\nname = \"{name}\"\nversion = \"{version}\"\n");
            fs::write(dir.path().join("pyproject.toml"), text).expect("it is written");
            python_package(dir.path()).map_err(|error| error.to_string())
        };
        assert_eq!(
            package("mean-2", "0.1.0").expect("it is one").name,
            "mean-2"
        );
        for (name, version, said) in [
            (
                "My_Strategy",
                "0.1.0",
                "its name is `My_Strategy`: use 1 to 64 lower case letters",
            ),
            ("../evil", "0.1.0", "its name is `../evil`"),
            (
                "mean-2",
                "0.1",
                "its version is `0.1`: use a semantic version such as 1.0.0",
            ),
        ] {
            let error = package(name, version).expect_err("it is none");
            assert!(
                error.contains("pyproject.toml") && error.contains(said),
                "{error}"
            );
        }
    }
}
