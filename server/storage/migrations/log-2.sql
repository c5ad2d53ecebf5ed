-- Phones that a person confirms, suspends and revokes; batches that a person looks at.
ALTER TABLE device ADD COLUMN label TEXT NOT NULL DEFAULT '';   -- what the office calls the phone
ALTER TABLE device ADD COLUMN unsent INTEGER;                   -- records that it says it still has to hand in
ALTER TABLE device ADD COLUMN reason TEXT NOT NULL DEFAULT '';  -- why its status is what it is
ALTER TABLE enrol_code ADD COLUMN confirmed INTEGER NOT NULL DEFAULT 1; -- 0: a person compares the fingerprint first
-- `review` is 0 for a batch that is applied, 1 for one that waits for a person, 2 for one that was accepted
-- (its changes are in a later batch of the office), 3 for one that was rejected.
-- 1: it does not continue its device's chain, which may hold another batch of the same number.
ALTER TABLE batch ADD COLUMN parted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE batch ADD COLUMN cause TEXT;                        -- why a person must look
DROP INDEX IF EXISTS batch_chain;
CREATE UNIQUE INDEX batch_number ON batch (device, epoch, number, hash);
CREATE INDEX batch_review ON batch (review, id) WHERE review > 0;
CREATE TABLE review (
  batch INTEGER PRIMARY KEY,
  decided_ms INTEGER NOT NULL,
  actor TEXT NOT NULL,                 -- a user's id
  reason TEXT NOT NULL,
  office_batch INTEGER                 -- the last batch that holds its changes; NULL: rejected
) STRICT;
PRAGMA user_version = 2;
