-- What became of the alerts of the journal beside this file. Times are milliseconds since 1970.

CREATE TABLE sink (
    name TEXT PRIMARY KEY,
    done INTEGER,                           -- id of the last alert that is done with
    disabled TEXT                           -- why the other side wants nothing of us
) STRICT;

-- The last attempt of a sink, if it failed.
CREATE TABLE failure (
    sink TEXT PRIMARY KEY,
    alert INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    why TEXT NOT NULL
) STRICT;

-- Alerts a sink will never take.
CREATE TABLE dropped (
    sink TEXT NOT NULL,
    alert INTEGER NOT NULL,
    why TEXT NOT NULL,
    PRIMARY KEY (sink, alert)
) STRICT;

-- What a sink has to remember: where it reads on.
CREATE TABLE setting (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
