//! The address of a webhook, which is its secret.

use std::fmt;

use url::Url;

use crate::alerts::{Secret, http};

/// A checked address: `https://discord.com/api/webhooks/{id}/{token}`, perhaps with `?thread_id=`.
#[derive(Clone)]
pub struct Webhook {
    address: Url,
    token: Secret,
}

/// An address nobody can send to. It is not repeated: it may hold the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// It is no URL.
    #[error("it is not a URL")]
    NoUrl,
    /// It is sent in the clear.
    #[error("it begins with http://, which shows the secret in it to everybody on the way")]
    InTheClear,
    /// It is another page.
    #[error("its path is not /api/webhooks/ID/TOKEN")]
    OtherPath,
}

impl WebhookError {
    /// What to do about it.
    #[must_use]
    pub fn hint(self) -> &'static str {
        "copy it in Discord: channel settings, Integrations, Webhooks, Copy Webhook URL"
    }
}

impl Webhook {
    /// Checks an address. Without TLS only this machine is allowed.
    ///
    /// # Errors
    /// [`WebhookError`].
    pub fn parse(text: &str) -> Result<Self, WebhookError> {
        let mut address = Url::parse(text.trim()).map_err(|_| WebhookError::NoUrl)?;
        match address.scheme() {
            "https" => {}
            "http" if http::is_here(&address) => {}
            "http" => return Err(WebhookError::InTheClear),
            _ => return Err(WebhookError::NoUrl),
        }
        let token = token(&address).ok_or(WebhookError::OtherPath)?;
        // With `wait` a message that Discord fails to store is reported; without it is lost in silence.
        let kept: Vec<(String, String)> = address
            .query_pairs()
            .filter(|(name, _)| name != "wait")
            .map(|(name, value)| (name.into_owned(), value.into_owned()))
            .collect();
        address
            .query_pairs_mut()
            .clear()
            .extend_pairs(kept)
            .append_pair("wait", "true");
        Ok(Self { address, token })
    }

    pub(super) fn address(&self) -> &Url {
        &self.address
    }

    /// A text of the other side without the token, should it repeat our address.
    pub(super) fn scrubbed(&self, text: &str) -> String {
        text.replace(self.token.expose(), "***")
    }
}

impl fmt::Debug for Webhook {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Webhook(***)")
    }
}

/// The last part of `…/webhooks/{id}/{token}`.
fn token(address: &Url) -> Option<Secret> {
    let parts: Vec<&str> = address.path_segments()?.filter(|p| !p.is_empty()).collect();
    match parts[..] {
        [.., "webhooks", id, token] if id.bytes().all(|b| b.is_ascii_digit()) => {
            Some(Secret::new(token.to_owned()))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_asked_to_wait_and_keeps_its_thread() {
        for (text, address) in [
            (
                " https://discord.com/api/webhooks/1/tok ",
                "https://discord.com/api/webhooks/1/tok?wait=true",
            ),
            (
                "https://discord.com/api/v10/webhooks/1/tok?thread_id=7&wait=false",
                "https://discord.com/api/v10/webhooks/1/tok?thread_id=7&wait=true",
            ),
            (
                "http://127.0.0.1:9/api/webhooks/1/tok",
                "http://127.0.0.1:9/api/webhooks/1/tok?wait=true",
            ),
        ] {
            let webhook = Webhook::parse(text).expect(text);
            assert_eq!(webhook.address().as_str(), address);
        }
    }

    #[test]
    fn wrong_addresses_are_told_apart_and_never_repeated() {
        for (text, error) in [
            ("secret", WebhookError::NoUrl),
            (
                "ftp://discord.com/api/webhooks/1/secret",
                WebhookError::NoUrl,
            ),
            (
                "http://discord.com/api/webhooks/1/secret",
                WebhookError::InTheClear,
            ),
            (
                "https://discord.com/channels/1/secret",
                WebhookError::OtherPath,
            ),
            (
                "https://discord.com/api/webhooks/secret",
                WebhookError::OtherPath,
            ),
        ] {
            let found = Webhook::parse(text).expect_err(text);
            assert_eq!(found, error, "{text}");
            assert!(
                !found.to_string().contains("secret/") && !format!("{found:?}").contains("secret")
            );
        }
    }

    #[test]
    fn the_token_is_not_shown() {
        let webhook =
            Webhook::parse("https://discord.com/api/webhooks/1/s3cr3t").expect("it is one");
        assert_eq!(format!("{webhook:?}"), "Webhook(***)");
        assert_eq!(webhook.scrubbed("no page /1/s3cr3t"), "no page /1/***");
    }
}
