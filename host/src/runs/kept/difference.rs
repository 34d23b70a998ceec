//! Where two runs differ: entries of their configurations, the first row of their tables.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Rows;

/// An entry of two documents that is not the same.
#[derive(Debug, Clone, PartialEq)]
pub struct EntryDifference {
    /// Its place: `profile.knobs.path.value`. An entry of a list of things has the name of the thing in it, or its number.
    pub path: String,
    /// Its value on the left; `None` = it is not there.
    pub left: Option<Value>,
    /// The same on the right.
    pub right: Option<Value>,
}

/// Every entry that differs, in the order of the alphabet.
#[must_use]
pub fn entries(left: &Value, right: &Value) -> Vec<EntryDifference> {
    let (mut lefts, mut rights) = (BTreeMap::new(), BTreeMap::new());
    flatten(left, String::new(), &mut lefts);
    flatten(right, String::new(), &mut rights);
    let mut paths: Vec<&String> = lefts.keys().chain(rights.keys()).collect();
    paths.sort();
    paths.dedup();
    let differs = |path: &&&String| lefts.get(**path) != rights.get(**path);
    let value = |side: &BTreeMap<String, &Value>, path| side.get(path).map(|v| (*v).clone());
    paths
        .iter()
        .filter(differs)
        .map(|path| EntryDifference {
            path: (*path).clone(),
            left: value(&lefts, *path),
            right: value(&rights, *path),
        })
        .collect()
}

/// Keys by which things of a list are known.
const NAMES: [&str; 3] = ["name", "key", "symbol"];

/// Leaves by their path. Documents are as deep as the format, which the reader of JSON bounds.
fn flatten<'a>(value: &'a Value, path: String, leaves: &mut BTreeMap<String, &'a Value>) {
    let below = |key: &str| {
        if path.is_empty() {
            key.to_owned()
        } else {
            format!("{path}.{key}")
        }
    };
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                flatten(value, below(key), leaves);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            let mut taken = BTreeSet::new();
            for (index, one) in list.iter().enumerate() {
                let name = NAMES.iter().find_map(|key| one.get(key)?.as_str());
                // Two things of one name: the second is known by its number.
                let name = name.filter(|name| taken.insert(*name));
                let place = below(name.unwrap_or(&index.to_string()));
                flatten(one, place, leaves);
            }
        }
        leaf => {
            leaves.insert(path, leaf);
        }
    }
}

/// The first row of two tables that is not the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDifference {
    /// Its number, from 0.
    pub row: usize,
    /// Its time, milliseconds since 1970 UTC, of the side that has it; the earlier one where both do.
    pub time_ms: i64,
    /// Columns that differ with both values as text; one side alone has `None` for the other.
    pub cells: Vec<CellDifference>,
}

/// A cell of two rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellDifference {
    /// Name of its column.
    pub column: String,
    /// Its value on the left; `None` = there is no such row.
    pub left: Option<String>,
    /// The same on the right.
    pub right: Option<String>,
}

/// The first row in which two tables differ. Columns that only one of them has differ in every row. `time` names the column of times;
/// columns that `counts` refuses are not looked at. Floats beside an exact amount are left out: they follow from it.
#[must_use]
pub fn first_row(
    left: &Rows,
    right: &Rows,
    time: &str,
    counts: impl Fn(&str) -> bool,
) -> Option<RowDifference> {
    let names = |rows: &Rows| -> BTreeMap<String, usize> {
        let places = rows.names().map(str::to_owned).zip(0..);
        places.collect()
    };
    let (lefts, rights) = (names(left), names(right));
    let follows = |name: &str| {
        let exact = name.strip_suffix("_f64");
        exact.is_some_and(|exact| lefts.contains_key(exact) && rights.contains_key(exact))
    };
    let only_right = right.names().filter(|name| !lefts.contains_key(*name));
    let columns: Vec<&str> = left
        .names()
        .chain(only_right)
        .filter(|name| counts(name) && !follows(name))
        .collect();
    let cell = |rows: &Rows, places: &BTreeMap<String, usize>, name: &str, row| {
        let place = *places.get(name)?;
        (row < rows.len()).then(|| rows.cell(place, row))
    };
    let both = |name: &str, row| {
        (
            cell(left, &lefts, name, row),
            cell(right, &rights, name, row),
        )
    };
    let rows = 0..left.len().max(right.len());
    let differs = |row: &usize| {
        columns.iter().any(|name| {
            let (one, other) = both(name, *row);
            one != other
        })
    };
    let row = rows.into_iter().find(differs)?;
    let cells = columns.iter().filter_map(|name| {
        let (left, right) = both(name, row);
        let column = (*name).to_owned();
        (left != right).then_some(CellDifference {
            column,
            left,
            right,
        })
    });
    let times = [
        cell(left, &lefts, time, row),
        cell(right, &rights, time, row),
    ];
    let times = times.into_iter().flatten();
    Some(RowDifference {
        row,
        time_ms: times
            .filter_map(|t| t.parse().ok())
            .min()
            .unwrap_or(i64::MAX),
        cells: cells.collect(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::json;

    use super::*;
    use crate::data::table::Column;

    #[test]
    fn entries_of_lists_are_known_by_their_names() {
        let left =
            json!({ "seed": 1, "knobs": [{ "key": "path", "value": "olhc" }], "same": [1, 2] });
        let right = json!({ "seed": 1, "knobs": [{ "key": "fee", "value": "1" }, { "key": "path", "value": "ohlc" }], "same": [1, 2] });
        let found = entries(&left, &right);
        let paths: Vec<&str> = found.iter().map(|e| e.path.as_str()).collect();
        assert_eq!(
            paths,
            ["knobs.fee.key", "knobs.fee.value", "knobs.path.value"]
        );
        assert_eq!(found[2].left, Some(json!("olhc")));
        assert_eq!(found[0].left, None);
    }

    fn rows(times: &[i64], nets: &[&str]) -> Rows {
        let nets = nets.iter().map(|n| (*n).to_owned()).collect();
        let columns = vec![
            ("time_ms".to_owned(), Column::I64(times.to_vec())),
            ("net".to_owned(), Column::Text(nets)),
        ];
        Rows::of(Path::new("made up"), columns)
    }

    #[test]
    fn the_first_row_that_differs_is_found_also_where_one_side_ends() {
        let whole = rows(&[1, 2, 3], &["a", "b", "c"]);
        let every = |_: &str| true;
        assert_eq!(first_row(&whole, &whole, "time_ms", every), None);
        let other = rows(&[1, 2, 3], &["a", "x", "y"]);
        let found = first_row(&whole, &other, "time_ms", every).expect("the second one");
        assert_eq!((found.row, found.time_ms), (1, 2));
        assert_eq!(found.cells[0].left.as_deref(), Some("b"));
        assert_eq!(found.cells[0].right.as_deref(), Some("x"));
        let short = rows(&[1, 2], &["a", "b"]);
        let found = first_row(&short, &whole, "time_ms", every).expect("the third one");
        assert_eq!((found.row, found.time_ms), (2, 3));
        assert!(found.cells.iter().all(|cell| cell.left.is_none()));
        assert_eq!(
            first_row(&whole, &other, "time_ms", |name| name != "net"),
            None
        );
    }
}
