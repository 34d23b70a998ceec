//! One call to the service, and what can become of it.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

/// Characters of the service's own words that are kept.
const WORDS_MAX: usize = 200;

/// What is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// `sendMessage`.
    pub method: &'static str,
    /// Its arguments, a JSON object.
    pub arguments: Value,
    /// A picture sent along, as PNG.
    pub photo: Option<Vec<u8>>,
    /// How long the answer may take.
    pub patience: Duration,
}

impl Call {
    /// A call that is answered at once, or not within 10 s.
    #[must_use]
    pub fn new(method: &'static str, arguments: Value) -> Self {
        Self {
            method,
            arguments,
            photo: None,
            patience: Duration::from_secs(10),
        }
    }
}

/// An answer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reply {
    /// What was asked for.
    pub result: Value,
    /// The service's clock, milliseconds since 1970, if it told.
    pub server_ms: Option<i64>,
}

/// Why there is none. Texts hold no address and no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Nobody was reached, nothing readable came, or the service is in trouble: it may work later.
    #[error("telegram cannot be reached: {0}")]
    Unreached(String),
    /// Too many messages: nothing may be sent for so long.
    #[error("telegram asks to wait {} s", wait_ms.div_ceil(1_000))]
    TooMany {
        /// Milliseconds.
        wait_ms: u64,
    },
    /// The token is wrong or revoked.
    #[error("telegram refuses the token: {0}")]
    Unauthorized(String),
    /// The bot was blocked or removed from the chat.
    #[error("telegram does not let the bot into the chat: {0}")]
    Forbidden(String),
    /// The group has a new id.
    #[error("the group is now chat {0}")]
    Moved(i64),
    /// Another process asks for updates with the same token.
    #[error("another process reads this bot's messages")]
    OtherPoller,
    /// Updates go to a webhook.
    #[error("the bot's messages go to a webhook")]
    WebhookActive,
    /// Nobody opened a chat with the bot yet.
    #[error(
        "telegram knows no such chat, or nobody opened it: press Start in the chat with the bot"
    )]
    ChatNotFound,
    /// The request itself is wrong.
    #[error("telegram refuses the request: {0}")]
    Bad(String),
    /// This process ends.
    #[error("the host is ending")]
    Ending,
}

/// The service, as the sink and the bot see it. Tests have their own.
pub trait Api: Send {
    /// Asks and waits for the answer.
    ///
    /// # Errors
    /// [`Failure`].
    fn call(&mut self, call: Call) -> Result<Reply, Failure>;
}

/// The frame of every answer.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Frame {
    ok: bool,
    result: Value,
    description: String,
    parameters: Parameters,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Parameters {
    retry_after: Option<u64>,
    migrate_to_chat_id: Option<i64>,
}

/// Judges an answer: its status, the seconds of its `Retry-After` header, its body.
///
/// # Errors
/// [`Failure`]: anything but a success in the service's own form.
pub fn judge(status: u16, retry_after_s: Option<u64>, body: &[u8]) -> Result<Value, Failure> {
    let frame: Option<Frame> = serde_json::from_slice(body).ok();
    let frame = match frame {
        Some(frame) if frame.ok && status == 200 => return Ok(frame.result),
        Some(frame) => frame,
        None => Frame::default(),
    };
    let words = if frame.description.is_empty() {
        format!("status {status} without a reason")
    } else {
        words(&frame.description)
    };
    let lower = words.to_lowercase();
    Err(match status {
        429 => Failure::TooMany {
            // The edge may answer in plain text, or without a length.
            wait_ms: frame
                .parameters
                .retry_after
                .or(retry_after_s)
                .unwrap_or(60)
                .saturating_mul(1_000),
        },
        // A token that does not even look like one leads to a path that is not there.
        401 | 404 => Failure::Unauthorized(words),
        403 => Failure::Forbidden(words),
        409 if lower.contains("webhook") => Failure::WebhookActive,
        409 => Failure::OtherPoller,
        400 => match frame.parameters.migrate_to_chat_id {
            Some(chat) => Failure::Moved(chat),
            None if lower.contains("chat not found") => Failure::ChatNotFound,
            None => Failure::Bad(words),
        },
        _ => Failure::Unreached(words),
    })
}

/// The service's words on their way into a log: one line, bounded.
fn words(text: &str) -> String {
    let tame = crate::analysis::format::tame(text);
    tame.chars().take(WORDS_MAX).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::shared_or_skip;

    #[test]
    fn recorded_errors_mean_what_the_server_says() {
        let Some(path) = shared_or_skip("fixtures/alerts/telegram_errors.json") else {
            return;
        };
        let text = std::fs::read_to_string(path).expect("it can be read");
        let cases: Value = serde_json::from_str(&text).expect("JSON");
        let judged = |name: &str| {
            let case = &cases[name];
            let status = case["http"].as_u64().expect("a status");
            let status = u16::try_from(status).expect("a status");
            judge(status, None, case["body"].to_string().as_bytes()).expect_err(name)
        };
        assert_eq!(judged("retry_after"), Failure::TooMany { wait_ms: 35_000 });
        assert_eq!(judged("second_poller"), Failure::OtherPoller);
        assert_eq!(judged("webhook_active"), Failure::WebhookActive);
        assert_eq!(
            judged("bad_token"),
            Failure::Unauthorized("Unauthorized".into())
        );
        assert!(matches!(
            judged("malformed_token"),
            Failure::Unauthorized(_)
        ));
        assert_eq!(
            judged("blocked"),
            Failure::Forbidden("Forbidden: bot was blocked by the user".into())
        );
        assert_eq!(judged("chat_not_found"), Failure::ChatNotFound);
        assert!(matches!(judged("too_long"), Failure::Bad(_)));
        assert!(matches!(judged("not_modified"), Failure::Bad(_)));
        assert_eq!(judged("migrated"), Failure::Moved(-1_001_293_752_024));
    }

    #[test]
    fn plain_text_of_the_edge_is_no_answer() {
        let wait = |header, body: &str| judge(429, header, body.as_bytes());
        let too_many = |wait_ms| Err(Failure::TooMany { wait_ms });
        assert_eq!(wait(Some(9), "error code: 1015"), too_many(9_000));
        assert_eq!(wait(None, "slow down"), too_many(60_000));
        for (status, body) in [(200, "<html>"), (200, "{}"), (502, "bad gateway"), (0, "")] {
            let judged = judge(status, None, body.as_bytes());
            assert!(
                matches!(judged, Err(Failure::Unreached(_))),
                "{status} {body}"
            );
        }
    }

    proptest::proptest! {
        #[test]
        fn hostile_answers_never_panic(status: u16, header: Option<u64>, body: Vec<u8>, text: String) {
            let _ = judge(status, header, &body);
            let framed = serde_json::json!({"ok": false, "description": text}).to_string();
            let judged = judge(status, header, framed.as_bytes());
            proptest::prop_assert!(judged.expect_err("not ok").to_string().chars().count() < 2 * WORDS_MAX);
        }
    }
}
