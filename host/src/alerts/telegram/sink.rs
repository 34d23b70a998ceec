//! Alerts out: as few messages as possible into one chat.
//!
//! * Alerts that come together share messages, up to the length of one. It makes a sound unless all of it is silent.
//! * An equity picture goes with its alert as a caption; where it cannot be drawn, is refused or its text is too long, the text goes alone.
//! * What the service says is obeyed: a wait to the millisecond, for the answers of the bot too; a new id of the group; a wrong
//!   token or a removed bot end the sink; a message it refuses is sent alone once more, then dropped.

use std::sync::Arc;

use serde_json::{Value, json};

use super::api::{Api, Call, Failure};
use super::link::Link;
use super::page::{CAPTION_MAX, Line, MESSAGE_MAX, Page, units};
use super::settings::Chat;
use crate::alerts::{Alert, Clock, Level, Sent, Sink, Tone, Volume};

/// Until somebody may have opened the chat, milliseconds.
const CHAT_NOT_FOUND_WAIT_MS: u64 = 60_000;

/// Draws equity as PNG: milliseconds since 1970 and account currency; none where there is nothing to draw.
pub type Picture = Box<dyn Fn(&[(i64, f64)]) -> Option<Vec<u8>> + Send>;

/// The sink of one chat.
pub struct TelegramSink {
    api: Box<dyn Api>,
    link: Link,
    clock: Arc<dyn Clock>,
    picture: Picture,
    /// Messages of the alert with this key that were taken already, of an attempt that failed halfway.
    begun: Option<(String, usize)>,
}

impl TelegramSink {
    /// Sends through `api`; what is due is read from `clock`.
    #[must_use]
    pub fn new(api: Box<dyn Api>, link: Link, clock: Arc<dyn Clock>, picture: Picture) -> Self {
        Self {
            api,
            link,
            clock,
            picture,
            begun: None,
        }
    }

    /// Sends one alert alone, from where the last attempt stopped.
    fn send_alone(&mut self, alert: &Alert, volume: Volume) -> Result<(), Failure> {
        let page = page(alert);
        let silent = volume == Volume::Silent;
        if !alert.equity.is_empty() && self.send_picture(alert, &page, silent)? {
            return Ok(());
        }
        let done = match &self.begun {
            Some((key, done)) if *key == alert.key => *done,
            _ => 0,
        };
        for (number, message) in page.messages(MESSAGE_MAX).iter().enumerate().skip(done) {
            self.send_text(message, silent)?;
            self.begun = Some((alert.key.clone(), number + 1));
        }
        self.begun = None;
        Ok(())
    }

    /// Says whether a picture with the whole text under it was taken.
    fn send_picture(&mut self, alert: &Alert, page: &Page, silent: bool) -> Result<bool, Failure> {
        let [caption] = &page.messages(MESSAGE_MAX)[..] else {
            return Ok(false);
        };
        let Some(png) = Some(caption)
            .filter(|text| units(text) <= CAPTION_MAX)
            .and_then(|_| (self.picture)(&alert.equity))
        else {
            return Ok(false);
        };
        let call = Call {
            photo: Some(png),
            ..Call::new("sendPhoto", json!({"caption": caption}))
        };
        match self.deliver(call, silent) {
            Err(Failure::Bad(why)) => {
                tracing::warn!(key = alert.key, why, "telegram: the picture is refused");
                Ok(false)
            }
            other => other.map(|()| true),
        }
    }

    fn send_text(&mut self, text: &str, silent: bool) -> Result<(), Failure> {
        let arguments = json!({"text": text, "link_preview_options": {"is_disabled": true}});
        self.deliver(Call::new("sendMessage", arguments), silent)
    }

