//! What a build writes about itself into a component: custom sections of the outermost level, for people and tools.
//!
//! Name, version and licence stand where other tools of the component model look for them (the names are those of wasm-metadata:
//! `component-name`, `version`, `licenses`, `producers`); the digest of the sources is our own section. They are claims of whoever built the
//! file, not proofs: nothing in a run depends on them.

use std::borrow::Cow;

use wasm_encoder::{ComponentSection as _, CustomSection};
use wasm_metadata::{AddMetadata, AddMetadataField};

/// Name of the section with the digest of the sources, in hexadecimal.
pub const SOURCES: &str = "sources-sha256";

/// What is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The package.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, an SPDX expression, if it says one.
    pub license: Option<String>,
    /// SHA-256 of its sources, in hexadecimal.
    pub source_sha256: String,
    /// The language it is written in.
    pub language: &'static str,
}

impl Stamp {
    /// The component with this stamp at its end. Of sections that are there twice readers take the last.
    ///
    /// # Errors
    /// The bytes are no WebAssembly; the sentence says where they end being it.
    pub fn write(&self, component: &[u8]) -> Result<Vec<u8>, String> {
        let mut known = AddMetadata::default();
        known.name = AddMetadataField::Set(self.name.clone());
        known.language = vec![(self.language.to_owned(), String::new())];
        known.processed_by = vec![("host".to_owned(), env!("CARGO_PKG_VERSION").to_owned())];
        let mut stamped = known
            .to_wasm(component)
            .map_err(|error| error.to_string())?;
        let license = self.license.as_deref().map(|license| ("licenses", license));
        let texts = [
            ("version", self.version.as_str()),
            (SOURCES, self.source_sha256.as_str()),
        ];
        for (name, text) in texts.into_iter().chain(license) {
            let section = CustomSection {
                name: Cow::Borrowed(name),
                data: Cow::Borrowed(text.as_bytes()),
            };
            section.append_to_component(&mut stamped);
        }
        Ok(stamped)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_metadata::Producers;

    fn stamp(version: &str) -> Stamp {
        Stamp {
            name: "cross".to_owned(),
            version: version.to_owned(),
            license: Some("MIT OR Apache-2.0".to_owned()),
            source_sha256: "ab".repeat(32),
            language: "Rust",
        }
    }

    #[test]
    fn a_stamp_is_read_by_other_tools_and_what_they_wrote_stays() {
        let mut component = wasm_encoder::Component::new();
        let mut linker = wasm_encoder::ProducersField::new();
        linker.value("a-linker", "1.2");
        component.section(wasm_encoder::ProducersSection::new().field("processed-by", &linker));
        component.section(&CustomSection {
            name: Cow::Borrowed("notes"),
            data: Cow::Borrowed(&[7; 300]),
        });
        let stamped = stamp("0.1.0").write(&component.finish());
        let stamped = stamped.expect("a component");
        let producers = Producers::from_wasm(&stamped).expect("a component");
        let producers = producers.expect("it has them");
        let field = |name: &str| producers.get(name).expect("it is named");
        assert_eq!(
            field("processed-by").get("a-linker"),
            Some(&"1.2".to_owned())
        );
        let ours = env!("CARGO_PKG_VERSION").to_owned();
        assert_eq!(field("processed-by").get("host"), Some(&ours));
        assert_eq!(field("language").get("Rust"), Some(&String::new()));
        let holds = |what: &[u8]| stamped.windows(what.len()).any(|bytes| bytes == what);
        assert!(holds(&[7; 300]) && holds(b"component-name\0\x06\x05cross"));
    }

    #[test]
    fn the_same_stamp_gives_the_same_bytes_and_the_last_one_counts() {
        let empty = wasm_encoder::Component::new().finish();
        let write = |stamp: Stamp, bytes: &[u8]| stamp.write(bytes).expect("a component");
        let first = write(stamp("0.1.0"), &empty);
        assert_eq!(write(stamp("0.1.0"), &empty), first);
        let second = write(stamp("0.2.0"), &first);
        let read = crate::strategy::structure::read(&second, &Default::default());
        let read = read.expect("a component");
        assert_eq!(read.license.as_deref(), Some("MIT OR Apache-2.0"));
        assert_eq!(read.source_sha256, Some("ab".repeat(32)));
        assert_eq!(read.languages, ["Rust"]);
        let at = |text: &[u8]| second.windows(text.len()).rposition(|bytes| bytes == text);
        assert!(at(b"0.2.0") > at(b"0.1.0"));
    }

    #[test]
    fn bytes_that_end_early_get_no_stamp() {
        let empty = wasm_encoder::Component::new().finish();
        let whole = stamp("0.1.0").write(&empty).expect("a component");
        for length in [0, 4, empty.len() + 1, whole.len() - 1] {
            let result = stamp("0.1.0").write(&whole[..length]);
            assert!(result.is_err(), "{length} bytes");
        }
    }
}
