"""Import and scan of candles by the host, DuckDB and polars, the same file in one run on the same machine.

    cargo bench -p host --bench data --no-run
    pip install duckdb polars
    python benches/beside_duckdb.py target/release/deps/data-<hash>

Both sides read every column of every candle on one thread and on as many as they like; the host's figures come from the bench
`data`, which also tells the memory a scan takes.
"""

import os
import subprocess
import sys
import tempfile
import time

import duckdb
import polars

COLUMNS = ["open_time", "open", "high", "low", "close", "volume", "taker_buy_volume", "quote_volume", "trades"]


def host(program):
    """The lines of the bench, by name of what was done; `scan` comes twice, of one and of ten times the data."""
    text = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    lines = [line.split() for line in text.splitlines()]
    fields = [dict(word.split("=", 1) for word in line if "=" in word) for line in lines]
    names = [line[0].split("=")[0] for line in lines]
    return list(zip(names, fields))


def best(work, times=5):
    fastest = float("inf")
    for _ in range(times):
        begin = time.perf_counter()
        work()
        fastest = min(fastest, time.perf_counter() - begin)
    return fastest


def duckdb_scan(file, threads):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    sums = ", ".join(f"sum({name})" for name in COLUMNS)
    return best(lambda: connection.execute(f"SELECT {sums} FROM read_parquet('{file}')").fetchall())


def duckdb_import(file, threads):
    connection = duckdb.connect()
    connection.execute(f"SET threads = {threads}")
    with tempfile.TemporaryDirectory() as folder:
        copy = os.path.join(folder, "copy.parquet")
        columns = ", ".join(COLUMNS)
        order = f"COPY (SELECT {columns} FROM read_parquet('{file}') ORDER BY open_time) TO '{copy}' (CODEC zstd)"
        return best(lambda: connection.execute(order).fetchall(), times=2)


def polars_scan(file):
    return best(lambda: polars.read_parquet(file, columns=COLUMNS).sum())


def main():
    measured = host(sys.argv[1])
    file = measured[0][1]["file"]
    of = dict(measured[:3])
    candles = int(of["scan"]["candles"])
    print(f"{candles} candles, {os.path.getsize(file) / 1e6:.1f} MB as given, {int(of['scan']['bytes']) / 1e6:.1f} MB in the catalog")
    rows = [
        ("import", "host", float(of["import"]["seconds"])),
        ("import", "DuckDB, copy in order as zstd, 1 thread", duckdb_import(file, 1)),
        ("scan", "host", float(of["scan"]["seconds"])),
        ("scan", "DuckDB, 1 thread", duckdb_scan(file, 1)),
        ("scan", "DuckDB, all threads", duckdb_scan(file, os.cpu_count())),
        ("scan", "polars, all threads", polars_scan(file)),
    ]
    ours = {what: seconds for what, who, seconds in rows if who == "host"}
    print("| | who | candles/s | MB/s of the file given | time over the host's |")
    print("|---|---|---:|---:|---:|")
    for what, who, seconds in rows:
        rate, megabytes = candles / seconds, os.path.getsize(file) / 1e6 / seconds
        print(f"| {what} | {who} | {rate:,.0f} | {megabytes:.1f} | {seconds / ours[what]:.2f} |")
    for name, fields in measured:
        if name == "scan":
            print(f"scan of {int(fields['candles']):,} candles: at most {fields['peak_mib']} MiB")


main()
