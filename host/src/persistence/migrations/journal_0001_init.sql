-- Times are milliseconds since 1970. Prices and rates are integers of 1e-8, volumes are floats (null = the source has none).
-- Inputs of a session are numbered from 1 without a hole, over `minute` and `input` together.

CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    created INTEGER NOT NULL,
    finished INTEGER,                       -- null = it goes on at the next start
    why TEXT,                               -- why it ended
    host_version TEXT NOT NULL,             -- of the host that began it
    engine_version TEXT NOT NULL,           -- results are those of this engine
    config TEXT NOT NULL,                   -- forward.toml as it was understood
    predecessor TEXT                        -- name of the session whose accounts it took over
) STRICT;

-- A journal is that of one running session.
CREATE UNIQUE INDEX session_unfinished ON session ((finished IS NULL)) WHERE finished IS NULL;

-- Engines of other results a session was told to go on with.
CREATE TABLE accepted_engine (
    session INTEGER NOT NULL REFERENCES session (id),
    at INTEGER NOT NULL,
    from_version TEXT NOT NULL,
    to_version TEXT NOT NULL
) STRICT;

CREATE TABLE market (
    session INTEGER NOT NULL REFERENCES session (id),
    number INTEGER NOT NULL,
    venue TEXT NOT NULL,
    symbol TEXT NOT NULL,
    instrument TEXT NOT NULL,               -- JSON: the rules it is traded by
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE component (
    sha256 TEXT PRIMARY KEY,                -- lower-case hex
    name TEXT NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE minute (
    session INTEGER NOT NULL REFERENCES session (id),
    market INTEGER NOT NULL,
    time INTEGER NOT NULL,                  -- start of the minute
    number INTEGER NOT NULL,
    origin TEXT NOT NULL,                   -- live, asked, history
    state TEXT NOT NULL,                    -- real, missing, halted, not-listed
    open INTEGER NOT NULL,
    high INTEGER NOT NULL,
    low INTEGER NOT NULL,
    close INTEGER NOT NULL,
    volume ANY,                             -- floats; a column of type REAL would lose the sign of -0.0
    quote_volume ANY,
    taker_buy_volume ANY,
    trades ANY,
    mark_open INTEGER,
    mark_high INTEGER,
    mark_low INTEGER,
    mark_close INTEGER,
    mark_shown INTEGER,
    index_open INTEGER,
    index_high INTEGER,
    index_low INTEGER,
    index_close INTEGER,
    PRIMARY KEY (session, market, time)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX minute_number ON minute (session, number);

CREATE TABLE input (
    session INTEGER NOT NULL REFERENCES session (id),
    number INTEGER NOT NULL,
    kind TEXT NOT NULL,                     -- funding, row, quote, control, note
    market INTEGER,
    time INTEGER NOT NULL,
    name TEXT,                              -- row, note: its kind; control: who
    body TEXT NOT NULL,                     -- control, note: as it was given; else JSON
    PRIMARY KEY (session, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE digest (
    session INTEGER NOT NULL REFERENCES session (id),
    number INTEGER NOT NULL,                -- of the input
    strategy INTEGER NOT NULL,
    digest BLOB NOT NULL,                   -- of everything it recorded up to here
    PRIMARY KEY (session, number, strategy)
) STRICT, WITHOUT ROWID;

CREATE TABLE alert (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    session INTEGER NOT NULL REFERENCES session (id),
    body TEXT NOT NULL                      -- JSON
) STRICT;
