//! What an answer of Discord means. Nothing in it is trusted: bodies may be plain text of the edge, headers may be missing.

use reqwest::header::HeaderMap;
use serde::Deserialize;

use crate::alerts::text;

/// How long is waited where nobody says it.
const WAIT_UNSAID_MS: u64 = 60_000;
/// More than a day is no pause.
const WAIT_MAX_MS: f64 = 86_400_000.0;
/// Discord's words for people, at most.
const WORDS_MAX: usize = 200;

/// The headers that say something.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Head {
    pub(super) retry_after_s: Option<f64>,
    pub(super) remaining: Option<u64>,
    pub(super) reset_after_s: Option<f64>,
    /// `user`, `global` or `shared`.
    pub(super) scope: Option<String>,
}

impl Head {
    pub(super) fn of(headers: &HeaderMap) -> Self {
        let text = |name: &str| headers.get(name)?.to_str().ok().map(str::trim);
        Self {
            retry_after_s: text("retry-after").and_then(|t| t.parse().ok()),
            remaining: text("x-ratelimit-remaining").and_then(|t| t.parse().ok()),
            reset_after_s: text("x-ratelimit-reset-after").and_then(|t| t.parse().ok()),
            scope: text("x-ratelimit-scope").map(str::to_owned),
        }
    }
}

/// An answer as it came.
#[derive(Debug, Clone, Default)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) head: Head,
    pub(super) body: Vec<u8>,
}

/// What follows from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The message is in the channel.
    Taken,
    /// Too much was sent: again after so many milliseconds.
    Wait { wait_ms: u64, why: String },
    /// It may work another time.
    Trouble(String),
    /// The message is wrong.
    Refused(String),
    /// The webhook is not there any more.
    Gone(String),
}

/// The body of an answer that is no message.
#[derive(Debug, Default, Deserialize)]
struct Excuse {
    #[serde(default)]
    message: String,
    code: Option<i64>,
    retry_after: Option<f64>,
    #[serde(default)]
    global: bool,
    errors: Option<serde_json::Value>,
}

impl Reply {
    /// After an answer that leaves no room: how long until there is some, milliseconds.
    pub(super) fn full_ms(&self) -> Option<u64> {
        match self.head.remaining {
            Some(0) if self.status != 429 => milliseconds(self.head.reset_after_s?),
            _ => None,
        }
    }

    /// Does it count towards the ban: limits that others used up do not.
    pub(super) fn is_invalid(&self) -> bool {
        let is_shared = self.head.scope.as_deref() == Some("shared");
        matches!(self.status, 401 | 403) || (self.status == 429 && !is_shared)
    }

    /// What follows; `scrub` takes secrets out of the words of the other side.
    pub(super) fn verdict(&self, scrub: impl Fn(&str) -> String) -> Verdict {
        let excuse: Option<Excuse> = serde_json::from_slice(&self.body).ok();
        let words = scrub(&self.words(excuse.as_ref()));
        match (self.status, &excuse) {
            (200..=299, _) => Verdict::Taken,
            (429, _) => self.limited(excuse.unwrap_or_default(), words),
            (401, _) | (404, Some(Excuse { code: Some(_), .. })) => Verdict::Gone(words),
            // An edge that blocks, a proxy that is lost, a time that ran out: none of it is about the message.
            (403 | 404 | 408 | 425, _) => Verdict::Trouble(words),
            (400..=499, _) => Verdict::Refused(words),
            _ => Verdict::Trouble(words),
        }
    }

    fn limited(&self, excuse: Excuse, words: String) -> Verdict {
        let said = excuse.retry_after.or(self.head.retry_after_s);
        let is_global = excuse.global || self.head.scope.as_deref() == Some("global");
        let scope = if is_global { ", all of Discord" } else { "" };
        Verdict::Wait {
            wait_ms: said.and_then(milliseconds).unwrap_or(WAIT_UNSAID_MS),
            why: format!("{words}{scope}"),
        }
    }

    /// The other side's own words, one line.
    fn words(&self, excuse: Option<&Excuse>) -> String {
        let said = match excuse {
            Some(excuse) if !excuse.message.is_empty() => {
                let errors = excuse.errors.as_ref().map(ToString::to_string);
                format!("{} {}", excuse.message, errors.unwrap_or_default())
            }
            _ => String::from_utf8_lossy(&self.body).into_owned(),
        };
        let said = text::plain(&said, WORDS_MAX);
        let code = excuse.and_then(|excuse| excuse.code);
        let code = code.map_or(String::new(), |code| format!(", code {code}"));
        format!("discord answered {}{code}: {said}", self.status)
    }
}

