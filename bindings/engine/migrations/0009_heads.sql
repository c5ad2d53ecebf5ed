-- Where the relay's chains ended when it said so last, one of each of its lives: what rewrites or shortens them must
-- contradict.
CREATE TABLE head (lineage BLOB PRIMARY KEY, head BLOB NOT NULL, seen_ms INTEGER NOT NULL) WITHOUT ROWID;
-- Two signed statements that cannot both be true.
CREATE TABLE head_contradiction (said BLOB PRIMARY KEY, kept BLOB NOT NULL, seen_ms INTEGER NOT NULL) WITHOUT ROWID;

PRAGMA user_version = 9;
