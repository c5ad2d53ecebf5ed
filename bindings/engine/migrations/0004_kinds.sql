-- The few documents that are looked up by what they are: everything but households and visits.
CREATE INDEX doc_kind ON doc (kind) WHERE kind > 2;

PRAGMA user_version = 4;
