//! Where a session is reached, from the settings.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use crate::config::{self, Settings, Variable};
use crate::serve::start::ServeError;

/// What is served, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Serving {
    /// The control socket.
    pub socket: PathBuf,
    /// Health and metrics; none = switched off.
    pub health: Option<Web>,
    /// Tell systemd.
    pub sd_notify: bool,
}

/// Health and metrics over HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Web {
    /// Where.
    pub address: SocketAddr,
    /// Whoever can reach the address may read, under whatever name it knows it by.
    pub is_public: bool,
    /// Equity and drawdown are among the metrics.
    pub tells_money: bool,
}

impl Serving {
    /// Reads the settings.
    ///
    /// # Errors
    /// A value that is none, or an address others can reach without the setting that allows it.
    pub fn read(settings: &Settings, sd_notify: bool) -> Result<Self, ServeError> {
        Ok(Self {
            socket: socket_path(settings),
            health: Web::read(settings)?,
            sd_notify,
        })
    }
}

impl Web {
    fn read(settings: &Settings) -> Result<Option<Self>, ServeError> {
        let is_public = yes_or_no(settings, &config::METRICS_PUBLIC)?;
        let tells_money = yes_or_no(settings, &config::METRICS_MONEY)?;
        let text = settings.get(&config::HEALTH_ADDRESS).unwrap_or_default();
        if text == "off" {
            return Ok(None);
        }
        let address: SocketAddr = text.parse().map_err(|_| ServeError::Setting {
            name: config::HEALTH_ADDRESS.name,
            value: text.to_owned(),
            wanted: "an address with a port like 127.0.0.1:9464, or off",
        })?;
        if !address.ip().is_loopback() && !is_public {
            return Err(ServeError::Public { address });
        }
        Ok(Some(Self {
            address,
            is_public,
            tells_money,
        }))
    }
}

/// Where `host ctl` finds the session of a database.
#[must_use]
pub fn socket_path(settings: &Settings) -> PathBuf {
    match settings.get(&config::CONTROL_SOCKET) {
        Some(path) => PathBuf::from(path),
        None => beside(&settings.path(&config::DATABASE_PATH)),
    }
}

fn beside(database: &Path) -> PathBuf {
    database.with_extension("sock")
}

fn yes_or_no(settings: &Settings, variable: &Variable) -> Result<bool, ServeError> {
    match settings.get(variable) {
        Some("yes") => Ok(true),
        Some("no") | None => Ok(false),
        Some(other) => Err(ServeError::Setting {
            name: variable.name,
            value: other.to_owned(),
            wanted: "yes or no",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &str) -> Result<Serving, ServeError> {
        let folder = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(folder.path().join("host.toml"), lines).expect("it is written");
        let settings = Settings::load(folder.path()).expect("good settings");
        Serving::read(&settings, false)
    }

    #[test]
    fn the_socket_lies_beside_the_database_unless_it_is_named() {
        let path = |lines| read(lines).expect("good settings").socket;
        assert_eq!(path(""), PathBuf::from("host.sock"));
        assert_eq!(
            path("database_path = \"/data/paper.sqlite\""),
            PathBuf::from("/data/paper.sock")
        );
        assert_eq!(
            path("control_socket = \"/run/host/ctl\""),
            PathBuf::from("/run/host/ctl")
        );
    }

    #[test]
    fn an_address_others_reach_needs_a_word_that_it_may() {
        let refused = read("health_address = \"0.0.0.0:9464\"").expect_err("nobody allowed it");
        let text = refused.to_string();
        assert!(text.contains("0.0.0.0:9464"), "{text}");
        assert!(
            refused
                .hint()
                .is_some_and(|hint| hint.contains("METRICS_PUBLIC=yes"))
        );
        let allowed = read("health_address = \"0.0.0.0:9464\"\nmetrics_public = \"yes\"");
        let web = allowed.expect("it is allowed").health.expect("it is on");
        assert!(web.is_public && !web.tells_money);
    }

    #[test]
    fn values_that_are_none_are_told_with_their_name() {
        for (lines, name) in [
            ("health_address = \"9464\"", "HEALTH_ADDRESS"),
            ("health_address = \"localhost:9464\"", "HEALTH_ADDRESS"),
            ("metrics_money = \"maybe\"", "METRICS_MONEY"),
            ("metrics_public = true", "METRICS_PUBLIC"),
        ] {
            let told = read(lines).expect_err(lines).to_string();
            assert!(told.contains(name), "{told}");
        }
        assert_eq!(
            read("health_address = \"off\"").expect("it is off").health,
            None
        );
    }
}
