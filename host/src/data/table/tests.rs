use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::*;

fn sample() -> Vec<(&'static str, Column)> {
    let rows = 3_000;
    vec![
        ("time", Column::I64((0..rows).map(|i| i * 60_000).collect())),
        (
            "price",
            Column::F64((0..rows).map(|i| 100.0 + (i % 50) as f64 / 10.0).collect()),
        ),
        (
            "volume",
            Column::F64((0..rows).map(|i| (i * i) as f64 / 7.0).collect()),
        ),
        (
            "flow",
            Column::OptF64(
                (0..rows)
                    .map(|i| (i % 3 == 0).then_some(i as f64))
                    .collect(),
            ),
        ),
        (
            "trades",
            Column::OptI64((0..rows).map(|i| (i % 2 == 0).then_some(i)).collect()),
        ),
        (
            "tag",
            Column::Text((0..rows).map(|i| format!("tag {}", i % 5)).collect()),
        ),
        (
            "maker",
            Column::Bool((0..rows).map(|i| i % 7 == 0).collect()),
        ),
    ]
}

/// Reads everything there is, in odd pieces.
fn read_all(path: &Path) -> Result<Vec<Buffer>, DataError> {
    let table = TableReader::open(path)?;
    let wanted: Vec<_> = (0..table.columns().len()).collect();
    let mut all: Vec<Buffer> = Vec::new();
    for group in 0..table.groups() {
        let mut batches = table.read_group(group, &wanted)?;
        loop {
            let (rows, buffers) = batches.next(777)?;
            if rows == 0 {
                break;
            }
            if all.is_empty() {
                all = buffers.to_vec();
                continue;
            }
            for (into, from) in all.iter_mut().zip(buffers) {
                match (into, from) {
                    (Buffer::I64(a), Buffer::I64(b)) => a.extend(b),
                    (Buffer::F64(a), Buffer::F64(b)) => a.extend(b),
                    (Buffer::Text(a), Buffer::Text(b)) => a.extend(b.iter().cloned()),
                    (Buffer::Bool(a), Buffer::Bool(b)) => a.extend(b),
                    _ => panic!("a buffer changed its type"),
                }
            }
        }
    }
    Ok(all)
}

#[test]
fn what_is_written_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/table.parquet");
    write_table(&path, &sample()).expect("writes");
    let table = TableReader::open(&path).expect("opens");
    assert_eq!(table.rows(), 3_000);
    assert_eq!(table.column("flow"), Some(3));
    assert!(!table.all_absent(0, 3));
    let read = read_all(&path).expect("reads");
    for ((name, column), buffer) in sample().iter().zip(&read) {
        match column {
            Column::I64(v) => assert_eq!(buffer.ints(), v, "{name}"),
            Column::F64(v) => assert_eq!(buffer.floats(), v, "{name}"),
            Column::Text(v) => assert_eq!(buffer.texts(), v, "{name}"),
            Column::Bool(v) => assert_eq!(buffer.bools(), v, "{name}"),
            Column::OptI64(v) => {
                let v: Vec<_> = v.iter().map(|v| v.unwrap_or(Buffer::NO_INT)).collect();
                assert_eq!(buffer.ints(), v, "{name}");
            }
            Column::OptF64(v) => {
                assert_eq!(buffer.floats().len(), v.len());
                for (got, expected) in buffer.floats().iter().zip(v) {
                    assert_eq!((!got.is_nan()).then_some(*got), *expected, "{name}");
                }
            }
        }
    }
}

#[test]
fn the_same_rows_give_the_same_bytes_and_nothing_else_is_left() {
    let folder = tempfile::tempdir().expect("a folder");
    let (a, b) = (
        folder.path().join("a.parquet"),
        folder.path().join("b.parquet"),
    );
    write_table(&a, &sample()).expect("writes");
    write_table(&b, &sample()).expect("writes");
    write_table(&b, &sample()).expect("replaces");
    assert_eq!(fs::read(&a).expect("a"), fs::read(&b).expect("b"));
    assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 2);
}

#[test]
fn several_row_groups_and_empty_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("long.parquet");
    let rows: Vec<i64> = (0..300_000).collect();
    write_table(&path, &[("n", Column::I64(rows.clone()))]).expect("writes");
    assert_eq!(TableReader::open(&path).expect("opens").groups(), 3);
    assert_eq!(read_all(&path).expect("reads")[0].ints(), rows);
    write_table(&path, &[("n", Column::I64(Vec::new()))]).expect("writes");
    assert!(read_all(&path).expect("reads").is_empty());
}

#[test]
fn a_missing_file_is_the_users_mistake() {
    let error = TableReader::open(Path::new("/nowhere/x.parquet"))
        .err()
        .expect("an error");
    assert_eq!(error.kind(), crate::data::ErrorKind::User);
}

/// Any damage ends in rows or an error.
fn survives(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("damaged.parquet");
    fs::write(&path, bytes).expect("writes");
    let _ = read_all(&path);
}

fn small() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("small.parquet");
    let columns: Vec<_> = sample()
        .into_iter()
        .map(|(name, column)| {
            let column = match column {
                Column::I64(v) => Column::I64(v[..90].to_vec()),
                Column::F64(v) => Column::F64(v[..90].to_vec()),
                Column::OptF64(v) => Column::OptF64(v[..90].to_vec()),
                Column::OptI64(v) => Column::OptI64(v[..90].to_vec()),
                Column::Text(v) => Column::Text(v[..90].to_vec()),
                Column::Bool(v) => Column::Bool(v[..90].to_vec()),
            };
            (name, column)
        })
        .collect();
    write_table(&path, &columns).expect("writes");
    fs::read(&path).expect("reads")
}

#[test]
fn truncated_files_are_errors() {
    let bytes = small();
    for length in (0..bytes.len()).step_by(7) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("cut.parquet");
        fs::write(&path, &bytes[..length]).expect("writes");
        assert!(
            read_all(&path).is_err(),
            "cut at {length} of {}",
            bytes.len()
        );
    }
}

#[test]
fn every_flipped_byte_is_survived() {
    let bytes = small();
    for place in 0..bytes.len() {
        let mut damaged = bytes.clone();
        damaged[place] ^= 0x55;
        survives(&damaged);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn noise_is_survived(noise in proptest::collection::vec(any::<u8>(), 0..400)) {
        survives(&noise);
        survives(&[b"PAR1", noise.as_slice(), b"PAR1"].concat());
    }

    #[test]
    fn several_damages_are_survived(places in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8)) {
        let mut bytes = small();
        for (place, value) in places {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        survives(&bytes);
    }
}
