-- Issues of the phone's grids, as lists need them.
CREATE TABLE issue (
    id BLOB PRIMARY KEY,
    space BLOB NOT NULL,
    household BLOB,
    reporter TEXT NOT NULL,
    reported_at INTEGER NOT NULL,
    row BLOB NOT NULL
);
CREATE INDEX issue_reported ON issue (reported_at DESC, id);
CREATE INDEX issue_household ON issue (household) WHERE household IS NOT NULL;

PRAGMA user_version = 7;
