-- What a phone was last told that it may follow, and until when its enrolment lasts.
ALTER TABLE device ADD COLUMN policy INTEGER NOT NULL DEFAULT 0; -- version of the newest statement
ALTER TABLE device ADD COLUMN granted BLOB;                      -- hash of what it said
ALTER TABLE device ADD COLUMN given_ms INTEGER;                  -- when that was decided
ALTER TABLE device ADD COLUMN until_ms INTEGER;                  -- NULL: from the next contact on
-- Its newest epoch when a person last let it go on: two phones that showed themselves by then have been looked at.
ALTER TABLE device ADD COLUMN settled_epoch INTEGER NOT NULL DEFAULT 0;
PRAGMA user_version = 5;
