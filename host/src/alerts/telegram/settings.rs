//! What a user sets: a token, a chat, the people who may command.

use std::collections::BTreeSet;

use url::Url;

use crate::alerts::Secret;
use crate::config::{
    self, TELEGRAM_API_URL, TELEGRAM_BOT_TOKEN, TELEGRAM_CHAT_ID, TELEGRAM_USERS, Variable,
};

/// Users that stand for many people: anonymous admins of a group, people who write as a channel, forwarded posts.
const SHARED_USERS: [i64; 3] = [1_087_968_824, 136_817_688, 777_000];

/// Where messages go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chat {
    /// Its id; groups are negative.
    pub id: i64,
    /// The topic in it.
    pub topic: Option<i64>,
}

/// Checked settings. The token does not show in `Debug`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Address of the service, without a slash at the end.
    pub base: String,
    /// The bot's token.
    pub token: Secret,
    /// Where alerts go.
    pub chat: Chat,
    /// Who may command; nobody = alerts only.
    pub users: BTreeSet<i64>,
}

/// Why they make no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SettingsError {
    /// Names the variable.
    pub message: String,
    /// What to do.
    pub hint: &'static str,
}

impl Settings {
    /// Reads them; none without a token: Telegram is off by default. Without users there are alerts, but no commands: a chat
    /// alone lets nobody command.
    ///
    /// # Errors
    /// A value that is none of its kind, or a token that leads nowhere. Values of secrets are not told.
    pub fn read(settings: &config::Settings) -> Result<Option<Self>, SettingsError> {
        let Some(token) = settings.get(&TELEGRAM_BOT_TOKEN) else {
            return Ok(None);
        };
        let token = checked_token(token)?;
        let users = users(settings.get(&TELEGRAM_USERS).unwrap_or_default())?;
        let chat = match (settings.get(&TELEGRAM_CHAT_ID), users.first()) {
            (Some(text), _) => chat(text)?,
            // A private chat has the id of the user in it.
            (None, Some(user)) => Chat {
                id: *user,
                topic: None,
            },
            (None, None) => {
                return Err(SettingsError {
                    message:
                        "TELEGRAM_BOT_TOKEN is set, but neither TELEGRAM_USERS nor TELEGRAM_CHAT_ID"
                            .to_owned(),
                    hint: "put your own user id into TELEGRAM_USERS: docs/telegram.md says how to find it",
                });
            }
        };
        Ok(Some(Self {
            base: base(settings.get(&TELEGRAM_API_URL).unwrap_or_default())?,
            token,
            chat,
            users,
        }))
    }

    /// Is the service on this machine: no proxy stands between us and ourselves.
    pub(super) fn is_here(&self) -> bool {
        match Url::parse(&self.base).as_ref().map(Url::host) {
            Ok(Some(url::Host::Ipv4(ip))) => ip.is_loopback(),
            Ok(Some(url::Host::Ipv6(ip))) => ip.is_loopback(),
            Ok(Some(url::Host::Domain(name))) => name == "localhost",
            Ok(None) | Err(_) => false,
        }
    }
}

fn checked_token(text: &str) -> Result<Secret, SettingsError> {
    let fits = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
    match text.split_once(':') {
        Some((id, key))
            if !key.is_empty()
                && !id.is_empty()
                && id.bytes().all(|b| b.is_ascii_digit())
                && key.chars().all(fits) =>
        {
            Ok(Secret::new(text.to_owned()))
        }
        _ => Err(SettingsError {
            message: "TELEGRAM_BOT_TOKEN is not a token of a bot".to_owned(),
            hint: "copy it from @BotFather: digits, a colon, letters",
        }),
    }
}

fn users(text: &str) -> Result<BTreeSet<i64>, SettingsError> {
    let parts = text.split(',').map(str::trim).filter(|p| !p.is_empty());
    let user = |part: &str| match part.parse::<i64>() {
        Ok(id) if SHARED_USERS.contains(&id) => Err(SettingsError {
            message: format!("TELEGRAM_USERS: {id} stands for all anonymous admins or channels"),
            hint: "name people: each one's own user id",
        }),
        Ok(id) if id > 0 => Ok(id),
        _ => Err(SettingsError {
            message: format!("TELEGRAM_USERS: `{part}` is not the id of a user"),
            hint: "write numbers with commas between them: 218485655,5964236329; @userinfobot tells yours",
        }),
    };
    parts.map(user).collect()
}

