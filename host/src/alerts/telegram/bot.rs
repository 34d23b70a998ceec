//! The loop: asks for updates, carries commands out, answers, and only then lets the service forget them.
//!
//! * A command is carried out once: its number is kept after it was, and a command from before this process began is dropped, as is
//!   one that changes something and waited for more than [`AGE_MAX_S`]. Its sender is told.
//! * Trouble is asked again after growing pauses. A wrong token ends the loop, never the session.
//! * A second process with the same token: said once an hour, and asked again after 10 to 30 s. A webhook is removed once.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::{Value, json};

use super::access::Access;
use super::api::{Api, Call, Failure, Reply};
use super::commands::{self, What as Deed};
use super::desk::{Desk, Outcome};
use super::link::{Counters, Link};
use super::memory::{Memory, Remembered};
use super::page::{Line, MESSAGE_MAX, Page};
use super::settings::{Chat, Settings};
use super::sink::address;
use super::time::Time;
use super::update::{self, Command, Update, What};
use crate::control::{Handle, Origin};

/// Seconds the service may hold a question for updates: it allows no more.
const POLL_S: u64 = 50;
/// Until a question for updates is given up.
const POLL_PATIENCE: Duration = Duration::from_secs(POLL_S + 10);
/// Pauses after a second poller showed up, seconds.
const CONFLICT_PAUSES_S: [u64; 3] = [10, 20, 30];
/// The least time between two words to the operator about it, milliseconds.
const CONFLICT_TELL_MS: i64 = 3_600_000;
/// The longest pause after other trouble, seconds.
const TROUBLE_PAUSE_MAX_S: u64 = 60;
/// An empty answer that came sooner than this was not held: the next question waits as long, milliseconds.
const HELD_LEAST_MS: i64 = 1_000;
/// The longest the bot waits to be allowed to answer, milliseconds.
const QUIET_MAX_MS: u64 = 60_000;
/// Seconds after which a command that changes something is too old.
pub const AGE_MAX_S: i64 = 300;

/// Does the loop go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Turn {
    /// Yes.
    Next,
    /// No; why, in a sentence. The session goes on without commands.
    Ended(String),
}

/// Who the bot is.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Own {
    id: i64,
    name: String,
    /// The service's clock less ours, milliseconds.
    ahead_ms: i64,
}

/// The bot of one token.
pub struct Bot {
    api: Box<dyn Api>,
    time: Arc<dyn Time>,
    link: Link,
    access: Access,
    handle: Handle,
    remembered: Remembered,
    /// When this process began, by our clock.
    began_ms: i64,
    own: Option<Own>,
    conflicts: usize,
    conflict_told_ms: Option<i64>,
    troubles: u32,
    removed_webhook: bool,
}

impl Bot {
    /// A bot that was not heard of yet. `time` says when the process began: commands from before are dropped.
    #[must_use]
    pub fn new(
        settings: &Settings,
        api: Box<dyn Api>,
        time: Arc<dyn Time>,
        link: Link,
        handle: Handle,
        memory: Box<dyn Memory>,
    ) -> Self {
        Self {
            api,
            began_ms: time.now_ms(),
            time,
            access: Access::new(settings.users.clone(), link.clone()),
            link,
            handle,
            remembered: Remembered::new(memory),
            own: None,
            conflicts: 0,
            conflict_told_ms: None,
            troubles: 0,
            removed_webhook: false,
        }
    }

    /// Until everything ends, or the service wants nothing of this bot.
    pub fn run(mut self) {
        while !self.time.is_ending() {
            if let Turn::Ended(why) = self.turn() {
                tracing::error!(
                    why,
                    "telegram: no commands from now on; the session goes on"
                );
                return;
            }
        }
    }

    /// Introduces itself, or asks for updates once and does what they say.
    pub fn turn(&mut self) -> Turn {
        let turned = match self.own.clone() {
            None => self.introduce(),
            Some(own) => self.poll(&own),
        };
        match turned {
            Ok(()) => {
                self.troubles = 0;
                Turn::Next
            }
            Err(failure) => self.failed(&failure),
        }
    }

    /// Learns its own name and tells the menu of commands.
    fn introduce(&mut self) -> Result<(), Failure> {
        let reply = self.api.call(Call::new("getMe", json!({})))?;
        let (Some(id), Some(name)) = (
            reply.result["id"].as_i64(),
            reply.result["username"].as_str(),
        ) else {
            return Err(Failure::Unreached("getMe tells no bot".to_owned()));
        };
        let server_ms = reply.server_ms;
        let own = Own {
            id,
            name: name.to_owned(),
            ahead_ms: server_ms.map_or(0, |server| server - self.time.now_ms()),
        };
        let menu: Vec<Value> = commands::ALL
            .iter()
            .map(|c| json!({"command": c.name, "description": c.help}))
            .collect();
        match self
            .api
            .call(Call::new("setMyCommands", json!({"commands": menu})))
        {
            // Only the menu is missing.
            Err(Failure::Bad(why)) => tracing::warn!(why, "telegram: no menu of commands"),
            other => drop(other?),
        }
        let people = self.access.users().len();
        tracing::info!(bot = name, people, "telegram: commands are heard");
        self.own = Some(own);
        Ok(())
    }

