//! How long a message takes to the venue. Source: `simulation.md` section 12.

use crate::domain::Timestamp;
use crate::execution::Profile;
use crate::execution::profile::MOST_LATENCY_MS;

/// When the `nth` message about an instrument arrives: always after the same time, or scattered around it (lognormal, the setting
/// being the median), drawn from the seed, the instrument and the message's number alone, so that other symbols do not disturb it.
pub(super) fn arrival(profile: &Profile, now: Timestamp, instrument: u32, nth: u64) -> Timestamp {
    let scattered = profile.latency_sigma.0 > 0 && profile.latency_ms > 0;
    let delay = if scattered {
        scatter(profile, instrument, nth)
    } else {
        profile.latency_ms
    };
    now.plus_ms(delay)
}

#[expect(clippy::float_arithmetic, reason = "a delay in time, not money")]
#[expect(clippy::cast_possible_truncation, reason = "bounded before")]
#[expect(clippy::cast_precision_loss, reason = "milliseconds of a day fit")]
fn scatter(profile: &Profile, instrument: u32, nth: u64) -> i64 {
    let seed = profile.latency_seed ^ u64::from(instrument).rotate_left(32);
    let first = uniform(seed, 2 * nth);
    let second = uniform(seed, 2 * nth + 1);
    let normal = libm::sqrt(-2.0 * libm::log(first)) * libm::cos(std::f64::consts::TAU * second);
    let factor = libm::exp(profile.latency_sigma.to_f64() * normal);
    let delay = profile.latency_ms as f64 * factor;
    delay.round().clamp(0.0, MOST_LATENCY_MS as f64) as i64
}

/// The `nth` number of a seed, in (0, 1]: the finalizer of splitmix64 over their sum.
#[expect(clippy::float_arithmetic, reason = "a fraction")]
#[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
fn uniform(seed: u64, nth: u64) -> f64 {
    let mut bits = seed.wrapping_add(nth.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    ((bits >> 11) + 1) as f64 / (1_u64 << 53) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::Preset;

    #[test]
    fn scattered_delays_have_their_median_and_repeat() {
        let mut profile = Profile::preset(Preset::Strict);
        profile.set("latency_ms", "100").expect("a delay");
        profile.set("latency_sigma", "0.5").expect("a width");
        let draw = |profile: &Profile| -> Vec<i64> {
            (0..2_001)
                .map(|n| arrival(profile, Timestamp(0), 0, n).0)
                .collect()
        };
        let delays = draw(&profile);
        assert_eq!(
            delays,
            draw(&profile),
            "the same seed gives the same delays"
        );
        let mut sorted = delays.clone();
        sorted.sort_unstable();
        assert!((95..=105).contains(&sorted[1_000]), "{}", sorted[1_000]);
        // One standard deviation up: 100 x e^0.5 = 165.
        assert!((155..=175).contains(&sorted[1_683]), "{}", sorted[1_683]);
        profile.set("latency_seed", "2").expect("a seed");
        assert_ne!(delays, draw(&profile));
    }
}
