-- Where the office moved documents to, also those that are not here (any more): what a log still brings of
-- them in another space is not for this phone.
CREATE TABLE placement (doc BLOB PRIMARY KEY, space BLOB NOT NULL, nth INTEGER NOT NULL) WITHOUT ROWID;

PRAGMA user_version = 2;
