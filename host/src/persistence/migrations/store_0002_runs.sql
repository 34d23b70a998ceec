-- Kept runs, as an index over their folders, and what the folders do not hold: notes, tags, tries. Times are milliseconds since 1970.

ALTER TABLE trials ADD COLUMN sharpe REAL;      -- per day, not annualised; null = none
ALTER TABLE studies ADD COLUMN searched INTEGER; -- parameters that were searched; null = not told

-- One row a strategy of a run. Rebuilt from the folders, gone with them.
CREATE TABLE runs (
    run TEXT NOT NULL,            -- name of the folder
    part TEXT NOT NULL,           -- folder of the strategy within it; empty = the run has only one
    made_ms INTEGER NOT NULL,
    strategy TEXT NOT NULL,
    version TEXT NOT NULL,
    component TEXT NOT NULL,      -- SHA-256 of the file
    dataset TEXT NOT NULL,        -- fingerprint of the candles
    venue TEXT NOT NULL,
    symbols TEXT NOT NULL,        -- with commas
    start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL,
    profile TEXT NOT NULL,
    configuration TEXT NOT NULL,  -- digest
    parameters TEXT NOT NULL,     -- digest of names and values
    fingerprint TEXT NOT NULL,    -- of the records
    total_return REAL,
    sharpe REAL,                  -- annualised, as shown
    sharpe_per_day REAL,
    max_drawdown REAL,            -- a negative fraction
    trades INTEGER NOT NULL,
    PRIMARY KEY (run, part)
) WITHOUT ROWID;

CREATE INDEX runs_by_time ON runs (made_ms);

CREATE TABLE notes (
    run TEXT PRIMARY KEY,
    text TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE tags (
    run TEXT NOT NULL,
    tag TEXT NOT NULL,
    PRIMARY KEY (run, tag)
) WITHOUT ROWID;

-- Sets of parameters that single runs tried. They stay when a run is removed: it was tried all the same.
CREATE TABLE tries (
    component TEXT NOT NULL,
    dataset TEXT NOT NULL,
    parameters TEXT NOT NULL,
    sharpe REAL,                  -- per day, not annualised; null = none
    PRIMARY KEY (component, dataset, parameters)
) WITHOUT ROWID;
