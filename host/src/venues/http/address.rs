//! Where a place is: its own address, or the one the user set.

use std::collections::BTreeMap;

use url::Url;

use super::error::HttpError;
use crate::venues::rest::Place;

/// Addresses that were set, checked. A place that is not among them has its own.
#[derive(Debug, Clone, Default)]
pub struct Addresses {
    set: BTreeMap<&'static str, String>,
}

impl Addresses {
    /// Checks what was set. Keys are [`Place::variable`].
    ///
    /// # Errors
    /// [`HttpError::Address`]: one that is no address of a server.
    pub fn new(set: &BTreeMap<&'static str, String>) -> Result<Self, HttpError> {
        let checked = set.iter().map(|(variable, value)| {
            let base = base(variable, value)?;
            Ok((*variable, base))
        });
        Ok(Self {
            set: checked.collect::<Result<_, HttpError>>()?,
        })
    }

    /// The address of a place, without a slash at the end.
    #[must_use]
    pub fn base(&self, place: &Place) -> &str {
        self.set.get(place.variable).map_or(place.url, |base| base)
    }

    /// The address of a path (with its query) at a place.
    pub(super) fn url(&self, place: &Place, path: &str) -> Result<Url, HttpError> {
        let text = format!("{}{path}", self.base(place));
        Url::parse(&text).map_err(|e| bad(place.variable, &text, &e.to_string()))
    }

    /// Is anything on this machine among what was set?
    pub(super) fn any_here(&self) -> bool {
        let parsed = self.set.values().filter_map(|base| Url::parse(base).ok());
        parsed.into_iter().any(|url| is_here(&url))
    }
}

/// Is it on this machine? No proxy stands between us and ourselves.
pub(super) fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(ip)) => ip.is_loopback(),
        Some(url::Host::Ipv6(ip)) => ip.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// An address as it was set, without slashes at its end.
fn base(variable: &str, value: &str) -> Result<String, HttpError> {
    let bad = |why: &str| bad(variable, value, why);
    let url = Url::parse(value).map_err(|e| bad(&e.to_string()))?;
    if !["http", "https", "ws", "wss"].contains(&url.scheme()) {
        return Err(bad("it begins with neither http:// nor https://"));
    }
    if !url.has_host() {
        return Err(bad("it names no server"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        // The value is not repeated: it holds a password.
        let why = "it holds a user name, which no venue needs here";
        return Err(self::bad(variable, "...", why));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(bad("`?` and `#` do not belong into it"));
    }
    Ok(value.trim_end_matches('/').to_owned())
}

fn bad(variable: &str, value: &str, why: &str) -> HttpError {
    HttpError::Address {
        variable: variable.to_owned(),
        value: crate::venues::rest::shown(value),
        why: why.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLACE: Place = Place {
        variable: "VENUE_URL",
        url: "https://venue.example",
        what: "the venue",
    };

    fn set(value: &str) -> Result<Addresses, HttpError> {
        Addresses::new(&BTreeMap::from([("VENUE_URL", value.to_owned())]))
    }

    #[test]
    fn a_place_that_was_not_set_is_at_its_own_address() {
        let url = Addresses::default().url(&PLACE, "/time?a=%C3%A4");
        assert_eq!(
            url.expect("it is one").as_str(),
            "https://venue.example/time?a=%C3%A4"
        );
    }

    #[test]
    fn a_mirror_may_have_a_path_and_a_slash() {
        let mirror = set("http://127.0.0.1:9/mirror/").expect("it is one");
        let url = mirror.url(&PLACE, "/time").expect("it is one");
        assert_eq!(url.as_str(), "http://127.0.0.1:9/mirror/time");
        assert!(mirror.any_here());
    }

    #[test]
    fn bad_addresses_are_told_with_their_setting() {
        for (value, why) in [
            ("venue.example", "relative URL without a base"),
            ("ftp://venue.example", "neither http:// nor https://"),
            ("https://venue.example?a=1", "`?` and `#`"),
            ("https://me:secret@venue.example", "user name"),
        ] {
            let error = set(value).expect_err(value).to_string();
            assert!(
                error.contains("VENUE_URL") && error.contains(why),
                "{error}"
            );
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
