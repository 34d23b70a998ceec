//! What must never be shown: addresses with a token in them, tokens.

use std::fmt;

/// A text that no log, message or answer shows.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Hides a text.
    #[must_use]
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// The text itself, for whoever it is meant for.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::Secret;

    #[test]
    fn a_secret_is_not_shown_with_what_holds_it() {
        let holder = Some(Secret::new("token-123".to_owned()));
        assert_eq!(format!("{holder:?}"), "Some(***)");
    }
}