/// Seconds with decimals, to the millisecond; none of what is no length of time.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it lies between one and the milliseconds of a day"
)]
fn milliseconds(seconds: f64) -> Option<u64> {
    let ms = (seconds * 1_000.0).round();
    (seconds >= 0.0).then(|| ms.clamp(1.0, WAIT_MAX_MS) as u64)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reply(status: u16, head: Head, body: &str) -> Reply {
        Reply {
            status,
            head,
            body: body.as_bytes().to_vec(),
        }
    }

    fn wait(reply: &Reply) -> u64 {
        match reply.verdict(str::to_owned) {
            Verdict::Wait { wait_ms, .. } => wait_ms,
            other => panic!("a pause was expected: {other:?}"),
        }
    }

    fn after(seconds: f64) -> Head {
        Head {
            retry_after_s: Some(seconds),
            ..Head::default()
        }
    }

    #[test]
    fn the_body_says_the_pause_to_the_millisecond() {
        let json =
            r#"{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}"#;
        assert_eq!(wait(&reply(429, after(65.0), json)), 64_570);
    }

    #[test]
    fn plain_text_of_the_edge_leaves_the_header_and_else_a_minute() {
        let text = "error code: 1015";
        assert_eq!(wait(&reply(429, after(900.0), text)), 900_000);
        assert_eq!(wait(&reply(429, Head::default(), text)), 60_000);
        for odd in [f64::NAN, -1.0] {
            assert_eq!(wait(&reply(429, after(odd), text)), 60_000);
        }
        assert_eq!(wait(&reply(429, after(f64::INFINITY), text)), 86_400_000);
        assert_eq!(wait(&reply(429, after(0.0), text)), 1);
    }

    #[test]
    fn only_discord_itself_can_say_that_a_webhook_is_gone() {
        let verdict = |status, body| reply(status, Head::default(), body).verdict(str::to_owned);
        let unknown = r#"{"message": "Unknown Webhook", "code": 10015}"#;
        let gone = "discord answered 404, code 10015: Unknown Webhook".to_owned();
        assert_eq!(verdict(404, unknown), Verdict::Gone(gone));
        assert!(matches!(verdict(401, "{}"), Verdict::Gone(_)));
        assert!(matches!(verdict(404, "<html>"), Verdict::Trouble(_)));
        assert!(matches!(verdict(403, unknown), Verdict::Trouble(_)));
        assert!(matches!(verdict(502, "<html>"), Verdict::Trouble(_)));
        assert!(matches!(verdict(400, "{}"), Verdict::Refused(_)));
    }

    #[test]
    fn limits_that_others_used_up_do_not_ban() {
        let shared = Head {
            scope: Some("shared".to_owned()),
            ..Head::default()
        };
        assert!(!reply(429, shared, "").is_invalid());
        assert!(reply(429, Head::default(), "").is_invalid());
        assert!(reply(401, Head::default(), "").is_invalid());
    }

    #[test]
    fn an_answer_without_room_stops_the_next_message() {
        let head = Head {
            remaining: Some(0),
            reset_after_s: Some(1.25),
            ..Head::default()
        };
        assert_eq!(reply(204, head.clone(), "").full_ms(), Some(1_250));
        let head = Head {
            remaining: Some(1),
            ..head
        };
        assert_eq!(reply(204, head, "").full_ms(), None);
    }

    proptest! {
        #[test]
        fn hostile_answers_are_answers(
            status in 0_u16..1_000,
            retry in any::<Option<f64>>(),
            reset in any::<Option<f64>>(),
            remaining in prop::option::of(0_u64..3),
            body in prop::collection::vec(any::<u8>(), 0..300),
        ) {
            let head = Head { retry_after_s: retry, remaining, reset_after_s: reset, scope: None };
            let reply = Reply { status, head, body };
            let verdict = reply.verdict(str::to_owned);
            prop_assert_eq!(verdict == Verdict::Taken, (200..300).contains(&status));
            if let Verdict::Wait { wait_ms, .. } = verdict {
                prop_assert!((1..=86_400_000).contains(&wait_ms));
            }
            prop_assert!(reply.full_ms().is_none_or(|ms| ms <= 86_400_000));
        }
    }
}
