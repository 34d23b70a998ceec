//! What goes wrong at a venue, by minute: the same for the same seed, whoever listens and however fast.
//!
//! What a fault leaves undone can always be had by a question: a client that asks for what it missed ends with the history.
//! Hyperliquid has no closing candles, so there a gap takes every frame of a minute, and a swap becomes an old frame that comes late.

use std::collections::BTreeMap;

use host::domain::Candle;
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use super::script::{MINUTE, Moment, What};
use crate::venue_stub::{Market, Venue};

/// Something that goes wrong within a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// A connection is gone without a word; up to [`super::Play::lonely_minutes`] pass before the clock waits for its client.
    Disconnect,
    /// A connection stays open and nothing comes for one to three whole minutes; then it goes on.
    Silence,
    /// A connection stays open and nothing ever comes again; the clock waits until its client has opened another.
    Mute,
    /// A frame comes twice.
    Duplicate,
    /// The closing frame comes after that of the next minute.
    Reorder,
    /// The closing frame of one to five minutes before comes again, long after it was due.
    Late,
    /// The closing frame never comes.
    Gap,
    /// Two minutes later the closing frame comes again and says something else, to those who have heard it.
    Revision,
    /// For a minute the venue stamps its frames up to five seconds off; marks stay within their minute.
    ClockSkew,
    /// A frame that is none: no JSON, half of it, bytes, an unknown kind, a megabyte.
    Garbage,
    /// The next question is answered with 429 and to come again in a second.
    TooMany,
    /// The same without a time.
    TooManyUntimed,
    /// Binance ends a connection that is 24 hours old.
    DayCut,
    /// The next subscription is refused.
    Refusal,
}

/// Which fault happens when.
#[derive(Debug, Clone, Default)]
pub(crate) struct Faults {
    seed: u64,
    chances: Vec<(Fault, f64)>,
    told: BTreeMap<i64, Vec<Fault>>,
}

impl Faults {
    /// Each fault with this chance in every minute.
    pub(crate) fn seeded(seed: u64, chances: &[(Fault, f64)]) -> Self {
        Self {
            seed,
            chances: chances.to_vec(),
            told: BTreeMap::new(),
        }
    }

    /// This fault in the minute that starts then, as well.
    pub(crate) fn at(mut self, minute_ms: i64, fault: Fault) -> Self {
        self.told.entry(minute_ms).or_default().push(fault);
        self
    }

    /// What happens in a minute, each with a number that decides how.
    pub(super) fn of(&self, minute: i64) -> Vec<(Fault, u64)> {
        let drawn = self.chances.iter().filter_map(|(fault, chance)| {
            let [hit, how] = self.draw(minute, *fault);
            // 53 bits are what a fraction holds.
            let is_hit = ((hit >> 11) as f64) < chance * (1_u64 << 53) as f64;
            is_hit.then_some((*fault, how))
        });
        let told = self.told.get(&minute).into_iter().flatten();
        let told = told.map(|fault| (*fault, self.draw(minute, *fault)[1]));
        drawn.chain(told).collect()
    }

    fn draw(&self, minute: i64, fault: Fault) -> [u64; 2] {
        let number = (minute / MINUTE) as u64 * 64 + fault as u64;
        let mut chance =
            SplitMix64::seed_from_u64(self.seed ^ number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        [chance.next_u64(), chance.next_u64()]
    }
}

/// What the play does to the venue's frames; what it does to connections is another matter.
#[derive(Debug, Default)]
pub(super) struct Bent {
    /// Frames that come later than they should, by the minute in which they do.
    later: Vec<Moment>,
    /// Closing frames that wait for the next one of their symbol.
    held: Vec<Moment>,
    /// Symbol and minute of which no frame comes.
    gone: Vec<(usize, i64)>,
}

impl Bent {
    /// The moments of the unit of a minute as they are sent, given what goes wrong in it.
    pub(super) fn bend(
        &mut self,
        market: &Market,
        minute: i64,
        faults: &[(Fault, u64)],
        mut moments: Vec<Moment>,
    ) -> Vec<Moment> {
        for (fault, how) in faults {
            self.plan(market, minute, *fault, *how, &mut moments);
        }
        moments.retain(|moment| !self.is_gone(moment));
        self.gone.retain(|(_, of)| *of >= minute);
        self.swap(minute, &mut moments);
        let (due, later) = self.later.iter().partition(|m| m.at < minute + MINUTE);
        self.later = later;
        moments.extend::<Vec<Moment>>(due);
        moments.sort_by_key(|moment| moment.at);
        moments
    }