    /// Sends to the chat, wherever it is now.
    fn deliver(&mut self, mut call: Call, silent: bool) -> Result<(), Failure> {
        let chat = self.link.chat();
        let wait_ms = self.link.quiet_ms(chat.id, self.clock.now_ms());
        if wait_ms > 0 {
            return Err(Failure::TooMany { wait_ms });
        }
        call.arguments["parse_mode"] = json!("HTML");
        call.arguments["disable_notification"] = json!(silent);
        address(&mut call.arguments, chat);
        let first = self.api.call(call.clone());
        let taken = match first {
            Err(Failure::Moved(to)) if to != chat.id => {
                self.link.moved(chat.id, to);
                address(&mut call.arguments, self.link.chat());
                self.api.call(call)
            }
            other => other,
        };
        if let Err(Failure::TooMany { wait_ms }) = taken {
            let chat = self.link.chat().id;
            self.link.hush(chat, self.clock.now_ms(), wait_ms);
        }
        taken.map(|_| ())
    }
}

impl Sink for TelegramSink {
    fn name(&self) -> &'static str {
        "telegram"
    }

    fn send(&mut self, alerts: &[(Alert, Volume)]) -> Sent {
        let Some((first, volume)) = alerts.first() else {
            return Sent::Taken(0);
        };
        let together = together(alerts);
        if together.count > 1 {
            match self.send_text(&together.text, together.silent) {
                Ok(()) => return Sent::Taken(together.count),
                // One of them is to blame: alone it is known which.
                Err(Failure::Bad(_)) => {}
                Err(failure) => return sent(failure),
            }
        }
        match self.send_alone(first, *volume) {
            Ok(()) => Sent::Taken(1),
            Err(failure) => sent(failure),
        }
    }
}

/// What a failure means for the worker.
fn sent(failure: Failure) -> Sent {
    let why = failure.to_string();
    match failure {
        Failure::TooMany { wait_ms } => Sent::Later {
            wait_ms: Some(wait_ms),
            why,
        },
        Failure::ChatNotFound => Sent::Later {
            wait_ms: Some(CHAT_NOT_FOUND_WAIT_MS),
            why,
        },
        Failure::Unauthorized(_) | Failure::Forbidden(_) => Sent::Disabled(why),
        Failure::Bad(_) => Sent::Dropped(why),
        Failure::Unreached(_)
        | Failure::Moved(_)
        | Failure::OtherPoller
        | Failure::WebhookActive
        | Failure::Ending => Sent::Later { wait_ms: None, why },
    }
}

/// The first alerts that fit into one message.
struct Together {
    text: String,
    count: usize,
    silent: bool,
}

fn together(alerts: &[(Alert, Volume)]) -> Together {
    let mut found = Together {
        text: String::new(),
        count: 0,
        silent: true,
    };
    let mut all = Page::default();
    // Pictures go alone.
    for (alert, volume) in alerts.iter().take_while(|(a, _)| a.equity.is_empty()) {
        all = all.page(page(alert));
        let messages = all.messages(MESSAGE_MAX);
        let [message] = &messages[..] else {
            break;
        };
        found.text.clone_from(message);
        found.count += 1;
        found.silent &= *volume == Volume::Silent;
    }
    found
}

/// Puts the chat into the arguments of a call.
pub(super) fn address(arguments: &mut Value, chat: Chat) {
    arguments["chat_id"] = json!(chat.id);
    if let Some(topic) = chat.topic {
        arguments["message_thread_id"] = json!(topic);
    }
}

/// An alert as it is read on a phone: a sign and a title, what happened, a line a fact, its key at the end.
fn page(alert: &Alert) -> Page {
    let sign = match (alert.tone, alert.level) {
        (Tone::Alarm, _) | (_, Level::Error) => "🚨",
        (_, Level::Warning) => "⚠️",
        (Tone::Good, _) => "🟢",
        (Tone::Bad, _) => "🔴",
        (Tone::Neutral, _) => "🔵",
    };
    let title = Line::default().plain(sign).plain(" ").bold(&alert.title);
    let page = Page::default().line(title).text(&alert.text);
    let facts = alert.fields.iter();
    let page = facts.fold(page, |page, (name, value)| {
        page.line(Line::default().plain(name).plain(": ").bold(value))
    });
    page.line(Line::default().italic(&alert.key))
}
