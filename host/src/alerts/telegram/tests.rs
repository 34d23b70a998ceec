//! The bot and the sink against a service, a clock and a session that tests make up.

mod answers;
mod bot;
mod sink;
mod wire;