    fn poll(&mut self, own: &Own) -> Result<(), Failure> {
        let asked_ms = self.time.now_ms();
        let offset = self.remembered.offset(own.id);
        let reply = self.updates(offset)?;
        self.conflicts = 0;
        let updates = update::read(&reply.result);
        let mut stale = Vec::new();
        for update in &updates {
            if self.time.is_ending() {
                return Ok(());
            }
            self.handle(own, update, &mut stale);
            self.remembered
                .set_offset(own.id, update.id.saturating_add(1));
        }
        self.tell_stale(stale);
        let was_held = self.time.now_ms() - asked_ms >= HELD_LEAST_MS;
        let is_new = updates.last().is_some_and(|u| Some(u.id) >= offset);
        if !is_new && !was_held {
            self.time
                .pause(Duration::from_millis(HELD_LEAST_MS.unsigned_abs()));
        }
        Ok(())
    }

    fn updates(&mut self, offset: Option<i64>) -> Result<Reply, Failure> {
        let mut arguments = json!({
            "timeout": POLL_S,
            "limit": 100,
            // The service keeps what was said last, whoever said it.
            "allowed_updates": ["message", "callback_query"],
        });
        if let Some(offset) = offset {
            arguments["offset"] = json!(offset);
        }
        self.api.call(Call {
            patience: POLL_PATIENCE,
            ..Call::new("getUpdates", arguments)
        })
    }

    fn failed(&mut self, failure: &Failure) -> Turn {
        let why = failure.to_string();
        match failure {
            Failure::Ending => return Turn::Next,
            Failure::Unauthorized(_) => return Turn::Ended(why),
            Failure::WebhookActive if !self.removed_webhook => {
                self.removed_webhook = true;
                tracing::warn!("telegram: the bot's messages go to a webhook: it is removed");
                let removed = self.api.call(Call::new("deleteWebhook", json!({})));
                if let Err(failure) = removed {
                    tracing::warn!(why = %failure, "telegram: the webhook cannot be removed");
                }
                return Turn::Next;
            }
            Failure::OtherPoller => self.conflict(),
            Failure::TooMany { wait_ms } => self.time.pause(Duration::from_millis(*wait_ms)),
            _ => self.trouble(&why),
        }
        self.link
            .counters
            .failed_polls
            .fetch_add(1, Ordering::Relaxed);
        Turn::Next
    }

    /// Another process asks for the same updates.
    fn conflict(&mut self) {
        let now_ms = self.time.now_ms();
        // Two hosts take turns: every now and then a question of each is answered.
        let is_told = |told: i64| now_ms - told < CONFLICT_TELL_MS;
        if !self.conflict_told_ms.is_some_and(is_told) {
            self.conflict_told_ms = Some(now_ms);
            tracing::warn!(
                "telegram: another process reads this bot's messages: two hosts must not share a token"
            );
            let say = "⚠️ Another process reads this bot's messages: commands reach either of them. \
                       Give each host a bot of its own.";
            self.send(self.link.chat(), None, &Page::saying(say));
        }
        let last = CONFLICT_PAUSES_S.len() - 1;
        let pause_s = CONFLICT_PAUSES_S[self.conflicts.min(last)];
        self.conflicts += 1;
        self.time.pause(Duration::from_secs(pause_s));
    }

    fn trouble(&mut self, why: &str) {
        if self.troubles == 0 {
            tracing::warn!(
                why,
                "telegram: no updates; asked again after growing pauses"
            );
        }
        let pause_s = (1_u64 << self.troubles.min(10)).min(TROUBLE_PAUSE_MAX_S);
        self.troubles = self.troubles.saturating_add(1);
        self.time.pause(Duration::from_secs(pause_s));
    }

    fn handle(&mut self, own: &Own, update: &Update, stale: &mut Vec<Command>) {
        match &update.what {
            What::Other => {}
            What::Button(id) => {
                // Buttons of another program with this token: the finger that pressed one waits for a word.
                let heard = Call::new("answerCallbackQuery", json!({"callback_query_id": id}));
                if let Err(failure) = self.api.call(heard) {
                    tracing::debug!(why = %failure, "telegram: a button was not answered");
                }
            }
            What::Command(command) => {
                let is_ours = command
                    .addressed
                    .as_ref()
                    .is_none_or(|name| name.eq_ignore_ascii_case(&own.name));
                if is_ours && self.access.admits(command, self.time.now_ms()) {
                    self.obey(own, command, stale);
                }
            }
        }
    }

