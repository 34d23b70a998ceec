//! Updates in: what people sent, read out of bytes nobody vouches for.
//!
//! Each update is read by itself: one of a kind that is unknown, or broken, takes nothing else with it.

use serde::Deserialize;
use serde_json::Value;

/// What one update is to the bot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Update {
    /// Its number; updates are confirmed by the next one.
    pub id: i64,
    /// What is in it.
    pub what: What,
}

/// Kinds of updates the bot knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A command.
    Command(Command),
    /// A button was pressed; it waits for a word that it was heard.
    Button(String),
    /// Anything else.
    Other,
}

/// A command somebody sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    /// The chat it was sent in.
    pub chat: i64,
    /// Is that a chat of two.
    pub is_private: bool,
    /// The topic in it.
    pub topic: Option<i64>,
    /// The message.
    pub message: i64,
    /// Who sent it.
    pub user: i64,
    /// It was sent in the name of a group or channel: who really did is not known.
    pub is_anonymous: bool,
    /// When, seconds since 1970 by the service's clock.
    pub date: i64,
    /// Lower case, without the stroke: `status`.
    pub name: String,
    /// The bot it names: `/status@desk_bot`.
    pub addressed: Option<String>,
    /// The words after it.
    pub words: Vec<String>,
}

/// Reads an answer to `getUpdates`. What has no number is left out.
#[must_use]
pub fn read(result: &Value) -> Vec<Update> {
    let updates = result.as_array().into_iter().flatten();
    updates.filter_map(update).collect()
}

fn update(value: &Value) -> Option<Update> {
    let id = value.get("update_id")?.as_i64()?;
    let message = value
        .get("message")
        .and_then(|m| Message::deserialize(m).ok());
    let button = || value.get("callback_query")?.get("id")?.as_str();
    let what = match message.and_then(Message::command) {
        Some(command) => What::Command(command),
        None => button().map_or(What::Other, |id| What::Button(id.to_owned())),
    };
    Some(Update { id, what })
}

#[derive(Debug, Deserialize)]
struct Message {
    message_id: i64,
    date: i64,
    chat: Place,
    from: Option<Person>,
    #[serde(default)]
    text: String,
    #[serde(default)]
    entities: Vec<Entity>,
    sender_chat: Option<Value>,
    forward_origin: Option<Value>,
    forward_date: Option<Value>,
    via_bot: Option<Value>,
    message_thread_id: Option<i64>,
    #[serde(default)]
    is_topic_message: bool,
}

#[derive(Debug, Deserialize)]
struct Place {
    id: i64,
    #[serde(rename = "type", default)]
    kind: String,
}

#[derive(Debug, Deserialize)]
struct Person {
    id: i64,
    #[serde(default)]
    is_bot: bool,
}

/// A stretch of text with a meaning, in UTF-16 units.
#[derive(Debug, Deserialize)]
struct Entity {
    #[serde(rename = "type")]
    kind: String,
    offset: usize,
    length: usize,
}

