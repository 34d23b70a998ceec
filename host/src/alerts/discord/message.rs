//! Alerts as Discord wants them: embeds within its bounds, whatever is in the alerts.

use serde_json::{Map, Value, json};

use crate::alerts::text::{markdown, plain, units};
use crate::alerts::{Alert, Tone, Volume};
use crate::analysis::picture::phone;
use crate::domain::Timestamp;

/// Bounds of Discord. Source: `alerts.md` section 1; lengths in UTF-16 units, the larger of what could be meant.
const EMBEDS_MAX: usize = 10;
/// All embeds of one message together.
const UNITS_MAX: usize = 6_000;
const CONTENT_MAX: usize = 2_000;
const TITLE_MAX: usize = 256;
const AUTHOR_MAX: usize = 256;
const TEXT_MAX: usize = 4_096;
const FIELDS_MAX: usize = 25;
const FIELD_NAME_MAX: usize = 256;
const FIELD_VALUE_MAX: usize = 1_024;
/// Keys are short; Discord would take 2,048.
const FOOTER_MAX: usize = 256;
/// No sound.
const SILENT: u32 = 4_096;
/// A field may not be empty.
const NOTHING: &str = "-";

/// One message.
pub(super) struct Message {
    body: Map<String, Value>,
    /// Names and PNGs of the pictures its embeds show.
    pub(super) pictures: Vec<(String, Vec<u8>)>,
    /// Alerts in it.
    pub(super) count: usize,
}

impl Message {
    /// As many of the first alerts as fit; those that are silent and those that are not never share a message.
    pub(super) fn compose(alerts: &[(Alert, Volume)]) -> Self {
        let volume = alerts.first().map_or(Volume::On, |(_, volume)| *volume);
        let mut message = Self::new(volume);
        let mut embeds = Vec::new();
        let mut room = UNITS_MAX;
        let alike = alerts.iter().take_while(|(_, other)| *other == volume);
        for (alert, _) in alike.take(EMBEDS_MAX) {
            let embed = Embed::of(alert);
            if embed.units > room {
                break;
            }
            room -= embed.units;
            embeds.push(message.with_picture(embed.json, alert));
        }
        message.count = embeds.len();
        message.body.insert("embeds".to_owned(), embeds.into());
        message
    }

    /// The title and the key alone.
    pub(super) fn bare(alert: &Alert, volume: Volume) -> Self {
        let mut message = Self::new(volume);
        let key = markdown(&alert.key, FOOTER_MAX);
        let title = markdown(&alert.title, CONTENT_MAX - FOOTER_MAX - 3);
        let content = format!("{title} ({key})");
        message.body.insert("content".to_owned(), content.into());
        message.count = 1;
        message
    }

    fn new(volume: Volume) -> Self {
        let mut body = Map::new();
        // Without it a webhook calls everybody a stranger's text names.
        body.insert("allowed_mentions".to_owned(), json!({"parse": []}));
        if volume == Volume::Silent {
            body.insert("flags".to_owned(), SILENT.into());
        }
        Self {
            body,
            pictures: Vec::new(),
            count: 0,
        }
    }

    fn with_picture(&mut self, mut embed: Value, alert: &Alert) -> Value {
        if let Some(png) = phone::equity(&alert.equity) {
            let name = match self.pictures.len() {
                0 => "equity.png".to_owned(),
                more => format!("equity-{}.png", more + 1),
            };
            embed["image"] = json!({"url": format!("attachment://{name}")});
            self.pictures.push((name, png));
        }
        embed
    }

    /// The message as JSON.
    pub(super) fn json(&self) -> String {
        Value::Object(self.body.clone()).to_string()
    }
}

/// One alert.
struct Embed {
    json: Value,
    /// What it takes of the room of a message.
    units: usize,
}

impl Embed {
    fn of(alert: &Alert) -> Self {
        let mut room = UNITS_MAX;
        let mut cut = |made: String| {
            room -= units(&made);
            made
        };
        let title = cut(markdown(&alert.title, TITLE_MAX));
        let footer = cut(plain(&alert.key, FOOTER_MAX));
        let author = alert.strategy.as_deref().unwrap_or_default();
        let author = cut(plain(author, AUTHOR_MAX));
        let text = cut(markdown(&alert.text, TEXT_MAX));
        let fields = fields(&alert.fields, &mut room);
        let mut json = json!({
            "color": color(alert.tone),
            "timestamp": Timestamp(alert.time_ms).rfc3339(),
        });
        let parts = [
            ("title", json!(title), title.is_empty()),
            ("description", json!(text), text.is_empty()),
            ("author", json!({"name": author}), author.is_empty()),
            ("footer", json!({"text": footer}), footer.is_empty()),
            ("fields", json!(fields), fields.is_empty()),
        ];
        for (name, part, _) in parts.into_iter().filter(|(_, _, is_empty)| !is_empty) {
            json[name] = part;
        }
        Self {
            json,
            units: UNITS_MAX - room,
        }
    }
}

/// Facts beside each other, as many as there is room for.
fn fields(facts: &[(String, String)], room: &mut usize) -> Vec<Value> {
    let mut fields = Vec::new();
    for (name, value) in facts.iter().take(FIELDS_MAX) {
        let name = something(markdown(name, FIELD_NAME_MAX));
        let value = something(markdown(value, FIELD_VALUE_MAX));
        let length = units(&name) + units(&value);
        if length > *room {
            break;
        }
        *room -= length;
        fields.push(json!({"name": name, "value": value, "inline": true}));
    }
    fields
}

