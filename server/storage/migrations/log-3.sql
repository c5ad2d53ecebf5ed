-- Which device an Automerge actor belongs to: the first that handed in a batch with it. Filled from the batches.
CREATE TABLE actor (
  actor BLOB PRIMARY KEY,
  device BLOB NOT NULL
) STRICT, WITHOUT ROWID;
PRAGMA user_version = 3;
