-- The phone's store. A released migration is never edited: what changes later is a new file.

CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;

-- What the phone follows. `stage`: 0 nothing yet, 1 within a snapshot, 2 up to `seq`.
CREATE TABLE space (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    writable INTEGER NOT NULL,
    granted INTEGER NOT NULL,
    stage INTEGER NOT NULL DEFAULT 0,
    seq INTEGER NOT NULL DEFAULT 0,
    page INTEGER NOT NULL DEFAULT 0,
    pages INTEGER NOT NULL DEFAULT 0,
    head INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- Documents' bytes. `touched` = 0: exactly as a snapshot brought it, so a newer snapshot may replace it.
CREATE TABLE doc (
    id BLOB PRIMARY KEY,
    kind INTEGER NOT NULL,
    space BLOB NOT NULL,
    generation INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    bytes BLOB NOT NULL
);
CREATE INDEX doc_touched ON doc (space) WHERE touched = 1;

-- Read models: caches, always derivable from `doc`.
CREATE TABLE household (
    id BLOB PRIMARY KEY,
    space BLOB NOT NULL,
    grid TEXT NOT NULL,
    estate TEXT NOT NULL,
    building TEXT NOT NULL,
    unit TEXT NOT NULL,
    room TEXT NOT NULL,
    search TEXT NOT NULL,
    row BLOB NOT NULL,
    merged_into BLOB,
    open_conflicts INTEGER NOT NULL
);
CREATE INDEX household_conflicts ON household (open_conflicts) WHERE open_conflicts > 0;

-- Keys that possible duplicates share. An outdated key only costs one comparison too many.
CREATE TABLE household_key (key TEXT NOT NULL, household BLOB NOT NULL, PRIMARY KEY (key, household)) WITHOUT ROWID;

CREATE TABLE sheet (
    doc BLOB PRIMARY KEY,
    household BLOB NOT NULL,
    period TEXT NOT NULL,
    visits INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    last_outcome TEXT NOT NULL
);
CREATE INDEX sheet_household ON sheet (household, last_at);

-- Saved, not sealed yet.
CREATE TABLE pending (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    space BLOB NOT NULL,
    doc BLOB NOT NULL,
    kind INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    at INTEGER NOT NULL,
    change BLOB NOT NULL
);

-- Sealed, not acknowledged yet; and which documents they are about.
CREATE TABLE outbox (
    epoch INTEGER NOT NULL,
    number INTEGER NOT NULL,
    space BLOB NOT NULL,
    entries INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (epoch, number)
);
CREATE TABLE outbox_doc (
    epoch INTEGER NOT NULL,
    number INTEGER NOT NULL,
    doc BLOB NOT NULL,
    PRIMARY KEY (epoch, number, doc),
    FOREIGN KEY (epoch, number) REFERENCES outbox (epoch, number) ON DELETE CASCADE
) WITHOUT ROWID;

-- Batches carried for colleagues.
CREATE TABLE carried (
    device BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    number INTEGER NOT NULL,
    entries INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    PRIMARY KEY (device, epoch, number)
);

-- Batches the relay did not take, for the worker to see and the office to be asked about.
CREATE TABLE refused (
    device BLOB NOT NULL,
    epoch INTEGER NOT NULL,
    number INTEGER NOT NULL,
    code TEXT NOT NULL,
    text TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (device, epoch, number)
) WITHOUT ROWID;

-- Changes that wait for others they build on.
CREATE TABLE held (
    hash BLOB PRIMARY KEY,
    doc BLOB NOT NULL,
    kind INTEGER NOT NULL,
    space BLOB NOT NULL,
    generation INTEGER NOT NULL,
    change BLOB NOT NULL
);
CREATE INDEX held_doc ON held (doc);

CREATE TABLE actor (actor BLOB PRIMARY KEY, device BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE person (device BLOB PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;

-- Decisions of the office against something entered on this phone.
CREATE TABLE notice (
    id BLOB PRIMARY KEY,
    at INTEGER NOT NULL,
    doc BLOB NOT NULL,
    key TEXT NOT NULL,
    kept TEXT NOT NULL,
    mine TEXT NOT NULL,
    reason TEXT NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0
);

PRAGMA user_version = 1;
