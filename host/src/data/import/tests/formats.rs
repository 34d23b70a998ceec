//! Every way of writing rows, and what is wrong with some.

use super::*;

#[test]
fn formats_that_cannot_be_read_say_what_to_do() {
    for (name, hint) in [
        ("x.parquet.gz", "gunzip"),
        ("x.csv.bz2", "bunzip2"),
        ("x.jsonl", "read_json"),
        ("x", "CSV"),
    ] {
        let error = run_text(name, "").expect_err("not readable");
        assert!(error.hint().expect("a hint").contains(hint), "{error}");
    }
}

/// The same three minutes, written in every way there is.
#[test]
fn every_way_of_writing_gives_the_same_candles() {
    let csv =
        "1704067200000,10,12,9,11,5\n1704067260000,11,11,11,11,0\n1704067320000,11,13,10.5,12,7\n";
    let json = "[[1704067200000,10,12,9,11,5],[1704067260000,11.0,11,11,11,0.0],\n [1704067320000,\"11\",13,10.5,12,7]]";
    let objects = r#"[{"time":1704067200000,"open":10,"close":11,"high":12,"low":9,"volume":5,"trades":null},
        {"time":1704067260000,"open":11,"close":11,"high":11,"low":11,"volume":0},
        {"volume":7,"time":1704067320000,"open":11,"close":12,"high":13,"low":10.5,"is_closed":true}]"#;
    let jesse = "[[1704067200000,10,11,12,9,5],[1704067260000,11,11,11,11,0],[1704067320000,11,12,13,10.5,7]]";
    let expected = run_text("x.csv", csv).expect("imports");
    assert_eq!(expected.len(), 3);
    for (name, bytes) in [
        ("x.csv.gz", gzip(csv.as_bytes())),
        ("x.txt", csv.as_bytes().to_vec()),
        ("x.json", json.as_bytes().to_vec()),
        ("x.json.gz", gzip(json.as_bytes())),
        ("x.json", objects.as_bytes().to_vec()),
        ("x.json", jesse.as_bytes().to_vec()),
        ("two_members.csv.gz", {
            let (first, rest) = csv.split_at(27);
            [gzip(first.as_bytes()), gzip(rest.as_bytes())].concat()
        }),
    ] {
        let candles = run_bytes(name, &bytes).expect(name);
        let plain = |c: &Candle| (c.open_time, [c.open, c.high, c.low, c.close], c.volume);
        let (got, want): (Vec<_>, Vec<_>) = (
            candles.iter().map(plain).collect(),
            expected.iter().map(plain).collect(),
        );
        assert_eq!(got, want, "{name}");
    }
}

#[test]
fn the_order_of_unnamed_columns_is_told_before_anything_is_imported() {
    let folder = tempfile::tempdir().expect("a folder");
    let told = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("writes");
        let request = ImportRequest {
            files: vec![path],
            overrides: minutes_of(Timeframe::M1),
            ..ImportRequest::default()
        };
        understand(&request).map(|files| files[0].columns())
    };
    let usual = told("x.csv", "1704067200000,10,12,9,11,5\n").expect("understood");
    let expected = "columns open_time, open, high, low, close, volume";
    assert_eq!(usual.as_deref(), Some(expected));
    let jesse = told("x.json", "[[1704067200000,10,11,12,9,5]]").expect("understood");
    let expected = "columns open_time, open, close, high, low, volume";
    assert_eq!(jesse.as_deref(), Some(expected));
    assert_eq!(told("x.csv", HEADER).expect("understood"), None);
    let mixed = "1704067200000,10,12,9,11,5\n1704067260000,10,11,12,9,5\n";
    let error = told("x.csv", mixed).expect_err("two orders");
    assert!(
        error.to_string().contains("x.csv: row 1 is a candle only"),
        "{error}"
    );
    assert!(
        error.hint().expect("a hint").contains("--columns"),
        "{error}"
    );
}

#[test]
fn faults_of_json_and_gzip_name_the_file_and_the_row() {
    let csv = b"1704067200000,10,12,9,11,5\n1704067260000,10,12,9,11,5\n";
    let mut cut = gzip(csv);
    cut.truncate(cut.len() - 9);
    let mut wrong = gzip(csv);
    let end = wrong.len() - 6;
    wrong[end] ^= 1;
    let many = format!("[[{}1]]", "1,".repeat(64));
    let long = format!("[[\"{}\"]]", "1".repeat(100_000));
    let commas = format!("[[\"{}\"]]", "1,\\\"".repeat(50_000));
    for (name, bytes, expected) in [
        ("x.csv.gz", cut.as_slice(), "x.csv.gz, row"),
        ("x.csv.gz", wrong.as_slice(), "x.csv.gz, row"),
        ("x.csv.gz", b"this is no gzip", "invalid gzip header"),
        (
            "x.csv.gz",
            &gzip(&vec![b'\n'; 50 << 20]),
            "unfolds to far more",
        ),
        (
            "x.json",
            b"[[1704067200000,10,12,9,11,5],[1704067260000,10,x",
            "row 2: expected value",
        ),
        (
            "x.json",
            b"[[1704067200000,10,12,9,11,5]] 5",
            "row 2: trailing characters",
        ),
        (
            "x.json",
            b"[[1704067200000,10,12,9,11,5],[1704067260000,10,9,9,11,5]]",
            "row 2: impossible candle",
        ),
        (
            "x.json",
            b"{\"candles\": []}",
            "row 1: invalid type: map, expected a list of rows",
        ),
        (
            "x.json",
            b"[5]",
            "row 1: invalid type: integer `5`, expected a row",
        ),
        (
            "x.json",
            b"[[[1]]]",
            "row 1: invalid type: sequence, expected a number or a text",
        ),
        ("x.json", b"[]", "has no candles"),
        ("x.json", many.as_bytes(), "row 1: more than 64 values"),
        (
            "x.json",
            long.as_bytes(),
            "a value of more than 65536 bytes",
        ),
        (
            "x.json",
            commas.as_bytes(),
            "a value of more than 65536 bytes",
        ),
    ] {
        let error = run_bytes(name, bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}\nexpected {expected}");
    }
}

#[test]
fn zips_hold_one_csv_and_no_bomb() {
    let line = b"1704067200000,10,12,9,11,5\n";
    assert_eq!(
        run_bytes("x.zip", &zip_of(&[("a.csv", line), ("a.txt", b"x")]))
            .expect("imports")
            .len(),
        1
    );
    for (bytes, expected) in [
        (zip_of(&[]), "0 CSV files"),
        (zip_of(&[("a.csv", line), ("b.csv", line)]), "2 CSV files"),
        (
            zip_of(&[("a.csv", &vec![b'0'; 50 << 20])]),
            "claims to unfold",
        ),
        (b"no zip".to_vec(), "not a readable zip"),
    ] {
        let error = run_bytes("x.zip", &bytes).expect_err(expected).to_string();
        assert!(error.contains(expected), "{error}");
    }
}
