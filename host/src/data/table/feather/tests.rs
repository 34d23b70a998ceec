use std::fs;
use std::sync::Arc;

use arrow_array::{
    BooleanArray, Float64Array, Int32Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow_ipc::CompressionType;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};

use super::super::TableReader;
use super::*;

const ROWS: i64 = 3_000;

fn batch() -> RecordBatch {
    let rows = || 0..ROWS;
    let array = |array: ArrayRef| array;
    RecordBatch::try_from_iter([
        (
            "date",
            array(Arc::new(
                TimestampMillisecondArray::from_iter_values(rows().map(|i| i * 60_000))
                    .with_timezone("UTC"),
            )),
        ),
        (
            "open",
            array(Arc::new(Float64Array::from_iter(
                rows().map(|i| (i % 3 > 0).then_some(i as f64)),
            ))),
        ),
        (
            "count",
            array(Arc::new(Int32Array::from_iter_values(
                rows().map(|i| i32::try_from(i).expect("small")),
            ))),
        ),
        (
            "side",
            array(Arc::new(StringArray::from_iter_values(
                rows().map(|i| if i % 2 == 0 { "buy" } else { "sell" }),
            ))),
        ),
        (
            "maker",
            array(Arc::new(BooleanArray::from_iter(
                rows().map(|i| Some(i % 7 == 0)),
            ))),
        ),
    ])
    .expect("columns of one length")
}

/// Two batches in a file, packed or not.
fn file(packing: Option<CompressionType>) -> Vec<u8> {
    let batch = batch();
    let options = IpcWriteOptions::default()
        .try_with_compression(packing)
        .expect("the packing is built in");
    let mut bytes = Vec::new();
    let mut writer =
        FileWriter::try_new_with_options(&mut bytes, &batch.schema(), options).expect("starts");
    for _ in 0..2 {
        writer.write(&batch).expect("writes");
    }
    writer.finish().expect("ends");
    drop(writer);
    bytes
}

/// Every column of every batch, in odd pieces.
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
            let (rows, buffers) = batches.next(777)?;
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
    let packings = [
        None,
        Some(CompressionType::LZ4_FRAME),
        Some(CompressionType::ZSTD),
    ];
    for packing in packings {
        let pieces = read(&file(packing)).expect("reads");
        let rows: Vec<_> = pieces.iter().map(|(rows, _)| *rows).collect();
        assert_eq!(rows, [777, 777, 777, 669, 777, 777, 777, 669]);
        let (_, second) = &pieces[1];
        let [maker, side, count, open, date] = second.as_slice() else {
            panic!("five columns");
        };
        assert_eq!(maker.bools()[0], 777 % 7 == 0);
        assert_eq!(side.texts()[0], "sell");
        assert_eq!(count.ints()[0], 777);
        assert!(open.floats()[0].is_nan() && open.floats()[1] == 778.0);
        assert_eq!(date.ints()[776], (777 + 776) * 60_000);
    }
}

#[test]
fn times_know_their_unit() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.feather");
    fs::write(&path, file(None)).expect("writes");
    let table = TableReader::open(&path).expect("opens");
    assert_eq!((table.rows(), table.groups()), (6_000, 2));
    assert_eq!(table.columns()[0].per_second, Some(1_000));
    fs::write(&path, b"FEA1 and more").expect("writes");
    let error = TableReader::open(&path).err().expect("version 1");
    assert!(error.to_string().contains("version 1"), "{error}");
}

/// The decoder would make room for a petabyte: the program would end there and then.
#[test]
fn a_column_that_claims_to_unfold_without_end_is_refused() {
    for packing in [CompressionType::LZ4_FRAME, CompressionType::ZSTD] {
        let mut bytes = file(Some(packing));
        let (honest, hostile) = ((ROWS * 8).to_le_bytes(), (1_i64 << 50).to_le_bytes());
        let place = bytes.windows(8).position(|w| w == honest);
        let place = place.expect("a column of eight bytes a row");
        bytes[place..place + 8].copy_from_slice(&hostile);
        let error = read(&bytes).expect_err("no room").to_string();
        assert!(
            error.contains("unfolds to 1125899906842624 bytes"),
            "{error}"
        );
    }
}

#[test]
fn damaged_files_end_in_rows_or_in_an_error() {
    for packing in [
        None,
        Some(CompressionType::LZ4_FRAME),
        Some(CompressionType::ZSTD),
    ] {
        let good = file(packing);
        let steps = (good.len() / 150).max(1);
        for at in (0..good.len()).step_by(steps) {
            assert!(read(&good[..at]).is_err(), "cut at {at}");
            for value in [0x00, 0x7f, 0xff] {
                let mut bad = good.clone();
                bad[at] = value;
                let _ = read(&bad);
            }
        }
        // The descriptions at the end are where sizes and places stand.
        for at in good.len().saturating_sub(900)..good.len() {
            let mut bad = good.clone();
            bad[at] ^= 0x41;
            let _ = read(&bad);
        }
    }
}
