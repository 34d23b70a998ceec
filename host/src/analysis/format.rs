//! Figures as people read them. Rounding for display happens here and nowhere else; undefined is a dash.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use crate::domain::Cash;

/// What stands for a figure that is not defined.
pub(crate) const UNDEFINED: &str = "-";

/// A fraction as percent with two decimals.
pub(crate) fn percent(fraction: Option<f64>) -> String {
    fraction.map_or_else(
        || UNDEFINED.to_owned(),
        |x| format!("{} %", plain(x * 100.0, 2)),
    )
}

/// A ratio with two decimals.
pub(crate) fn number(value: Option<f64>) -> String {
    value.map_or_else(|| UNDEFINED.to_owned(), |x| plain(x, 2))
}

/// Money with two decimals.
pub(crate) fn money(amount: Option<f64>, currency: &str) -> String {
    amount.map_or_else(
        || UNDEFINED.to_owned(),
        |x| format!("{} {currency}", plain(x, 2)),
    )
}

/// Exact money with two decimals.
pub(crate) fn cash(amount: Cash, currency: &str) -> String {
    money(Some(amount.to_f64()), currency)
}

/// So many decimals, thousands apart, no minus before a zero.
pub(crate) fn plain(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let grouped = group(whole);
    let is_zero = text.bytes().all(|b| b == b'0' || b == b'.');
    let sign = if value < 0.0 && !is_zero { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{grouped}")
    } else {
        format!("{sign}{grouped}.{fraction}")
    }
}

/// Up to four decimals, as many as say something: the figures of rules have many units.
pub(crate) fn short(value: f64) -> String {
    let text = plain(value, 4);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    text.to_owned()
}

/// A count with thousands apart.
pub(crate) fn count(n: u64) -> String {
    group(&n.to_string())
}

fn group(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `3d 4h`, `5h 10m`, `12m`: the two largest parts of a length of time.
pub(crate) fn duration(seconds: Option<f64>) -> String {
    let Some(seconds) = seconds else {
        return UNDEFINED.to_owned();
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "lengths of time within a run"
    )]
    let minutes = (seconds.max(0.0) / 60.0).round() as u64;
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    if days > 0 {
        format!("{days}d {hours}h")
    } else if hours > 0 {
        format!("{hours}h {rest}m")
    } else {
        format!("{rest}m")
    }
}

/// `1 gap`, `2 gaps`.
pub(crate) fn plural(n: u64, thing: &str) -> String {
    let ending = if n == 1 { "" } else { "s" };
    format!("{} {thing}{ending}", count(n))
}

/// Text of a stranger on its way to a terminal: nothing in it moves the cursor, colors, breaks the line, turns the reading direction or
/// hides between letters.
pub(crate) fn tame(text: &str) -> String {
    text.chars()
        .map(|c| if is_harmful(c) { ' ' } else { c })
        .collect()
}

/// Controls, separators of lines, marks of direction, letters without width that make two names look like one, tags.
fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}

/// Columns a text takes on a terminal.
pub(crate) fn width(text: &str) -> usize {
    text.width()
}

/// Not wider than so many columns: what is left out is an ellipsis.
pub(crate) fn cut(text: &str, columns: usize) -> String {
    if width(text) <= columns {
        return text.to_owned();
    }
    let mut kept = String::new();
    for c in text.chars() {
        if width(&kept) + c.width().unwrap_or_default() >= columns {
            break;
        }
        kept.push(c);
    }
    format!("{}\u{2026}", kept.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_well() {
        assert_eq!(plain(1_234_567.891, 2), "1,234,567.89");
        assert_eq!(plain(-999.0, 0), "-999");
        assert_eq!(plain(-0.001, 2), "0.00");
        assert_eq!(
            [short(6.0), short(0.062_5), short(0.0)],
            ["6", "0.0625", "0"]
        );
        assert_eq!(percent(Some(0.1234)), "12.34 %");
        assert_eq!(number(None), "-");
        assert_eq!(money(Some(-1_000.0), "USDT"), "-1,000.00 USDT");
        assert_eq!(duration(Some(277_200.0)), "3d 5h");
        assert_eq!(duration(Some(3_660.0)), "1h 1m");
        assert_eq!(duration(Some(60.0)), "1m");
        assert_eq!(plural(1, "gap") + &plural(1_200, "gap"), "1 gap1,200 gaps");
    }

    #[test]
    fn a_long_name_ends_with_an_ellipsis() {
        let cuts = [
            cut("trend", 5),
            cut("trend following", 7),
            cut("\u{8d8b}\u{52bf}\u{7b56}", 5),
        ];
        assert_eq!(cuts, ["trend", "trend\u{2026}", "\u{8d8b}\u{52bf}\u{2026}"]);
    }

    #[test]
    fn a_stranger_cannot_draw_on_the_terminal() {
        assert_eq!(tame("a\u{1b}[2Jb\nc\u{202e}d"), "a [2Jb c d");
        assert_eq!(tame("\u{9b}31m\u{61c}x\u{200b}y\r\u{7}"), " 31m x y  ");
    }
}
