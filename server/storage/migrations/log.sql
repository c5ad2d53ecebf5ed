-- The truth. Statements here only ever create what is missing; a change of shape gets a new file.
CREATE TABLE IF NOT EXISTS batch (
  id INTEGER PRIMARY KEY,              -- order in which batches became durable, over all spaces
  space BLOB NOT NULL,
  seq INTEGER NOT NULL,                -- 1, 2, 3 … within the space
  device BLOB NOT NULL,
  epoch INTEGER NOT NULL,
  number INTEGER NOT NULL,
  hash BLOB NOT NULL,
  bytes BLOB NOT NULL,                 -- the signed batch as it arrived
  received_ms INTEGER NOT NULL,
  skew_ms INTEGER NOT NULL,            -- relay time minus device time when it arrived
  review INTEGER NOT NULL              -- 1: stored, but a person must look before it is applied
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS batch_space ON batch (space, seq);
CREATE UNIQUE INDEX IF NOT EXISTS batch_chain ON batch (device, epoch, number);
CREATE TABLE IF NOT EXISTS device (
  id BLOB PRIMARY KEY,
  key BLOB NOT NULL,
  worker BLOB,                         -- NULL: the office itself
  name TEXT NOT NULL,
  status TEXT NOT NULL,                -- active, suspended, revoked
  enrolled_ms INTEGER NOT NULL,
  last_contact_ms INTEGER,
  skew_ms INTEGER,
  app TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS enrol_code (
  hash BLOB PRIMARY KEY,               -- of the code; the code itself is never stored
  worker BLOB NOT NULL,
  expires_ms INTEGER NOT NULL,
  used_ms INTEGER
) STRICT, WITHOUT ROWID;
