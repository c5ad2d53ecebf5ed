-- What was destroyed at somebody's word. Ids and counts, no names.
CREATE TABLE erasure (
  id BLOB PRIMARY KEY,
  kind TEXT NOT NULL,                  -- household, person, emergency, retention
  subject TEXT NOT NULL,               -- ids, with a slash between a household's and a resident's
  reason TEXT NOT NULL,                -- one of a few words
  actor TEXT NOT NULL,                 -- a user's id
  at_ms INTEGER NOT NULL,
  batch INTEGER NOT NULL,              -- the last of the office's batches that say so
  dropped INTEGER NOT NULL DEFAULT 0,  -- payloads that were dropped from batches
  late INTEGER NOT NULL DEFAULT 0,     -- payloads that came afterwards, dropped as they came
  detail TEXT NOT NULL DEFAULT '{}',   -- JSON: what was deleted elsewhere
  done_ms INTEGER                      -- NULL: some of it is still there
) STRICT, WITHOUT ROWID;
-- Documents of which only this generation and later ones are taken.
CREATE TABLE erased_doc (
  doc BLOB PRIMARY KEY,
  kind INTEGER NOT NULL,
  generation INTEGER NOT NULL,
  erasure BLOB NOT NULL                -- the newest
) STRICT, WITHOUT ROWID;
CREATE INDEX erased_doc_erasure ON erased_doc (erasure);
-- Phones that may have had something of it, until they have passed the place in a space's log that says so.
CREATE TABLE erasure_phone (
  erasure BLOB NOT NULL,
  device BLOB NOT NULL,
  space BLOB NOT NULL,
  seq INTEGER NOT NULL,
  passed_ms INTEGER,
  PRIMARY KEY (erasure, device, space)
) STRICT, WITHOUT ROWID;
CREATE INDEX erasure_phone_waiting ON erasure_phone (device, space, seq) WHERE passed_ms IS NULL;
PRAGMA user_version = 4;
