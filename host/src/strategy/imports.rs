//! Which imports a strategy may have, decided by name before anything is compiled.

/// Version of the contract this host serves.
pub const CONTRACT: Version = Version {
    major: 0,
    minor: 1,
    patch: 0,
};

/// Interfaces of the contract.
const CONTRACT_INTERFACES: [&str; 8] = [
    "types",
    "market",
    "manifest",
    "orders",
    "account",
    "history",
    "runtime",
    "telemetry",
];

/// Interfaces of WASI 0.2 that ordinary toolchains pull in; `wasi` serves them virtually.
const WASI_INTERFACES: [&str; 27] = [
    "cli/environment",
    "cli/exit",
    "cli/stdin",
    "cli/stdout",
    "cli/stderr",
    "cli/terminal-input",
    "cli/terminal-output",
    "cli/terminal-stdin",
    "cli/terminal-stdout",
    "cli/terminal-stderr",
    "clocks/monotonic-clock",
    "clocks/wall-clock",
    "filesystem/types",
    "filesystem/preopens",
    "io/error",
    "io/poll",
    "io/streams",
    "random/random",
    "random/insecure",
    "random/insecure-seed",
    "sockets/network",
    "sockets/instance-network",
    "sockets/udp",
    "sockets/udp-create-socket",
    "sockets/tcp",
    "sockets/tcp-create-socket",
    "sockets/ip-name-lookup",
];

/// A semantic version without its extras.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Version {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let text = text.split(['-', '+']).next()?;
        let mut numbers = text.split('.').map(|n| n.parse::<u32>().ok());
        let (major, minor, patch) = (numbers.next()??, numbers.next()??, numbers.next()??);
        numbers.next().is_none().then_some(Self {
            major,
            minor,
            patch,
        })
    }

    /// The line within which versions understand each other: `0.1`, `1`.
    #[must_use]
    pub fn line(self) -> String {
        if self.major == 0 {
            format!("0.{}", self.minor)
        } else {
            self.major.to_string()
        }
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

/// One import of a component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Import {
    /// Its full name.
    pub name: String,
    /// May it be there.
    pub verdict: Verdict,
}

/// May an import be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Part of the contract.
    Contract,
    /// Served virtually: no files, no network, no clock.
    Wasi,
    /// The contract in a version this host does not serve.
    OtherContract(Version),
    /// Nothing a strategy may use.
    Foreign,
}

impl Verdict {
    /// Judges an import by its name.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let Some((interface, version)) = name.split_once('@') else {
            return Self::Foreign;
        };
        let Some(version) = Version::parse(version) else {
            return Self::Foreign;
        };
        if let Some(interface) = interface.strip_prefix("trading:strategy/") {
            return match version {
                v if v.line() != CONTRACT.line() => Self::OtherContract(v),
                _ if CONTRACT_INTERFACES.contains(&interface) => Self::Contract,
                _ => Self::Foreign,
            };
        }
        match interface.strip_prefix("wasi:") {
            Some(i) if version.line() == "0.2" && WASI_INTERFACES.contains(&i) => Self::Wasi,
            _ => Self::Foreign,
        }
    }

    /// May it be there.
    #[must_use]
    pub fn is_allowed(self) -> bool {
        matches!(self, Self::Contract | Self::Wasi)
    }
}

/// How to build without an import that is refused.
#[must_use]
pub fn build_without(name: &str) -> &'static str {
    if name.starts_with("wasi:http") {
        "a strategy has no network; build without it: leave out the HTTP crate or module (JavaScript: `componentize-js -d http -d fetch-event`)"
    } else if name.starts_with("wasi:") && name.contains("@0.3") {
        "WASI 0.3 is not served; build for wasm32-wasip2, or with a toolchain that targets WASI 0.2"
    } else if name.starts_with("wasi:") {
        "a strategy can only compute; build without the crate or module that needs this, or stub it (componentize-py: `--stub-wasi`)"
    } else if name.starts_with("trading:strategy/") {
        "this host is older than the strategy: update the host, or build the strategy without this interface"
    } else {
        "a strategy may import trading:strategy and the wasi:* 0.2 interfaces of docs/sandbox.md; build it without this one"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_judged_by_name_and_version() {
        let cases = [
            ("trading:strategy/orders@0.1.0", Verdict::Contract),
            ("trading:strategy/orders@0.1.7", Verdict::Contract),
            ("trading:strategy/secrets@0.1.0", Verdict::Foreign),
            (
                "trading:strategy/orders@0.2.0",
                Verdict::OtherContract(Version {
                    major: 0,
                    minor: 2,
                    patch: 0,
                }),
            ),
            ("wasi:cli/stderr@0.2.6", Verdict::Wasi),
            ("wasi:cli/stderr@0.3.0", Verdict::Foreign),
            ("wasi:http/outgoing-handler@0.2.0", Verdict::Foreign),
            ("wasi:cli/stderr", Verdict::Foreign),
            ("env", Verdict::Foreign),
            ("", Verdict::Foreign),
            ("trading:strategy/orders@0.1", Verdict::Foreign),
            ("trading:strategy/orders@99999999999.1.0", Verdict::Foreign),
        ];
        for (name, verdict) in cases {
            assert_eq!(Verdict::of(name), verdict, "{name}");
        }
    }

    #[test]
    fn the_served_version_is_that_of_the_wit_package() {
        let world = include_str!("../../../wit/types.wit").to_owned()
            + include_str!("../../../wit/world.wit");
        assert!(world.contains(&format!("package trading:strategy@{CONTRACT};")));
    }
}