    /// Somebody who may commands something.
    fn obey(&mut self, own: &Own, command: &Command, stale: &mut Vec<Command>) {
        let Some(known) = commands::find(&command.name) else {
            // In a group it may be meant for another bot.
            if command.is_private || command.addressed.is_some() {
                let say = format!("There is no command /{}. Try /help", command.name);
                audit(command, "unknown");
                self.reply(command, &Page::saying(say));
            }
            return;
        };
        if self.is_stale(own, command, known.what) {
            Counters::count(&self.link.counters.stale);
            audit(command, "dropped: too old");
            stale.push(command.clone());
            return;
        }
        let origin = Origin::Telegram {
            chat: command.chat,
            user: command.user,
        };
        let mut desk = Desk {
            handle: &self.handle,
            origin: &origin,
            remembered: &mut self.remembered,
        };
        let Outcome { page, result } = desk.carry_out(known, &command.words);
        Counters::count(&self.link.counters.commands);
        audit(command, &result);
        self.reply(command, &page);
    }

    /// Was it sent before this process began, or too long ago for what it does? By the service's clock, as its date is.
    fn is_stale(&self, own: &Own, command: &Command, what: Deed) -> bool {
        // Dates are whole seconds: one of the second in which the process began counts as later.
        let began_s = (self.began_ms + own.ahead_ms).div_euclid(1_000);
        let now_s = (self.time.now_ms() + own.ahead_ms).div_euclid(1_000);
        let is_old = what.changes() && now_s.saturating_sub(command.date) > AGE_MAX_S;
        command.date < began_s || is_old
    }

    /// One message a chat about all that came too late.
    fn tell_stale(&mut self, mut stale: Vec<Command>) {
        stale.sort_by_key(|command| (command.chat, command.topic, command.message));
        for same in stale.chunk_by(|a, b| (a.chat, a.topic) == (b.chat, b.topic)) {
            let Some(last) = same.last() else { continue };
            let names: Vec<String> = same
                .iter()
                .map(|c| {
                    format!("/{} {}", c.name, c.words.join(" "))
                        .trim()
                        .to_owned()
                })
                .collect();
            let page = Page::saying("⌛ These came too late and are dropped:")
                .line(Line::default().bold(names.join(", ")))
                .line(Line::default().plain("Send them again if you still mean them."));
            self.reply(last, &page);
        }
    }

    /// Answers where the command was sent; in a group as a reply to it.
    fn reply(&mut self, command: &Command, page: &Page) {
        let chat = Chat {
            id: command.chat,
            topic: command.topic,
        };
        let to = Some(command.message).filter(|_| !command.is_private);
        self.send(chat, to, page);
    }

    /// Sends all of a page, or as much as the service takes. A command stays carried out even if nobody hears of it.
    fn send(&mut self, chat: Chat, to: Option<i64>, page: &Page) {
        for text in page.messages(MESSAGE_MAX) {
            let mut arguments = json!({
                "text": text,
                "parse_mode": "HTML",
                "link_preview_options": {"is_disabled": true},
            });
            address(&mut arguments, chat);
            if let Some(message) = to {
                arguments["reply_parameters"] =
                    json!({"message_id": message, "allow_sending_without_reply": true});
            }
            if let Err(failure) = self.deliver(chat.id, &Call::new("sendMessage", arguments)) {
                tracing::warn!(chat = chat.id, why = %failure, "telegram: an answer was not delivered");
                return;
            }
        }
    }

    /// Sends once; twice where the service asked to wait a little.
    fn deliver(&mut self, chat: i64, call: &Call) -> Result<(), Failure> {
        self.wait_for(chat)?;
        match self.api.call(call.clone()) {
            Err(Failure::TooMany { wait_ms }) => {
                self.link.hush(chat, self.time.now_ms(), wait_ms);
                self.wait_for(chat)?;
                self.api.call(call.clone()).map(|_| ())
            }
            other => other.map(|_| ()),
        }
    }

    /// Until something may be sent to a chat again; not longer than people wait for an answer.
    fn wait_for(&self, chat: i64) -> Result<(), Failure> {
        let wait_ms = self.link.quiet_ms(chat, self.time.now_ms());
        if wait_ms > QUIET_MAX_MS {
            return Err(Failure::TooMany { wait_ms });
        }
        if wait_ms > 0 {
            self.time.pause(Duration::from_millis(wait_ms));
        }
        Ok(())
    }
}

/// Every command of somebody who may is written down.
fn audit(command: &Command, result: &str) {
    tracing::info!(
        chat = command.chat,
        user = command.user,
        command = format!("/{} {}", command.name, command.words.join(" ")).trim(),
        result,
        "telegram: command"
    );
}
