//! Faults on the terminal, each with the author's line where the sources are at hand.

use std::path::Path;

use crate::analysis::format::tame;
use crate::cli::GUEST_FAULT;
use crate::cli::keep::Finished;
use crate::engine::Location;
use crate::toolchain::project;

/// Looks up the lines at which strategies faulted, in the folders they were built from.
pub(super) fn find_lines<'a>(
    finished: &mut [Finished],
    folders: impl Iterator<Item = Option<&'a Path>>,
) {
    for (one, folder) in finished.iter_mut().zip(folders) {
        for fault in &mut one.outcome.result.observed.faults {
            let place = folder.zip(fault.location.as_ref());
            fault.source_line = place.and_then(|(folder, location)| line(folder, location));
        }
    }
}

/// A line of a project's sources. The place is the guest's word: nothing but a source of the project is ever read.
fn line(folder: &Path, location: &Location) -> Option<String> {
    let language = project::language(folder).ok()?;
    let sources = project::sources(folder, language).ok()?;
    let is_meant = |name: &str| {
        let before = location.file.strip_suffix(name);
        before.is_some_and(|before| before.is_empty() || before.ends_with('/'))
    };
    let source = sources
        .into_iter()
        .filter(|source| is_meant(&source.name))
        .max_by_key(|source| source.name.len())?;
    let text = std::fs::read_to_string(source.path).ok()?;
    let index = usize::try_from(location.line).ok()?.checked_sub(1)?;
    Some(text.lines().nth(index)?.trim_end().to_owned())
}

/// Tells faults on stderr; the exit code they make.
pub(super) fn tell(finished: &[Finished]) -> u8 {
    let mut code = 0;
    for one in finished {
        for fault in &one.outcome.result.observed.faults {
            eprintln!("error: {}: {}", fault.cause.name(), fault.message);
            if let Some(location) = &fault.location {
                eprintln!("  --> {}", tame(&location.to_string()));
            }
            if let Some(line) = &fault.source_line {
                eprintln!("   | {}", tame(line.trim()));
            }
            code = GUEST_FAULT;
        }
    }
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_from_a_source_and_from_nothing_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let dir = folder.path().join("mine");
        std::fs::create_dir_all(dir.join("src")).expect("made");
        std::fs::write(dir.join("Cargo.toml"), "[package]\nname = \"mine\"").expect("written");
        std::fs::write(dir.join("src/lib.rs"), "one\n  two();  \n").expect("written");
        std::fs::write(folder.path().join("secret"), "a\nb").expect("written");
        let at = |file: &str, line: u32| {
            let location = Location {
                file: file.to_owned(),
                line,
                column: None,
            };
            super::line(&dir, &location)
        };
        assert_eq!(at("src/lib.rs", 2).as_deref(), Some("  two();"));
        assert_eq!(at("strategies/mine/src/lib.rs", 1).as_deref(), Some("one"));
        for (file, line) in [
            ("src/lib.rs", 0),
            ("src/lib.rs", 9),
            ("../secret", 1),
            ("secret", 1),
            ("b.rs", 1),
            ("", 1),
        ] {
            assert_eq!(at(file, line), None, "{file}:{line}");
        }
    }
}