fn something(text: String) -> String {
    if text.is_empty() {
        NOTHING.to_owned()
    } else {
        text
    }
}

/// Blue, green, red; orange where somebody must act.
fn color(tone: Tone) -> u32 {
    match tone {
        Tone::Neutral => 0x34_98_db,
        Tone::Good => 0x2e_b8_72,
        Tone::Bad => 0xe0_4f_5f,
        Tone::Alarm => 0xff_8c_1a,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::alerts::testing::alert;

    fn composed(alerts: &[(Alert, Volume)]) -> (Message, Value) {
        let message = Message::compose(alerts);
        let json = serde_json::from_str(&message.json()).expect("it is JSON");
        (message, json)
    }

    #[test]
    fn an_embed_says_what_the_alert_says() {
        let alert = Alert {
            title: "Closed long BTC/USDT:USDT".to_owned(),
            text: "stop_loss".to_owned(),
            fields: vec![
                ("PnL".to_owned(), "-1.50 USDT".to_owned()),
                ("Tag".to_owned(), " ".to_owned()),
            ],
            tone: Tone::Bad,
            ..alert(1)
        };
        let (message, json) = composed(&[(alert, Volume::Silent)]);
        assert_eq!(message.count, 1);
        let expected = json!({
            "allowed_mentions": {"parse": []},
            "flags": 4_096,
            "embeds": [{
                "author": {"name": "ma"},
                "title": "Closed long BTC/USDT:USDT",
                "description": r"stop\_loss",
                "color": 0xe0_4f_5f,
                "timestamp": "2023-11-14T22:13:21Z",
                "fields": [
                    {"name": "PnL", "value": "\\-1.50 USDT", "inline": true},
                    {"name": "Tag", "value": "-", "inline": true},
                ],
                "footer": {"text": "s-1-0"},
            }],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn ten_share_a_message_and_the_silent_have_their_own() {
        let mut alerts: Vec<_> = (0..25).map(|n| (alert(n), Volume::On)).collect();
        assert_eq!(composed(&alerts).0.count, 10);
        alerts[3].1 = Volume::Silent;
        assert_eq!(composed(&alerts).0.count, 3);
    }

    #[test]
    fn a_picture_is_shown_by_its_name() {
        let drawn = Alert {
            equity: vec![(0, 100.0), (86_400_000, 110.0)],
            ..alert(1)
        };
        let alerts = [
            (drawn.clone(), Volume::On),
            (alert(2), Volume::On),
            (drawn, Volume::On),
        ];
        let (message, json) = composed(&alerts);
        let names: Vec<_> = message.pictures.iter().map(|p| p.0.as_str()).collect();
        assert_eq!(names, ["equity.png", "equity-2.png"]);
        assert_eq!(json["embeds"][0]["image"]["url"], "attachment://equity.png");
        assert_eq!(json["embeds"][1]["image"], Value::Null);
        assert_eq!(
            json["embeds"][2]["image"]["url"],
            "attachment://equity-2.png"
        );
    }

    #[test]
    fn bare_words_have_no_embeds() {
        let alert = Alert {
            title: "a_".repeat(4_000),
            ..alert(1)
        };
        let message = Message::bare(&alert, Volume::On);
        let json: Value = serde_json::from_str(&message.json()).expect("it is JSON");
        let content = json["content"].as_str().expect("it is text");
        assert!(units(content) <= CONTENT_MAX);
        assert!(content.ends_with("… (s-1-0)"), "{content}");
        assert_eq!(json["embeds"], Value::Null);
    }

    fn length(value: &Value) -> usize {
        value.as_str().map_or(0, units)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn no_message_is_larger_than_discord_takes(
            titles in prop::collection::vec("\\PC{0,400}", 1..12),
            text in "[\\PC\n]{0,5000}",
            value in "\\PC{0,1500}",
            fields in 0_usize..40,
        ) {
            let alerts: Vec<_> = titles.iter().map(|title| {
                let fields = vec![(title.clone(), value.clone()); fields];
                (Alert { title: title.clone(), text: text.clone(), strategy: Some(value.clone()), key: text.clone(), fields, ..alert(1) }, Volume::On)
            }).collect();
            let (message, json) = composed(&alerts);
            let embeds = json["embeds"].as_array().expect("there are some");
            prop_assert!(message.count == embeds.len() && (1..=10).contains(&message.count));
            let mut all = 0;
            for embed in embeds {
                let parts = [(&embed["title"], 256), (&embed["description"], 4_096), (&embed["author"]["name"], 256), (&embed["footer"]["text"], 2_048)];
                for (part, most) in parts {
                    prop_assert!(length(part) <= most);
                    all += length(part);
                }
                let fields = embed["fields"].as_array().cloned().unwrap_or_default();
                prop_assert!(fields.len() <= 25);
                for field in fields {
                    prop_assert!((1..=256).contains(&length(&field["name"])));
                    prop_assert!((1..=1_024).contains(&length(&field["value"])));
                    all += length(&field["name"]) + length(&field["value"]);
                }
            }
            prop_assert!(all <= 6_000, "{all}");
        }
    }
}
