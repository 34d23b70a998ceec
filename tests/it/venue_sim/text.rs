//! Numbers as the venues write them.

/// A number with at least so many decimals.
pub(super) fn padded(number: impl ToString, decimals: usize) -> String {
    let mut text = number.to_string();
    let point = match text.find('.') {
        Some(point) => point,
        None => {
            text.push('.');
            text.len() - 1
        }
    };
    while text.len() - point - 1 < decimals {
        text.push('0');
    }
    text
}
