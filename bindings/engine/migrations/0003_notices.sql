-- A decision that was taken back is news of its own.
ALTER TABLE notice ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;

PRAGMA user_version = 3;
