-- Each row of the audit under a secret of the office: whoever has only this file cannot write another chain.
ALTER TABLE audit ADD COLUMN seal BLOB;
PRAGMA user_version = 3;