    fn plan(
        &mut self,
        market: &Market,
        minute: i64,
        fault: Fault,
        how: u64,
        moments: &mut Vec<Moment>,
    ) {
        let Some(closing) = chosen(&closing_frames(minute, moments), how) else {
            return;
        };
        let (listed, candle) = (closing.listed, candle_of(&closing));
        let never_closes = market.listed[listed].venue == Venue::Hyperliquid;
        let is_revision = fault == Fault::Revision;
        let again = |at: i64, candle: Candle| Moment {
            at,
            stamp: at,
            what: What::Candle {
                candle,
                is_closed: !never_closes,
                next: None,
                is_revision,
            },
            ..closing
        };
        match fault {
            // The first frame of a minute belongs to the unit before it.
            Fault::Gap if never_closes => self.gone.push((listed, minute + MINUTE)),
            Fault::Gap => moments.retain(|moment| *moment != closing),
            Fault::Reorder if !never_closes => {
                moments.retain(|moment| *moment != closing);
                self.held.push(closing);
            }
            Fault::Reorder | Fault::Late => {
                let minutes = (how >> 8) as i64 % 5 + 1;
                self.later
                    .push(again(minute + minutes * MINUTE + 30_500, candle));
            }
            Fault::Revision => {
                let at = minute + 2 * MINUTE + 45_000;
                self.later.push(again(at, revised(candle)));
            }
            Fault::Duplicate => {
                if let Some(twice) = chosen(moments, how >> 16) {
                    let index = moments.iter().position(|m| *m == twice);
                    moments.insert(index.map_or(0, |i| i + 1), twice);
                }
            }
            Fault::ClockSkew => {
                let off = (how >> 8) as i64 % 10_001 - 5_000;
                moments.iter_mut().for_each(|moment| skew(moment, off));
            }
            _ => {}
        }
    }

    fn is_gone(&self, moment: &Moment) -> bool {
        let What::Candle { candle, .. } = moment.what else {
            return false;
        };
        self.gone.contains(&(moment.listed, candle.open_time.0))
    }

    /// Puts what was held behind the closing frame of the minute after it.
    fn swap(&mut self, minute: i64, moments: &mut Vec<Moment>) {
        let after = closing_frames(minute, moments);
        self.held.retain(|held| {
            let is_older = candle_of(held).open_time.0 < minute;
            let follows = after.iter().find(|m| m.listed == held.listed);
            let Some(follows) = follows.filter(|_| is_older) else {
                return true;
            };
            let at = follows.at + 1;
            moments.push(Moment {
                at,
                stamp: at,
                ..*held
            });
            false
        });
        // One that nothing follows comes when its symbol trades again.
    }
}

/// The frame with which a minute is complete, of each symbol that has one.
fn closing_frames(minute: i64, moments: &[Moment]) -> Vec<Moment> {
    let mut last: BTreeMap<usize, Moment> = BTreeMap::new();
    for moment in moments {
        if let What::Candle { candle, .. } = moment.what
            && candle.open_time.0 == minute
        {
            last.insert(moment.listed, *moment);
        }
    }
    last.into_values().collect()
}

fn candle_of(moment: &Moment) -> Candle {
    match moment.what {
        What::Candle { candle, .. } => candle,
        _ => unreachable!("only candles are chosen"),
    }
}

/// One of several, by a number.
pub(super) fn chosen<T: Copy>(of: &[T], how: u64) -> Option<T> {
    let count = of.len().max(1) as u64;
    of.get((how % count) as usize).copied()
}

/// Another version of a candle: valid, and different in price or volume.
fn revised(candle: Candle) -> Candle {
    Candle {
        close: if candle.close == candle.high {
            candle.low
        } else {
            candle.high
        },
        volume: candle.volume + 1.0,
        ..candle
    }
}

/// Stamps a moment so many milliseconds off; a mark never leaves its minute, which decides what the minute's candle is.
fn skew(moment: &mut Moment, off: i64) {
    moment.stamp += off;
    if let What::Mark(_) = moment.what {
        let minute = moment.at.div_euclid(MINUTE) * MINUTE;
        moment.stamp = moment.stamp.clamp(minute, minute + MINUTE - 1);
    }
}

/// What is no frame of a venue.
pub(super) enum Rubbish {
    Text(String),
    Bytes(Vec<u8>),
}

/// One kind of rubbish by a number.
pub(super) fn rubbish(how: u64) -> Rubbish {
    match how % 6 {
        0 => Rubbish::Text("<html>502 Bad Gateway</html>".to_owned()),
        1 => Rubbish::Text(
            r#"{"stream":"btcusdt@kline_1m","data":{"e":"kline","k":{"t":17"#.to_owned(),
        ),
        2 => Rubbish::Bytes(vec![0xFF, 0x00, 0xC3, 0x28, 0x7F]),
        3 => Rubbish::Text(
            r#"{"stream":"x@y","data":{"e":"newThing","E":1},"topic":"new.thing","channel":"new"}"#
                .to_owned(),
        ),
        4 => Rubbish::Text(format!(r#"{{"padding":"{}"}}"#, "x".repeat(1_000_000))),
        _ => Rubbish::Text(String::new()),
    }
}
