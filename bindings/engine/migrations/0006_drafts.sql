-- What is being typed, kept at every keystroke; no record yet.
CREATE TABLE draft (
    key TEXT PRIMARY KEY,
    form INTEGER NOT NULL,
    text TEXT NOT NULL,
    saved_at INTEGER NOT NULL
) WITHOUT ROWID;

-- What was answered to commands that named the id of what they add, so that asking again adds nothing.
CREATE TABLE answered (
    nth INTEGER PRIMARY KEY AUTOINCREMENT,
    key TEXT NOT NULL UNIQUE,
    household BLOB NOT NULL,
    at INTEGER NOT NULL,
    about TEXT NOT NULL
);

PRAGMA user_version = 6;
