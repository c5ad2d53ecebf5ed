-- Passkeys of accounts, what the operator says of itself, complaints and their answers.
CREATE TABLE passkey (
  id BLOB PRIMARY KEY,                 -- as the authenticator named it
  user TEXT NOT NULL,
  name TEXT NOT NULL,                  -- as its owner calls it
  rp_id TEXT NOT NULL,                 -- host for which it was made
  public_key BLOB NOT NULL,            -- P-256, uncompressed point
  used INTEGER NOT NULL,               -- the authenticator's own count; 0 when it counts nothing
  created_ms INTEGER NOT NULL,
  last_used_ms INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX passkey_user ON passkey (user);
CREATE TABLE notice (                    -- the privacy notice, every version that was ever in force
  version INTEGER PRIMARY KEY,         -- 1, 2, 3 …
  zh TEXT NOT NULL,
  en TEXT NOT NULL,
  from_ms INTEGER NOT NULL,
  user TEXT NOT NULL                   -- who put it in force
) STRICT;
CREATE TABLE notice_read (               -- who has said to have read which version, and when
  version INTEGER NOT NULL,
  user TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (version, user)
) STRICT, WITHOUT ROWID;
CREATE TABLE complaint (
  id TEXT PRIMARY KEY,                 -- 16 random bytes in hexadecimal
  user TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  text TEXT NOT NULL,
  answer TEXT,
  answered_ms INTEGER,
  answered_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX complaint_at ON complaint (at_ms);
PRAGMA user_version = 2;
