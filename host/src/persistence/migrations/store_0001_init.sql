-- Every trial that was ever told. Times are milliseconds since 1970.

CREATE TABLE studies (
    id TEXT PRIMARY KEY,          -- digest of what decides it
    run TEXT NOT NULL,            -- folder of its first run
    component TEXT NOT NULL,      -- SHA-256 of the file
    strategy TEXT NOT NULL,
    version TEXT NOT NULL,
    dataset TEXT NOT NULL,        -- fingerprint of the candles
    objective TEXT NOT NULL,
    method TEXT NOT NULL,
    seed TEXT NOT NULL,
    began_ms INTEGER NOT NULL
);

CREATE TABLE trials (
    study TEXT NOT NULL REFERENCES studies (id),
    number INTEGER NOT NULL,
    parameters TEXT NOT NULL,     -- digest of names and values
    state TEXT NOT NULL,
    score REAL,                   -- null = none
    told_ms INTEGER NOT NULL,
    PRIMARY KEY (study, number)
) WITHOUT ROWID;

CREATE INDEX studies_of ON studies (component, dataset);
