-- One chain over all batches, whatever their space: what stands for a batch and all before it, under a secret of the
-- office. It covers what no phone has signed as well: when a batch came, and that a person must look at it.
ALTER TABLE batch ADD COLUMN total BLOB;
CREATE TABLE log_head (                 -- where the chain ends, so that cutting off its end shows
  one INTEGER PRIMARY KEY CHECK (one = 1),
  id INTEGER NOT NULL,
  total BLOB NOT NULL
) STRICT;
PRAGMA user_version = 6;
