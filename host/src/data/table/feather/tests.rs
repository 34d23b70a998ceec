//! `plain`, `lz4` and `zstd.feather` hold the same made-up table, written by pyarrow 26 with 200 rows a batch: minutes of
//! 2024-01-01, the last digit of the row's number (nothing in every third row), the number, a side and a flag.

use std::fs;

use proptest::prelude::*;

use super::super::TableReader;
use super::*;

const PACKINGS: [&[u8]; 3] = [
    include_bytes!("plain.feather"),
    include_bytes!("lz4.feather"),
    include_bytes!("zstd.feather"),
];
const ROWS: usize = 300;

/// Every column of every batch from the last to the first, in odd pieces.
fn read(bytes: &[u8]) -> Result<Vec<(usize, Vec<Buffer>)>, DataError> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.feather");
    fs::write(&path, bytes).expect("writes");
    let table = TableReader::open(&path)?;
    let columns: Vec<_> = (0..table.columns().len()).rev().collect();
    let mut pieces = Vec::new();
    for group in 0..table.groups() {
        let mut batches = table.read_group(group, &columns)?;
        loop {
            let (rows, buffers) = batches.next(77)?;
            if rows == 0 {
                break;
            }
            pieces.push((rows, buffers.to_vec()));
        }
    }
    Ok(pieces)
}

#[test]
fn every_packing_reads_the_same_and_columns_come_as_asked() {
    for bytes in PACKINGS {
        let pieces = read(bytes).expect("reads");
        let sizes: Vec<_> = pieces.iter().map(|(rows, _)| *rows).collect();
        assert_eq!(sizes, [77, 77, 46, 77, 23]);
        let mut row = 0;
        for (rows, columns) in &pieces {
            let [maker, side, count, open, date] = columns.as_slice() else {
                panic!("five columns");
            };
            for i in 0..*rows {
                let number = i64::try_from(row).expect("small");
                assert_eq!(date.ints()[i], 1_704_067_200_000 + number * 60_000);
                assert_eq!(count.ints()[i], number);
                assert_eq!(side.texts()[i], if row % 2 == 0 { "buy" } else { "sell" });
                assert_eq!(maker.bools()[i], row % 7 == 0);
                let open = open.floats()[i];
                let digit = (row % 10) as f64;
                assert!(
                    if row % 3 == 0 {
                        open.is_nan()
                    } else {
                        open == digit
                    },
                    "{row}"
                );
                row += 1;
            }
        }
        assert_eq!(row, ROWS);
    }
}

#[test]
fn a_file_tells_its_rows_and_the_unit_of_its_times() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.feather");
    fs::write(&path, PACKINGS[1]).expect("writes");
    let table = TableReader::open(&path).expect("opens");
    assert_eq!((table.rows(), table.groups()), (300, 2));
    assert_eq!((table.group_rows(0), table.group_rows(1)), (200, 100));
    assert_eq!(table.columns()[0].per_second, Some(1_000));
    assert_eq!(table.columns()[1].per_second, None);
    fs::write(&path, b"FEA1 and more").expect("writes");
    let error = TableReader::open(&path).err().expect("version 1");
    assert!(error.to_string().contains("version 1"), "{error}");
}

/// Room for a petabyte cannot be made: the program would end there and then.
#[test]
fn a_column_that_claims_to_unfold_without_end_is_refused() {
    for bytes in &PACKINGS[1..] {
        let mut bytes = bytes.to_vec();
        let (honest, hostile) = (1_600_i64.to_le_bytes(), (1_i64 << 50).to_le_bytes());
        let place = bytes.windows(8).position(|w| w == honest);
        let place = place.expect("a column of 200 times eight bytes");
        bytes[place..place + 8].copy_from_slice(&hostile);
        let error = read(&bytes).expect_err("no room").to_string();
        assert!(
            error.contains("unfold to 1125899906842624 bytes"),
            "{error}"
        );
        bytes[place..place + 8].copy_from_slice(&1_608_i64.to_le_bytes());
        let error = read(&bytes)
            .expect_err("eight bytes are missing")
            .to_string();
        assert!(
            error.contains("unfolds to 1600 bytes instead of 1608"),
            "{error}"
        );
    }
}

/// Seven hundred thousand batches fit into a description, each of them may be the same megabytes.
#[test]
fn batches_that_are_one_place_many_times_are_refused() {
    let mut bytes = PACKINGS[0].to_vec();
    let block = |at: i64, body: i64| {
        let (at, body) = (at.to_le_bytes(), body.to_le_bytes());
        [at.as_slice(), &352_i64.to_le_bytes(), &body].concat()
    };
    let (first, second) = (block(352, 5_592), block(6_296, 2_792));
    let place = bytes.windows(24).position(|w| w == second);
    let place = place.expect("the second batch");
    bytes[place..place + 24].copy_from_slice(&first);
    let error = read(&bytes).expect_err("twice the same").to_string();
    assert!(
        error.contains("its batches are larger than itself"),
        "{error}"
    );
}

#[test]
fn numbers_of_all_widths() {
    for (bytes, is_signed, expected) in [
        (&[0xff][..], true, Ok(-1)),
        (&[0xff], false, Ok(255)),
        (&[0, 0x80], true, Ok(-32_768)),
        (&[1, 0, 0, 0], true, Ok(1)),
        (&[0xff; 8], true, Ok(-1)),
    ] {
        assert_eq!(int(bytes, is_signed), expected, "{bytes:?}");
    }
    assert!(int(&[0xff; 8], false).is_err(), "beyond what fits");
    assert_eq!(float(&1.5_f32.to_le_bytes()), 1.5);
    assert_eq!(float(&(-2.5_f64).to_le_bytes()), -2.5);
}

#[test]
fn a_file_that_was_cut_is_refused() {
    for good in PACKINGS {
        for at in (0..good.len()).step_by(37) {
            assert!(read(&good[..at]).is_err(), "cut at {at}");
        }
    }
}

proptest! {
    /// Damaged files end in rows or in an error.
    #[test]
    fn hostile_bytes_are_survived(
        which in 0..PACKINGS.len(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        noise in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        let mut bytes = PACKINGS[which].to_vec();
        for (place, value) in damage {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        let _ = read(&bytes);
        let _ = read(&[MAGIC.as_slice(), &noise, &12_i32.to_le_bytes(), MAGIC].concat());
    }
}
