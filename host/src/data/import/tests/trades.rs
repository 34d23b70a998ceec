//! Trades and the candles they are counted into.

use super::*;

/// Imports files one after another into one catalog, as `bybit BTC/USDT:USDT 1m` where their names do not say it.
fn one_after_another(
    catalog: &Catalog,
    files: &[(&str, &str)],
) -> Vec<Result<ImportedFiles, DataError>> {
    let folder = tempfile::tempdir().expect("a folder");
    let import_one = |(name, text): &(&str, &str)| {
        let path = folder.path().join(name);
        fs::write(&path, text).expect("writes");
        let request = ImportRequest {
            files: vec![path],
            ..ImportRequest::default()
        };
        import(catalog, &request, &mut |_, _| {})
    };
    files.iter().map(import_one).collect()
}

/// Four minutes: one that its trades make up, one without trades, one whose trades are not all there, and no candle for the last.
#[test]
fn trades_fill_the_taker_volume_of_candles_they_add_up_to() {
    let folder = tempfile::tempdir().expect("a folder");
    let catalog = Catalog::new(folder.path());
    let minutes =
        "1704067200000,10,12,9,11,0.3\n1704067260000,11,11,11,11,0\n1704067320000,11,13,10,12,7\n";
    let day = "timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional\n\
        1704067385.5,BTCUSDT,Buy,1,12,PlusTick,d,1e+08,1,12\n\
        1704067325.25,BTCUSDT,Buy,2,12,PlusTick,c,2.4e+09,2,24\n\
        1704067200.1169,BTCUSDT,Sell,0.1,10,MinusTick,a,1e+08,0.1,1\n\
        1704067259.9999,BTCUSDT,Buy,0.2,11,PlusTick,b,2.2e+08,0.2,2.2\n";
    let done = one_after_another(
        &catalog,
        &[
            ("BTCUSDT2024-01-01.csv", day),
            ("bybit_linear_BTCUSDT_1m.csv", minutes),
            ("BTCUSDT2024-01-01.csv", day),
            ("BTCUSDT2024-01-01.csv", day),
        ],
    );
    let [Err(early), Ok(_), Ok(first), Ok(again)] = done.as_slice() else {
        panic!("{done:?}");
    };
    assert!(
        early
            .to_string()
            .contains("no candles of bybit BTC/USDT:USDT 1m"),
        "{early}"
    );
    let filled = &first.filled[0];
    assert!(first.series.is_empty(), "no candle is new");
    let counts = (
        filled.trades,
        filled.filled,
        filled.differing,
        filled.without_candle,
    );
    assert_eq!(counts, (4, 2, 1, 1));
    assert_eq!((again.filled[0].filled, again.filled[0].known), (0, 2));
    let series = catalog.list().expect("lists").remove(0);
    let takers: Vec<_> = candles(&series)
        .iter()
        .map(|c| c.taker_buy_volume)
        .collect();
    assert_eq!(takers[..2], [0.2, 0.0]);
    assert!(takers[2].is_nan() && takers.len() == 3);
    // The same in Binance's way of writing, of another market: nothing adds up.
    let other = "1,65014.6,0.5,1,1,1704067320069,true\n";
    let name = "BTCUSDT-aggTrades-2024-01-01.csv";
    let flags = Overrides {
        exchange: Some("bybit".to_owned()),
        market: Some(InstrumentKind::LinearPerpetual),
        ..Overrides::default()
    };
    let path = folder.path().join(name);
    for (text, expected) in [
        (other, "none of its 1 minutes adds up to a candle"),
        ("", "has no trades"),
        ("a,b\n", "row 1: no column `time` of trades"),
        (
            "1,1,0.5,1,1,1704067200069,true\n1,1,0,1,1,1704067200069,true\n",
            "row 2: quantity `0` is not one",
        ),
        (
            "1,1,0.5,1,1,1704067200069,true\n1,1,1,1,1,now,true\n",
            "row 2: `now` is not a time",
        ),
        (
            "1,1,0.5,1,1,1704067200069,true\n1,1,1,1,1,1804067200069,true\n",
            "more than 400 days",
        ),
        (
            "1,1,0.5,1,1,1704067200069,true\n1,1,1\n",
            "row 2: 3 columns instead of 7",
        ),
    ] {
        fs::write(&path, text).expect("writes");
        let request = ImportRequest {
            files: vec![path.clone()],
            overrides: flags.clone(),
            ..ImportRequest::default()
        };
        let error = import(&catalog, &request, &mut |_, _| {})
            .expect_err(expected)
            .to_string();
        assert!(error.contains(expected) && error.contains(name), "{error}");
    }
}
