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
PRAGMA user_version = 2;
