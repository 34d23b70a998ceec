//! The bot in a thread of its own, and the sink beside it.

use std::sync::Arc;
use std::thread::JoinHandle;

use super::bot::Bot;
use super::client::Client;
use super::link::Link;
use super::memory::Memory;
use super::settings::Settings;
use super::sink::{Picture, TelegramSink};
use super::time::{Ending, RealTime};
use crate::alerts::SystemClock;
use crate::control::Handle;

/// The sink for these settings; its worker owns it. The process must have chosen its TLS (`venues::tls::install`).
///
/// # Errors
/// The system gives no sockets or threads.
pub fn sink(settings: &Settings, link: &Link, picture: Picture) -> Result<TelegramSink, String> {
    let client = Client::new(settings, Ending::default())?;
    Ok(TelegramSink::new(
        Box::new(client),
        link.clone(),
        Arc::new(SystemClock),
        picture,
    ))
}

/// A bot that listens.
#[derive(Debug)]
pub struct Running {
    ending: Ending,
    thread: JoinHandle<()>,
}

impl Running {
    /// Begins to listen; nothing where nobody may command. As for [`sink`], TLS must have been chosen.
    ///
    /// # Errors
    /// The system gives no sockets or threads.
    pub fn start(
        settings: &Settings,
        link: &Link,
        handle: Handle,
        memory: Box<dyn Memory>,
    ) -> Result<Option<Self>, String> {
        if settings.users.is_empty() {
            tracing::info!("telegram: alerts only; TELEGRAM_USERS names who may command");
            return Ok(None);
        }
        let ending = Ending::default();
        let client = Client::new(settings, ending.clone())?;
        let time = RealTime::until(ending.clone());
        let bot = Bot::new(
            settings,
            Box::new(client),
            Arc::new(time),
            link.clone(),
            handle,
            memory,
        );
        let thread = std::thread::Builder::new().name("telegram".to_owned());
        let thread = thread
            .spawn(move || bot.run())
            .map_err(|e| format!("no thread for telegram: {e}"))?;
        Ok(Some(Self { ending, thread }))
    }

    /// Stops listening: a question for updates is given up at once, a command that was begun is finished (at most 10 s each).
    pub fn stop(self) {
        self.ending.say();
        if self.thread.join().is_err() {
            tracing::error!("telegram: the bot's thread had panicked");
        }
    }
}
