-- Documents that the office had destroyed, each with the first generation that may be here since.
CREATE TABLE forgotten (doc BLOB PRIMARY KEY, generation INTEGER NOT NULL) WITHOUT ROWID;

PRAGMA user_version = 8;
