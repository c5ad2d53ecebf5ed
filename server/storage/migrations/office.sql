-- The office's own truth: accounts, sessions, the audit. Nothing here can be made again from the log.
-- Statements here only ever create what is missing; a change of shape gets a new file.
CREATE TABLE IF NOT EXISTS user (
  id TEXT PRIMARY KEY,                 -- 16 random bytes in hexadecimal
  name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL,                  -- admin, office, supervisor, readonly
  password TEXT NOT NULL,              -- argon2id, PHC string
  active INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  last_sign_in_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS session (
  token BLOB PRIMARY KEY,              -- SHA-256 of the cookie; the cookie itself is never stored
  id TEXT NOT NULL UNIQUE,             -- to name it without the token
  user TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  last_seen_ms INTEGER NOT NULL,
  agent TEXT NOT NULL,
  csrf TEXT NOT NULL,
  confirmed_until_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS session_user ON session (user);
CREATE TABLE IF NOT EXISTS audit (
  id INTEGER PRIMARY KEY,              -- 1, 2, 3 … without gaps
  at_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,                 -- a user's id, or a word for what has none: token, phone, nobody
  action TEXT NOT NULL,
  subject TEXT NOT NULL,               -- ids only
  detail TEXT NOT NULL,                -- small JSON without names
  status INTEGER NOT NULL,             -- HTTP status of the answer
  hash BLOB NOT NULL                   -- SHA-256 over the hash before and this row
) STRICT;
CREATE INDEX IF NOT EXISTS audit_actor ON audit (actor, id);
CREATE INDEX IF NOT EXISTS audit_action ON audit (action, id);
CREATE INDEX IF NOT EXISTS audit_subject ON audit (subject, id);
CREATE TABLE IF NOT EXISTS audit_head (  -- where the chain ends, so that cutting off its end shows
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id INTEGER NOT NULL,
  hash BLOB NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS setting (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS import_job ( -- rosters that were uploaded; the file lies beside this one for a while
  id TEXT PRIMARY KEY,                 -- 16 random bytes in hexadecimal: the author of every change it makes
  owner TEXT NOT NULL,                 -- a user's id, or token
  community TEXT NOT NULL,
  file_name TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  has_file INTEGER NOT NULL,           -- 0: the file has been deleted, or never was kept
  settings TEXT NOT NULL,              -- JSON: what columns mean, whether national ids are kept
  state TEXT NOT NULL,                 -- ready, importing, imported, undoing, undone, failed
  outcome TEXT NOT NULL,               -- JSON: counts, what an undo left as it is, why it failed; ids, no names
  since INTEGER NOT NULL,              -- the log before its changes
  upto INTEGER NOT NULL,               -- and with them
  created_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS import_job_created ON import_job (created_ms);
CREATE TABLE IF NOT EXISTS ledger (     -- saved views over the records; they hold none themselves
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL,                 -- a user's id, or token
  name TEXT NOT NULL,
  shared INTEGER NOT NULL,
  daily INTEGER NOT NULL,              -- 1: its result is kept every day
  definition TEXT NOT NULL,            -- JSON
  created_ms INTEGER NOT NULL,
  changed_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS ledger_snapshot ( -- the only copies of records outside the log and its models
  ledger TEXT NOT NULL,
  day TEXT NOT NULL,                   -- 2026-11-22 in Beijing
  at_ms INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  bytes BLOB NOT NULL,                 -- compressed JSON: columns as they were, rows, counts
  PRIMARY KEY (ledger, day)
) STRICT;
CREATE INDEX IF NOT EXISTS ledger_snapshot_day ON ledger_snapshot (day);
CREATE TABLE IF NOT EXISTS claim (       -- who is working on what at the merge desk
  subject TEXT PRIMARY KEY,            -- a conflict's id, or the ids of two households, joined
  user TEXT NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS directive_draft (
  id BLOB PRIMARY KEY,
  supersedes BLOB,
  title TEXT NOT NULL,
  text TEXT NOT NULL,
  community TEXT NOT NULL,
  grids TEXT NOT NULL,                 -- JSON: codes
  from_ms INTEGER,
  until_ms INTEGER,
  updated_ms INTEGER NOT NULL,
  user TEXT NOT NULL
) STRICT, WITHOUT ROWID;
