//! Dated maintenance tables, one file a venue and date. Every table is checked when it is read: notional ascends without a hole,
//! rates rise, the highest leverage never does, the maintenance margin is continuous.

use std::str::FromStr;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::domain::{NumberError, Qty, Rate, Tier, UNIT};

/// The files. The newest one of a venue comes first should there be several.
const FILES: [(&str, &str); 3] = [
    (
        "binance-2024-10",
        include_str!("tiers/binance-2024-10.toml"),
    ),
    ("bybit-2023-02", include_str!("tiers/bybit-2023-02.toml")),
    (
        "hyperliquid-2025-10",
        include_str!("tiers/hyperliquid-2025-10.toml"),
    ),
];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileToml {
    as_of: String,
    tiers: Vec<TableToml>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TableToml {
    name: String,
    rows: Vec<[String; 4]>,
}

/// Dates of the newest files, by venue.
static DATES: LazyLock<Vec<(&str, String)>> = LazyLock::new(|| {
    let of = |(file, text): &(&'static str, &str)| {
        let parsed: FileToml = toml::from_str(text).expect("the files are checked by a test");
        let venue = file.split_once('-').map_or(*file, |(venue, _)| venue);
        (venue, parsed.as_of)
    };
    FILES.iter().map(of).collect()
});

/// As of when the tables of a venue's perpetuals are, as `2024-10-01`. A venue without tables of its own takes those of Binance.
///
/// Unrealistic: they stand for all years of a backtest.
///
/// # Panics
/// Never: the files are checked by a test.
#[must_use]
pub fn date_of(venue: &str) -> &'static str {
    let newest = |venue: &str| DATES.iter().find(|(of, _)| *of == venue);
    let dated = newest(venue).or_else(|| newest("binance"));
    &dated.expect("Binance has tables").1
}

/// All tables by name.
///
/// # Errors
/// What is wrong with which table.
pub(super) fn tables() -> Result<Vec<(String, Vec<Tier>)>, String> {
    let mut tables = Vec::new();
    for (file, text) in FILES {
        let parsed: FileToml = toml::from_str(text).map_err(|e| format!("{file}: {e}"))?;
        for table in parsed.tiers {
            let wrong = |e: String| format!("{file} {}: {e}", table.name);
            let tiers = tiers_of(&table.rows).map_err(wrong)?;
            tables.push((table.name, tiers));
        }
    }
    Ok(tables)
}

/// Rows of a file.
fn tiers_of(rows: &[[String; 4]]) -> Result<Vec<Tier>, String> {
    let step = |[floor, cap, rate, leverage]: &[String; 4]| {
        Ok(Step {
            floor: Qty::from_str(floor)?,
            cap: Qty::from_str(cap)?,
            maintenance_rate: Rate::from_str(rate)?,
            max_leverage: Rate::from_str(leverage)?,
        })
    };
    let steps: Result<Vec<Step>, NumberError> = rows.iter().map(step).collect();
    ladder(&steps.map_err(|e| e.to_string())?)
}

/// A row as venues publish it, without what is subtracted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Step {
    /// Notional from which it applies, included.
    pub(super) floor: Qty,
    /// Notional up to which it applies, excluded.
    pub(super) cap: Qty,
    /// Maintenance margin as a fraction of notional.
    pub(super) maintenance_rate: Rate,
    /// Highest leverage.
    pub(super) max_leverage: Rate,
}

/// A table with its amounts, which follow from continuity: `c_k = c_(k-1) + floor_k (r_k - r_(k-1))`, see `simulation.md`
/// section 10 (F08).
///
/// # Errors
/// What is wrong with it.
pub(super) fn ladder(steps: &[Step]) -> Result<Vec<Tier>, String> {
    let mut tiers: Vec<Tier> = Vec::new();
    for step in steps {
        let below = tiers.last();
        let amount = below.map_or(0, |below| {
            let rise = i128::from(step.maintenance_rate.0) - i128::from(below.maintenance_rate.0);
            let more = i128::from(step.floor.0) * rise / i128::from(UNIT);
            i128::from(below.maintenance_amount.0) + more
        });
        let too_large = |_| format!("the row from {} is out of range", step.floor);
        tiers.push(Tier {
            floor: step.floor,
            cap: step.cap,
            maintenance_rate: step.maintenance_rate,
            max_leverage: step.max_leverage,
            maintenance_amount: Qty(i64::try_from(amount).map_err(too_large)?),
        });
    }
    check(&tiers).map(|()| tiers)
}

fn check(tiers: &[Tier]) -> Result<(), String> {
    let first = tiers.first().ok_or("no rows")?;
    if first.floor != Qty::ZERO {
        return Err(format!("begins at {}", first.floor));
    }
    for tier in tiers {
        if tier.cap <= tier.floor || tier.maintenance_rate <= Rate::ZERO {
            return Err(format!(
                "row {} to {} is empty or free",
                tier.floor, tier.cap
            ));
        }
    }
    for pair in tiers.windows(2) {
        let (below, above) = (&pair[0], &pair[1]);
        let at = above.floor;
        if below.cap != at {
            return Err(format!("a hole between {} and {at}", below.cap));
        }
        if below.maintenance_rate >= above.maintenance_rate {
            return Err(format!("the rate does not rise at {at}"));
        }
        if below.max_leverage < above.max_leverage {
            return Err(format!("the highest leverage rises at {at}"));
        }
        if maintenance(below, at) != maintenance(above, at) {
            return Err(format!("the maintenance margin jumps at {at}"));
        }
    }
    Ok(())
}

/// Maintenance of a notional, units of 1e-16.
fn maintenance(tier: &Tier, notional: Qty) -> i128 {
    i128::from(notional.0) * i128::from(tier.maintenance_rate.0)
        - i128::from(tier.maintenance_amount.0) * i128::from(UNIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[[&str; 4]]) -> Result<(), String> {
        let rows: Vec<_> = rows.iter().map(|r| r.map(str::to_owned)).collect();
        tiers_of(&rows).map(drop)
    }

    #[test]
    fn every_file_is_sound() {
        let tables = tables().expect("sound");
        for name in ["binance-btc", "bybit-btc", "hyperliquid-56"] {
            assert!(tables.iter().any(|(n, _)| n == name), "{name}");
        }
    }

    #[test]
    fn every_venue_has_the_date_of_its_tables() {
        assert_eq!(date_of("binance"), "2024-10-01");
        assert_eq!(date_of("bybit"), "2023-02-01");
        assert_eq!(date_of("hyperliquid"), "2025-10-01");
        assert_eq!(date_of("synthetic"), date_of("binance"));
    }

    #[test]
    fn what_is_wrong_with_a_table_is_said() {
        let first = ["0", "10", "0.01", "50"];
        for (second, problem) in [
            (["20", "30", "0.02", "25"], "hole"),
            (["10", "30", "0.01", "25"], "rate does not rise"),
            (["10", "30", "0.02", "51"], "leverage rises"),
            (["10", "10", "0.02", "25"], "empty"),
        ] {
            let told = rows(&[first, second]).expect_err("unsound");
            assert!(told.contains(problem), "{told}");
        }
        assert!(rows(&[]).is_err());
        assert!(rows(&[["5", "10", "0.01", "50"]]).is_err());
        for second in [["10", "30", "0.02", "25"], ["10", "30", "0.02", "50"]] {
            assert_eq!(rows(&[first, second]), Ok(()));
        }
    }
}
