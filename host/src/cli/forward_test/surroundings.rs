//! What lives beside a session: alerts, the bot, the control socket, health and metrics.

use std::any::Any;
use std::path::Path;
use std::sync::Arc;

use crate::alerts::discord::{Discord, Webhook};
use crate::alerts::telegram::link::Link;
use crate::alerts::telegram::running::{self, Running};
use crate::alerts::telegram::settings::Settings as Telegram;
use crate::alerts::{AlertSource, Clock, DeliveryBook, Dispatch, Sink, SystemClock, Volumes};
use crate::analysis::picture::phone;
use crate::config::{self, Settings};
use crate::control::Handle;
use crate::forward_test::{ForwardError, Outside};
use crate::persistence::{Deliveries, Journal, JournalError};
use crate::serve::settings::Serving;
use crate::serve::start::Serve;

/// A bot that is stopped when the session ends.
struct Listening(Option<Running>);

impl Drop for Listening {
    fn drop(&mut self) {
        if let Some(running) = self.0.take() {
            running.stop();
        }
    }
}

pub(super) fn open(
    settings: &Settings,
    database: &Path,
    volumes: &[(String, Volumes)],
    handle: Handle,
    sd_notify: bool,
) -> Result<Outside, ForwardError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let of = |name: &str| {
        let set = volumes.iter().find(|(sink, _)| sink == name);
        set.map_or_else(Volumes::default, |(_, volumes)| volumes.clone())
    };
    let mut sinks: Vec<(Box<dyn Sink>, Volumes)> = Vec::new();
    if let Some(url) = settings.get(&config::DISCORD_WEBHOOK_URL) {
        let webhook = Webhook::parse(url).map_err(|e| user(e.to_string(), e.hint()))?;
        let discord = Discord::new(webhook, Arc::clone(&clock)).map_err(world)?;
        sinks.push((Box::new(discord), of("discord")));
    }
    let mut others: Vec<Box<dyn Any>> = Vec::new();
    let telegram = Telegram::read(settings).map_err(|e| user(e.to_string(), e.hint))?;
    if let Some(telegram) = &telegram {
        let link = Link::new(telegram);
        let sink = running::sink(telegram, &link, Box::new(phone::equity)).map_err(world)?;
        sinks.push((Box::new(sink), of("telegram")));
        let memory = Box::new(deliveries(database)?);
        let bot = Running::start(telegram, &link, handle.clone(), memory).map_err(world)?;
        others.push(Box::new(Listening(bot)));
    }
    // Whoever wants no alerts has no second file.
    let dispatch = match sinks.is_empty() {
        true => Dispatch::start(Vec::new(), |_| unreachable!("there is no sink"), clock),
        false => {
            let mut connections = Vec::new();
            for _ in &sinks {
                let source: Box<dyn AlertSource> = Box::new(Journal::read_only(database)?);
                let book: Box<dyn DeliveryBook> = Box::new(deliveries(database)?);
                connections.push((source, book));
            }
            let connections = std::cell::RefCell::new(connections);
            Dispatch::start(
                sinks,
                |_| connections.borrow_mut().pop().expect("one a sink"),
                clock,
            )
        }
    };
    let serving = Serving::read(settings, sd_notify).map_err(|e| serve(&e))?;
    let served = Serve::start(&serving, handle).map_err(|e| serve(&e))?;
    others.push(Box::new(served));
    Ok(Outside { dispatch, others })
}

fn deliveries(database: &Path) -> Result<Deliveries, JournalError> {
    let last = Journal::read_only(database)?.last_alert()?;
    Deliveries::open(database, last)
}

fn serve(error: &crate::serve::start::ServeError) -> ForwardError {
    let hint = error.hint().map(str::to_owned);
    if error.is_users() {
        user(error.to_string(), hint.as_deref().unwrap_or_default())
    } else {
        ForwardError::World {
            message: error.to_string(),
            hint,
        }
    }
}

fn user(message: String, hint: &str) -> ForwardError {
    ForwardError::User {
        message,
        hint: hint.to_owned(),
    }
}

fn world(message: String) -> ForwardError {
    ForwardError::World {
        message,
        hint: None,
    }
}
