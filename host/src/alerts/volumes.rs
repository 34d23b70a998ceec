//! How loud each kind of alert is at one sink.

use std::collections::BTreeMap;

use super::{Alert, Kind, Level, Volume};

/// What a user chose for one sink; what is not chosen goes by its level.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Volumes {
    chosen: BTreeMap<Kind, Volume>,
}

/// A choice nobody can make.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VolumeError {
    /// No kind is called so.
    #[error("there is no kind of alert `{0}`")]
    Kind(String),
    /// No volume is called so.
    #[error("`{word}` is no volume of {kind}")]
    Word {
        /// The kind it was said for.
        kind: &'static str,
        /// What was said.
        word: String,
    },
}

impl VolumeError {
    /// What to say instead.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Kind(_) => format!("kinds: {}", Kind::ALL.map(Kind::name).join(", ")),
            Self::Word { .. } => "say \"on\", \"silent\" or \"off\"".to_owned(),
        }
    }
}

impl Volumes {
    /// Chooses for one kind: `set("trade_opened", "silent")`.
    ///
    /// # Errors
    /// [`VolumeError`]: a kind or a word that does not exist.
    pub fn set(&mut self, kind: &str, word: &str) -> Result<(), VolumeError> {
        let found = Kind::ALL.into_iter().find(|known| known.name() == kind);
        let kind = found.ok_or_else(|| VolumeError::Kind(kind.to_owned()))?;
        let volume = match word {
            "on" => Volume::On,
            "silent" => Volume::Silent,
            "off" => Volume::Off,
            _ => {
                return Err(VolumeError::Word {
                    kind: kind.name(),
                    word: word.to_owned(),
                });
            }
        };
        self.chosen.insert(kind, volume);
        Ok(())
    }

    /// How loud an alert is: as chosen for its kind; else errors, warnings and trades are told, all others silently.
    #[must_use]
    pub fn of(&self, alert: &Alert) -> Volume {
        let by_level = match (alert.level, alert.kind) {
            (Level::Error | Level::Warning, _) | (_, Kind::TradeOpened | Kind::TradeClosed) => {
                Volume::On
            }
            (Level::Info, _) => Volume::Silent,
        };
        self.chosen.get(&alert.kind).copied().unwrap_or(by_level)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alerts::testing::alert;

    #[test]
    fn what_matters_sounds_and_the_rest_is_silent() {
        let volumes = Volumes::default();
        let of = |level, kind| {
            volumes.of(&Alert {
                level,
                kind,
                ..alert(1)
            })
        };
        assert_eq!(of(Level::Info, Kind::TradeClosed), Volume::On);
        assert_eq!(of(Level::Info, Kind::DailySummary), Volume::Silent);
        assert_eq!(of(Level::Warning, Kind::FeedLost), Volume::On);
        assert_eq!(of(Level::Error, Kind::Parity), Volume::On);
    }

    #[test]
    fn a_choice_is_kept_for_its_kind_alone() {
        let mut volumes = Volumes::default();
        for (kind, word) in [("trade_opened", "silent"), ("fault", "off")] {
            volumes.set(kind, word).expect("both exist");
        }
        let of = |level, kind| {
            volumes.of(&Alert {
                level,
                kind,
                ..alert(1)
            })
        };
        assert_eq!(of(Level::Info, Kind::TradeOpened), Volume::Silent);
        assert_eq!(of(Level::Info, Kind::TradeClosed), Volume::On);
        assert_eq!(of(Level::Error, Kind::Fault), Volume::Off);
    }

    #[test]
    fn wrong_words_are_told_with_the_right_ones() {
        let mut volumes = Volumes::default();
        let error = volumes.set("trades", "on").expect_err("no such kind");
        assert!(error.to_string().contains("`trades`"), "{error}");
        assert!(error.hint().contains("trade_opened, trade_closed"));
        let error = volumes.set("fault", "loud").expect_err("no such word");
        assert_eq!(error.to_string(), "`loud` is no volume of fault");
        assert_eq!(volumes, Volumes::default());
    }

    #[test]
    fn kinds_are_called_as_in_the_journal() {
        for kind in Kind::ALL {
            let journaled = serde_json::to_string(&kind).expect("it is a word");
            assert_eq!(journaled, format!("\"{}\"", kind.name()));
        }
    }
}
