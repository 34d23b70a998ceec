//! Text on its way into the page: escaped, in tables, in the places of a template.

use crate::analysis::format::count;

/// Fills `{{name}}` in one pass: what is put in is never read again.
pub(crate) fn fill(page: &str, part: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(1 << 20);
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("the page closes its braces");
        out.push_str(before);
        out.push_str(&part(name));
        rest = after;
    }
    out + rest
}

/// Text inside an element or a quoted attribute.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Marks that break lines or turn the reading direction would let a name rewrite the text around it.
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// JSON inside a script element: no tag can start or end in it, it stays valid JavaScript, and no text in it turns the reading
/// direction.
pub(super) fn script(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        match c {
            '<' => out.push_str("\\u003c"),
            '>' => out.push_str("\\u003e"),
            '&' => out.push_str("\\u0026"),
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// `up`, `down` or nothing.
pub(crate) fn tone(value: Option<f64>) -> &'static str {
    match value {
        Some(x) if x > 0.0 => "up",
        Some(x) if x < 0.0 => "down",
        _ => "",
    }
}

/// What must be known before any figure.
pub(crate) fn warning_list(warnings: &[String]) -> String {
    if warnings.is_empty() {
        return String::new();
    }
    let items: String = warnings
        .iter()
        .map(|w| format!("<li>{}</li>", escape(w)))
        .collect();
    format!("<ul class=\"warnings\">{items}</ul>")
}

/// A heading that starts with `~` belongs to a column that only a wide screen shows, one with `<` to a column of text; `~<` is
/// both.
pub(super) fn table(class: &str, headers: &[&str], rows: &[String]) -> String {
    let head = |heading: &&str| {
        let (wide, rest) = heading
            .strip_prefix('~')
            .map_or(("", *heading), |rest| ("wide", rest));
        let (left, text) = rest
            .strip_prefix('<')
            .map_or(("", rest), |text| ("left", text));
        match format!("{wide} {left}").trim() {
            "" => format!("<th>{text}</th>"),
            classes => format!("<th class=\"{classes}\">{text}</th>"),
        }
    };
    let heads: String = headers.iter().map(head).collect();
    let head = if heads.is_empty() {
        heads
    } else {
        format!("<thead><tr>{heads}</tr></thead>")
    };
    format!(
        "<div class=\"scroll\"><table class=\"{class}\">{head}<tbody>{}</tbody></table></div>",
        rows.concat()
    )
}

/// More rows than this make the page slow; the tables of the run folder have all of them.
const MOST_ROWS: usize = 2_000;

/// A table that scrolls in itself, and where its rows end, the file that goes on.
pub(crate) fn long_table(headers: &[&str], mut rows: Vec<String>, file: &str) -> String {
    let rest = rows.len().saturating_sub(MOST_ROWS);
    rows.truncate(MOST_ROWS);
    let more = if rest > 0 {
        format!(
            "<p class=\"hint\">{} more in {file}.</p>",
            count(rest as u64)
        )
    } else {
        String::new()
    };
    format!(
        "<div class=\"scroll tall\">{}</div>{more}",
        table("", headers, &rows)
    )
}

pub(crate) fn row(class: &str, cells: &[(&str, String)]) -> String {
    let cells: String = cells
        .iter()
        .map(|(class, text)| format!("<td class=\"{class}\">{}</td>", escape(text)))
        .collect();
    format!("<tr class=\"{class}\">{cells}</tr>")
}

/// A two-column table of names and values.
pub(super) fn facts(pairs: &[(String, String)]) -> String {
    let rows: Vec<String> = pairs
        .iter()
        .map(|(name, value)| row("", &[("", name.clone()), ("", value.clone())]))
        .collect();
    table("facts", &[], &rows)
}
