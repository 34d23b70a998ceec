//! What a build writes about itself into a component: custom sections of the outermost level, for people and tools.
//!
//! Name, version and licence stand where other tools of the component model look for them (the names are those of wasm-metadata:
//! `component-name`, `version`, `licenses`, `producers`); the digest of the sources is our own section. They are claims of whoever built the
//! file, not proofs: nothing in a run depends on them.

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

/// Bytes that every component begins with: the magic number, the version of the format, the layer.
const HEADER: usize = 8;
/// Id of a custom section.
const CUSTOM: u8 = 0;
/// Id of the name of the component itself within its section of names.
const OWN_NAME: u8 = 0;

impl Stamp {
    /// The component with this stamp, instead of any it had. `None` if the bytes are no component.
    #[must_use]
    pub fn write(&self, component: &[u8]) -> Option<Vec<u8>> {
        let mut stamped = component.get(..HEADER)?.to_vec();
        let mut producers = Vec::new();
        let mut rest = Bytes(&component[HEADER..]);
        while !rest.0.is_empty() {
            let whole = rest.0;
            let id = rest.byte()?;
            let content = rest.sized()?;
            let section = &whole[..whole.len() - rest.0.len()];
            let name = (id == CUSTOM).then(|| Bytes(content).sized()).flatten();
            match name {
                Some(b"producers") => producers = fields(content)?,
                Some(b"component-name" | b"version" | b"licenses") => {}
                Some(name) if name == SOURCES.as_bytes() => {}
                _ => stamped.extend_from_slice(section),
            }
        }
        for (field, name, version) in self.producers() {
            add(&mut producers, field, name, version);
        }
        custom(&mut stamped, "component-name", &own_name(&self.name));
        custom(&mut stamped, "version", self.version.as_bytes());
        if let Some(license) = &self.license {
            custom(&mut stamped, "licenses", license.as_bytes());
        }
        custom(&mut stamped, SOURCES, self.source_sha256.as_bytes());
        custom(&mut stamped, "producers", &encode(&producers));
        Some(stamped)
    }

    fn producers(&self) -> [(&'static str, &'static str, &'static str); 2] {
        let version = env!("CARGO_PKG_VERSION");
        [
            ("language", self.language, ""),
            ("processed-by", "host", version),
        ]
    }
}

/// Fields of a section of producers: each a list of names with versions.
type Fields = Vec<(String, Vec<(String, String)>)>;

fn add(fields: &mut Fields, field: &str, name: &str, version: &str) {
    let at = fields
        .iter()
        .position(|(known, _)| known == field)
        .unwrap_or_else(|| {
            fields.push((field.to_owned(), Vec::new()));
            fields.len() - 1
        });
    let values = &mut fields[at].1;
    values.retain(|(known, _)| known != name);
    values.push((name.to_owned(), version.to_owned()));
}

/// Reads the section of producers. `None` if it is damaged.
fn fields(content: &[u8]) -> Option<Fields> {
    let mut bytes = Bytes(content);
    bytes.sized()?;
    let mut fields = Vec::new();
    for _ in 0..bytes.number()? {
        let field = bytes.text()?;
        let mut values = Vec::new();
        for _ in 0..bytes.number()? {
            values.push((bytes.text()?, bytes.text()?));
        }
        fields.push((field, values));
    }
    Some(fields)
}

fn encode(fields: &Fields) -> Vec<u8> {
    let mut bytes = Vec::new();
    number(&mut bytes, fields.len());
    for (field, values) in fields {
        sized(&mut bytes, field.as_bytes());
        number(&mut bytes, values.len());
        for (name, version) in values {
            sized(&mut bytes, name.as_bytes());
            sized(&mut bytes, version.as_bytes());
        }
    }
    bytes
}

fn own_name(name: &str) -> Vec<u8> {
    let mut inner = Vec::new();
    sized(&mut inner, name.as_bytes());
    let mut bytes = vec![OWN_NAME];
    sized(&mut bytes, &inner);
    bytes
}

fn custom(out: &mut Vec<u8>, name: &str, data: &[u8]) {
    let mut content = Vec::new();
    sized(&mut content, name.as_bytes());
    content.extend_from_slice(data);
    out.push(CUSTOM);
    sized(out, &content);
}

fn sized(out: &mut Vec<u8>, bytes: &[u8]) {
    number(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// LEB128, seven bits a byte, the lowest first.
fn number(out: &mut Vec<u8>, mut value: usize) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            return out.push(low);
        }
        out.push(low | 0x80);
    }
}

/// Bytes still to be read.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn number(&mut self) -> Option<usize> {
        let mut value = 0;
        for shift in [0, 7, 14, 21, 28] {
            let byte = self.byte()?;
            value |= usize::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    /// What follows a length.
    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        Some(String::from_utf8_lossy(self.sized()?).into_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

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
    fn a_second_stamp_replaces_the_first() {
        let first = stamp("0.1.0").write(EMPTY).expect("a component");
        let second = stamp("0.2.0").write(&first).expect("a component");
        assert_eq!(stamp("0.2.0").write(EMPTY).expect("a component"), second);
        assert_ne!(first, second);
    }

    #[test]
    fn what_others_wrote_stays() {
        let mut component = EMPTY.to_vec();
        let mut before = Fields::new();
        add(&mut before, "processed-by", "a-linker", "1.2");
        custom(&mut component, "producers", &encode(&before));
        custom(&mut component, "notes", &[7; 300]);
        let stamped = stamp("0.1.0").write(&component).expect("a component");
        let mut rest = Bytes(&stamped[HEADER..]);
        let mut names = Vec::new();
        let mut found = Fields::new();
        while !rest.0.is_empty() {
            assert_eq!(rest.byte(), Some(CUSTOM));
            let content = rest.sized().expect("a whole section");
            let name = Bytes(content).text().expect("a name");
            if name == "producers" {
                found = fields(content).expect("a list");
            }
            names.push(name);
        }
        assert_eq!(
            names,
            [
                "notes",
                "component-name",
                "version",
                "licenses",
                SOURCES,
                "producers"
            ]
        );
        let owned = |name: &str, version: &str| (name.to_owned(), version.to_owned());
        let expected = [
            (
                "processed-by".to_owned(),
                vec![
                    owned("a-linker", "1.2"),
                    owned("host", env!("CARGO_PKG_VERSION")),
                ],
            ),
            ("language".to_owned(), vec![owned("Rust", "")]),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn bytes_that_end_early_get_no_stamp() {
        let whole = stamp("0.1.0").write(EMPTY).expect("a component");
        for length in [0, 4, HEADER + 1, whole.len() - 1] {
            assert_eq!(
                stamp("0.1.0").write(&whole[..length]),
                None,
                "{length} bytes"
            );
        }
    }
}