fn chat(text: &str) -> Result<Chat, SettingsError> {
    let (id, topic) = match text.split_once('/') {
        Some((id, topic)) => (id.trim().parse(), Some(topic.trim().parse())),
        None => (text.trim().parse(), None),
    };
    match (id, topic.transpose()) {
        (Ok(id), Ok(topic)) if id != 0 => Ok(Chat { id, topic }),
        _ => Err(SettingsError {
            message: format!("TELEGRAM_CHAT_ID: `{text}` is not the id of a chat"),
            hint: "a private chat has the id of its user, a group a negative one; a topic of a group is -100123456/7",
        }),
    }
}

fn base(text: &str) -> Result<String, SettingsError> {
    let bare = text.trim_end_matches('/');
    match Url::parse(bare) {
        Ok(url) if ["http", "https"].contains(&url.scheme()) && url.host().is_some() => {
            Ok(bare.to_owned())
        }
        _ => Err(SettingsError {
            message: format!(
                "{} is not the address of a server",
                shown(&TELEGRAM_API_URL, text)
            ),
            hint: "leave it out, or write http://localhost:8081 for a server of your own",
        }),
    }
}

fn shown(variable: &Variable, value: &str) -> String {
    format!("{}: `{value}`", variable.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "123456:AAbb-cc_dd";

    fn read(lines: &str) -> Result<Option<Settings>, SettingsError> {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("host.toml"), lines).expect("a file");
        Settings::read(&config::Settings::load(folder.path()).expect("it is fine"))
    }

    #[test]
    fn it_is_off_by_default_and_a_chat_alone_lets_nobody_command() {
        assert!(read("").expect("nothing is wrong").is_none());
        let token = format!("telegram_bot_token = '{TOKEN}'\n");
        let both = read(&(token.clone() + "telegram_chat_id = -100123"));
        let alerts_only = both.expect("it is fine").expect("it is on");
        assert!(alerts_only.users.is_empty());
        assert_eq!(alerts_only.chat.id, -100_123);
        let neither = read(&token).expect_err("it leads nowhere");
        assert!(neither.message.contains("neither TELEGRAM_USERS"));
        let user = read(&(token + "telegram_users = '7, 8'")).expect("it is fine");
        let user = user.expect("it is on");
        assert_eq!((user.chat.id, user.users.len()), (7, 2));
        assert!(!format!("{user:?}").contains("AAbb"));
        assert_eq!(user.base, "https://api.telegram.org");
    }

    #[test]
    fn what_is_wrong_is_named_and_a_token_is_not_told() {
        let cases = [
            (
                "telegram_bot_token = 'hunter2'",
                "TELEGRAM_BOT_TOKEN is not a token",
            ),
            ("telegram_users = '7, @me'", "`@me` is not the id of a user"),
            (
                "telegram_users = '-100'",
                "TELEGRAM_USERS: `-100` is not the id",
            ),
            ("telegram_users = '1087968824'", "all anonymous admins"),
            ("telegram_chat_id = 'desk'", "TELEGRAM_CHAT_ID: `desk`"),
            ("telegram_chat_id = '5/x'", "TELEGRAM_CHAT_ID: `5/x`"),
            (
                "telegram_api_url = 'ftp://x'",
                "TELEGRAM_API_URL: `ftp://x`",
            ),
        ];
        for (line, says) in cases {
            let (token, users) = (
                format!("telegram_bot_token = '{TOKEN}'\n"),
                "telegram_users = '7'\n",
            );
            let mut lines = String::new();
            for other in [token.as_str(), users] {
                if !line.starts_with(other.split('=').next().unwrap_or_default()) {
                    lines.push_str(other);
                }
            }
            let error = read(&(lines + line)).expect_err(line);
            assert!(error.message.contains(says), "{error}");
            assert!(!error.message.contains("hunter2"));
        }
    }

    #[test]
    fn a_topic_of_a_group_can_be_named() {
        let there = chat("-100123/45").expect("a chat");
        assert_eq!((there.id, there.topic), (-100_123, Some(45)));
    }
}