impl Message {
    /// The command at its beginning, if somebody typed one.
    fn command(self) -> Option<Command> {
        let from = self.from?;
        let is_passed_on =
            self.forward_origin.is_some() || self.forward_date.is_some() || self.via_bot.is_some();
        let is_anonymous = self.sender_chat.is_some();
        // Anonymous admins are bots to the service: the bot says that it does not hear them.
        if is_passed_on || (from.is_bot && !is_anonymous) {
            return None;
        }
        let entity = self
            .entities
            .iter()
            .find(|e| e.offset == 0 && e.kind == "bot_command")?;
        let units: Vec<u16> = self.text.encode_utf16().collect();
        let head = String::from_utf16(units.get(..entity.length)?).ok()?;
        let rest = String::from_utf16_lossy(units.get(entity.length..)?);
        let head = head.strip_prefix('/')?;
        let (name, addressed) = match head.split_once('@') {
            Some((name, bot)) => (name, Some(bot.to_owned())),
            None => (head, None),
        };
        Some(Command {
            chat: self.chat.id,
            is_private: self.chat.kind == "private",
            // Replies have a thread of their own that is no topic: the service refuses its number.
            topic: self.message_thread_id.filter(|_| self.is_topic_message),
            message: self.message_id,
            user: from.id,
            is_anonymous,
            date: self.date,
            name: name.to_lowercase(),
            addressed,
            words: rest.split_whitespace().map(str::to_owned).collect(),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::data::testing::shared_or_skip;

    fn recorded(name: &str) -> Option<Vec<Update>> {
        let path = shared_or_skip(&format!("fixtures/alerts/telegram_get_updates_{name}.json"))?;
        let text = std::fs::read_to_string(path).expect("it can be read");
        let answer: Value = serde_json::from_str(&text).expect("JSON");
        Some(read(&answer["result"]))
    }

    #[test]
    fn a_recorded_private_command_is_read() {
        let Some(updates) = recorded("private_command") else {
            return;
        };
        let [
            Update {
                id: 892_252_934,
                what: What::Command(command),
            },
        ] = &updates[..]
        else {
            panic!("{updates:?}");
        };
        assert_eq!(
            (command.chat, command.user, command.name.as_str()),
            (218_485_655, 218_485_655, "status")
        );
        assert!(command.is_private && !command.is_anonymous && command.words.is_empty());
        assert_eq!(command.date, 1_569_518_342);
    }

    #[test]
    fn a_recorded_reply_in_a_group_is_read_and_its_thread_is_no_topic() {
        let Some(updates) = recorded("supergroup_command") else {
            return;
        };
        let What::Command(command) = &updates[0].what else {
            panic!("{updates:?}");
        };
        assert_eq!(
            (
                command.chat,
                command.user,
                command.name.as_str(),
                command.topic
            ),
            (-1_001_293_752_024, 5_964_236_329, "profit", None)
        );
        assert!(!command.is_private);
    }

    #[test]
    fn recorded_updates_of_other_kinds_are_only_numbers() {
        let Some(updates) = recorded("unhandled_kinds") else {
            return;
        };
        let ids: Vec<i64> = updates.iter().map(|u| u.id).collect();
        assert_eq!(ids, [71_651_249, 71_651_250, 71_651_251]);
        assert!(updates.iter().all(|u| u.what == What::Other));
    }

    fn message(change: impl Fn(&mut Value)) -> What {
        let mut message = json!({
            "message_id": 1, "date": 1_700_000_000, "text": "/Trades@Desk_Bot 5 é",
            "chat": {"id": 5, "type": "private"}, "from": {"id": 5, "is_bot": false},
            "entities": [{"type": "bot_command", "offset": 0, "length": 16}],
        });
        change(&mut message);
        let updates = read(&json!([{"update_id": 1, "message": message}]));
        updates.into_iter().next().expect("one").what
    }

    #[test]
    fn a_command_has_a_name_a_bot_and_words() {
        let What::Command(command) = message(|_| {}) else {
            panic!("it is one");
        };
        assert_eq!(command.name, "trades");
        assert_eq!(command.addressed.as_deref(), Some("Desk_Bot"));
        assert_eq!(command.words, ["5", "é"]);
    }

    #[test]
    fn what_nobody_typed_here_is_no_command() {
        type Change = fn(&mut Value);
        let changes: [Change; 9] = [
            |m| m["forward_origin"] = json!({"type": "user"}),
            |m| m["forward_date"] = json!(1),
            |m| m["via_bot"] = json!({"id": 3}),
            |m| m["from"]["is_bot"] = json!(true),
            |m| m["from"] = Value::Null,
            |m| m["entities"] = json!([]),
            |m| m["entities"][0]["offset"] = json!(1),
            |m| m["entities"][0]["length"] = json!(4_000),
            |m| m["entities"][0]["type"] = json!("hashtag"),
        ];
        for (number, change) in changes.iter().enumerate() {
            assert_eq!(message(change), What::Other, "change {number}");
        }
        let edited = json!([{"update_id": 1, "edited_message": {"text": "/stop"}}]);
        assert_eq!(read(&edited)[0].what, What::Other);
    }

    #[test]
    fn an_anonymous_admin_is_known_as_one() {
        let admin = message(|m| {
            m["sender_chat"] = json!({"id": -100, "type": "supergroup"});
            m["from"] = json!({"id": 1_087_968_824, "is_bot": true});
        });
        assert!(matches!(admin, What::Command(command) if command.is_anonymous));
    }

    proptest::proptest! {
        #[test]
        fn hostile_updates_never_panic(text: String, length: usize, offset: usize, id: i64, bytes: Vec<u8>) {
            let entity = json!({"type": "bot_command", "offset": offset % 2, "length": length % 40});
            let message = json!({"message_id": id, "date": id, "text": format!("/{text}"), "chat": {"id": id},
                "from": {"id": id}, "entities": [entity]});
            let _ = read(&json!([{"update_id": id, "message": message}, {"update_id": text}, bytes]));
            if let Ok(value) = serde_json::from_slice::<Value>(&bytes) {
                let _ = read(&value);
            }
        }
    }
}
