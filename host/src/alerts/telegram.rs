//! Telegram: alerts into one chat, and commands of a few people. Source: `reference/alerts.md` sections 2 and 3.
//!
//! In reading order: what a user sets ([`settings`]); one call to the service ([`api`], [`client`]) and the time it takes ([`time`]);
//! what both directions share ([`link`]), what outlives the process ([`memory`]); text as Telegram wants it ([`page`]); alerts out
//! ([`sink`]); updates in ([`update`]), who is heard ([`access`]), the loop that asks for them ([`bot`]), what the commands are
//! ([`commands`]), what they do (`desk`) and what they show (`answers`); all of it in a thread ([`running`]).
//!
//! Rules: the token stands in the address of every request, so no address enters an error or a log; whoever is not on the list gets
//! no answer; a command that was sent before this process began, or one that changes something and waited for minutes, is not
//! carried out; everything shown comes from one [`Snapshot`](crate::query::Snapshot).

pub mod access;
mod answers;
pub mod api;
pub mod bot;
pub mod client;
pub mod commands;
mod desk;
pub mod link;
pub mod memory;
pub mod page;
pub mod running;
pub mod settings;
pub mod sink;
pub mod time;
pub mod update;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
