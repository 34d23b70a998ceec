//! A JSON list of rows as lines of fields. Rows are lists of values, or objects, whose names then are the first line.
//!
//! One row is in memory at a time. Numbers are told as the shortest text that means the same double.

use std::fmt;
use std::io::{self, BufReader, Read};
use std::path::Path;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::row_fault;
use super::text::{PIECE_MAX, Take, invalid};
use crate::data::DataError;

/// Most values of a row.
const WIDTH_MAX: usize = 64;

/// Hands on the rows of a list.
///
/// # Errors
/// The text is no list of rows, or `take` refuses one.
pub(super) fn rows(path: &Path, input: impl Read, take: &mut Take<'_>) -> Result<(), DataError> {
    let mut reader = serde_json::Deserializer::from_reader(BufReader::new(ShortValues::new(input)));
    let mut rows = Rows {
        take,
        row: 0,
        names: None,
        refused: None,
    };
    let read = reader
        .deserialize_seq(&mut rows)
        .and_then(|()| reader.end());
    let row = rows.row + 1;
    match (rows.refused, read) {
        (Some(refused), _) => Err(refused),
        (None, Err(error)) => Err(row_fault(path, row, &error.to_string())),
        (None, Ok(())) => Ok(()),
    }
}

/// Ends with an error where a value does not: the parser would take all of it into memory. A comma inside a text ends nothing.
struct ShortValues<R> {
    input: R,
    since_end: usize,
    in_text: bool,
    escaped: bool,
}

impl<R: Read> ShortValues<R> {
    fn new(input: R) -> Self {
        Self {
            input,
            since_end: 0,
            in_text: false,
            escaped: false,
        }
    }
}

impl<R: Read> Read for ShortValues<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        for byte in &buffer[..read] {
            self.since_end += 1;
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.in_text => self.escaped = true,
                b'"' => self.in_text = !self.in_text,
                b',' if !self.in_text => self.since_end = 0,
                _ => {}
            }
            if self.since_end > PIECE_MAX {
                return Err(invalid(&format!("a value of more than {PIECE_MAX} bytes")));
            }
        }
        Ok(read)
    }
}

struct Rows<'a, 'b> {
    take: &'a mut Take<'b>,
    /// Rows read.
    row: u64,
    /// Names of the first object.
    names: Option<Vec<String>>,
    /// Why a row was not taken: the parser's own errors have no room for it.
    refused: Option<DataError>,
}

impl Rows<'_, '_> {
    fn row(&mut self, row: Row) -> Result<(), DataError> {
        self.row += 1;
        match row {
            Row::List(values) => {
                let fields: Vec<_> = values.iter().map(|v| v.0.as_str()).collect();
                (self.take)(self.row, &fields)
            }
            Row::Object(cells) => {
                if self.names.is_none() {
                    let names: Vec<_> = cells.iter().map(|(name, _)| name.as_str()).collect();
                    (self.take)(self.row, &names)?;
                }
                let own = || cells.iter().map(|(name, _)| name.clone()).collect();
                let names = self.names.get_or_insert_with(own);
                let value = |name: &String| {
                    let cell = cells.iter().find(|(n, _)| n == name);
                    cell.map_or("", |(_, value)| value.0.as_str())
                };
                let fields: Vec<_> = names.iter().map(value).collect();
                (self.take)(self.row, &fields)
            }
        }
    }
}

impl<'de> Visitor<'de> for &mut Rows<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of rows")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while let Some(row) = list.next_element::<Row>()? {
            if let Err(refused) = self.row(row) {
                self.refused = Some(refused);
                return Err(A::Error::custom("refused"));
            }
        }
        Ok(())
    }
}

/// One row.
enum Row {
    List(Vec<Value>),
    Object(Vec<(String, Value)>),
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfRow;

        impl<'de> Visitor<'de> for OfRow {
            type Value = Row;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a row: a list of values, or an object")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Row, A::Error> {
                let mut values = Vec::new();
                while let Some(value) = list.next_element()? {
                    values.push(bounded(value, values.len())?);
                }
                Ok(Row::List(values))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Row, A::Error> {
                let mut cells = Vec::new();
                while let Some(cell) = object.next_entry()? {
                    cells.push(bounded(cell, cells.len())?);
                }
                Ok(Row::Object(cells))
            }
        }

        deserializer.deserialize_any(OfRow)
    }
}

fn bounded<T, E: Error>(value: T, before: usize) -> Result<T, E> {
    if before < WIDTH_MAX {
        return Ok(value);
    }
    Err(E::custom(format!("more than {WIDTH_MAX} values")))
}

/// A number, a text, yes or no, or nothing, as text.
struct Value(String);

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfValue;

        impl Visitor<'_> for OfValue {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number or a text")
            }

            fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
                Ok(Value(value.to_string()))
            }

            fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
                Ok(Value(value.to_string()))
            }

            fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
                Ok(Value(value.to_string()))
            }

            fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
                Ok(Value(value.to_string()))
            }

            fn visit_str<E>(self, value: &str) -> Result<Value, E> {
                Ok(Value(value.trim().to_owned()))
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value(String::new()))
            }
        }

        deserializer.deserialize_any(OfValue)
    }
}
