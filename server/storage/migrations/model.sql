-- A cache. Everything here is made from log.db and may be deleted. A relay that finds a file made with another
-- text than this deletes it and makes it again: raise the number when the same columns come to mean something else.
-- Shape 2.
CREATE TABLE IF NOT EXISTS progress (one INTEGER PRIMARY KEY CHECK (one = 1), applied INTEGER NOT NULL) STRICT;
INSERT OR IGNORE INTO progress (one, applied) VALUES (1, 0);
CREATE TABLE IF NOT EXISTS space (
  id BLOB PRIMARY KEY, seq INTEGER NOT NULL,
  changes INTEGER NOT NULL             -- how many changes its batches had
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS doc (
  id BLOB PRIMARY KEY, kind INTEGER NOT NULL, space BLOB NOT NULL, generation INTEGER NOT NULL,
  bytes BLOB NOT NULL,                 -- uncompressed Automerge document
  row BLOB NOT NULL,                   -- what lists need of it (linli-core model rows)
  applied INTEGER NOT NULL             -- newest log id that changed it
) STRICT;
CREATE INDEX IF NOT EXISTS doc_space ON doc (space, kind, id);
CREATE INDEX IF NOT EXISTS doc_applied ON doc (applied, kind, id);
CREATE TABLE IF NOT EXISTS change (hash BLOB PRIMARY KEY, received_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS actor (
  space BLOB NOT NULL, actor BLOB NOT NULL, device BLOB NOT NULL, skew_ms INTEGER NOT NULL,
  PRIMARY KEY (space, actor)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS actor_device ON actor (actor);
CREATE TABLE IF NOT EXISTS grid (doc BLOB PRIMARY KEY, code TEXT NOT NULL, name TEXT NOT NULL, community TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS grid_code ON grid (code);
CREATE TABLE IF NOT EXISTS worker (id BLOB PRIMARY KEY, name TEXT NOT NULL, community TEXT NOT NULL, grids TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS household (
  id BLOB PRIMARY KEY, space BLOB NOT NULL, grid TEXT NOT NULL,
  estate TEXT NOT NULL, building TEXT NOT NULL, unit TEXT NOT NULL, room TEXT NOT NULL, address_key TEXT NOT NULL,
  search TEXT NOT NULL, row BLOB NOT NULL, record TEXT NOT NULL, residents INTEGER NOT NULL,
  merged_into BLOB,                    -- 16 zeros when it was withdrawn
  open_conflicts INTEGER NOT NULL,
  tags TEXT NOT NULL                   -- of the household and everyone in it, one a line
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS household_grid ON household (grid, estate, building, unit, room);
-- Everything a building chart shows of a household, so that charts and counts never read whole rows.
CREATE INDEX IF NOT EXISTS household_chart
  ON household (estate, building, unit, room, grid, open_conflicts, tags, merged_into) WHERE merged_into IS NULL;
CREATE INDEX IF NOT EXISTS household_size ON household (grid, residents, merged_into) WHERE merged_into IS NULL;
CREATE INDEX IF NOT EXISTS household_merged ON household (merged_into) WHERE merged_into IS NOT NULL;
CREATE TABLE IF NOT EXISTS sheet (
  doc BLOB PRIMARY KEY, household BLOB NOT NULL, period TEXT NOT NULL,
  visits INTEGER NOT NULL, last_at_ms INTEGER NOT NULL, last_outcome TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sheet_household ON sheet (household, last_at_ms);
-- What is known of a household's visits over all its sheets and those of the households merged into it: one
-- row a period, and one with an empty period for all of them.
CREATE TABLE IF NOT EXISTS cover (
  period TEXT NOT NULL, household BLOB NOT NULL,
  visits INTEGER NOT NULL, last_at_ms INTEGER NOT NULL, last_outcome TEXT NOT NULL,
  PRIMARY KEY (period, household)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS cover_household ON cover (household);
CREATE TABLE IF NOT EXISTS visit (
  doc BLOB NOT NULL, id BLOB NOT NULL, household BLOB NOT NULL, period TEXT NOT NULL,
  at_ms INTEGER NOT NULL, received_ms INTEGER NOT NULL, skew_ms INTEGER NOT NULL,
  device BLOB NOT NULL, outcome TEXT NOT NULL, record TEXT NOT NULL,
  PRIMARY KEY (doc, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS visit_household ON visit (household, at_ms);
CREATE TABLE IF NOT EXISTS conflict (
  id BLOB PRIMARY KEY, doc BLOB NOT NULL, key TEXT NOT NULL, opened INTEGER NOT NULL,
  live INTEGER NOT NULL,               -- 1: the document still has several values
  status TEXT NOT NULL,                -- open, settled, resolved
  versions TEXT NOT NULL,              -- JSON: every value seen, with actor, author's time, time received
  chosen TEXT, reason TEXT, closed_ms INTEGER,
  touched INTEGER NOT NULL,            -- newest log id that opened, widened or ended it
  household BLOB,                      -- whose record it is, also when the document holds visits
  kind TEXT NOT NULL, field TEXT NOT NULL, -- household contact_phone, resident phone, visit note
  trivial INTEGER NOT NULL,            -- 1: the values differ in form only, or one contains the others
  at_ms INTEGER NOT NULL,              -- when its status became what it is
  cause TEXT,                          -- what ended it: decision, write, policy
  writer BLOB,                         -- the actor whose write settled it
  decision BLOB, decided_by TEXT,      -- the decision in the document, and the account
  reopened TEXT                        -- JSON: when, why and by whom a decision was taken back
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS conflict_touched ON conflict (touched);
CREATE INDEX IF NOT EXISTS conflict_doc ON conflict (doc, live);
CREATE INDEX IF NOT EXISTS conflict_status ON conflict (status, at_ms DESC, id);
CREATE INDEX IF NOT EXISTS conflict_household ON conflict (household);
CREATE TABLE IF NOT EXISTS likeness_key (key TEXT NOT NULL, household BLOB NOT NULL, PRIMARY KEY (key, household)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS likeness_household ON likeness_key (household);
CREATE TABLE IF NOT EXISTS duplicate (
  a BLOB NOT NULL, b BLOB NOT NULL, score INTEGER NOT NULL, reasons TEXT NOT NULL, PRIMARY KEY (a, b)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS duplicate_b ON duplicate (b);
CREATE INDEX IF NOT EXISTS duplicate_score ON duplicate (score DESC, a, b);
CREATE TABLE IF NOT EXISTS apart (        -- pairs that a person found to be two
  id BLOB PRIMARY KEY, a BLOB NOT NULL, b BLOB NOT NULL,
  reason TEXT NOT NULL, decided_by TEXT, at_ms INTEGER NOT NULL, undone INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS apart_pair ON apart (a, b);
CREATE TABLE IF NOT EXISTS household_merge (
  id BLOB PRIMARY KEY, survivor BLOB NOT NULL, absorbed BLOB NOT NULL,
  reason TEXT NOT NULL, at_ms INTEGER NOT NULL, undone INTEGER NOT NULL, decided_by TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS household_merge_at ON household_merge (at_ms DESC, id);
CREATE TABLE IF NOT EXISTS held (
  change BLOB PRIMARY KEY,             -- hash by which others name the waiting change
  missing BLOB NOT NULL,               -- one that it waits for
  doc BLOB NOT NULL, kind INTEGER NOT NULL, batch INTEGER NOT NULL, entry INTEGER NOT NULL,
  space BLOB NOT NULL, seq INTEGER NOT NULL, device BLOB NOT NULL, received_ms INTEGER NOT NULL,
  overdue INTEGER NOT NULL DEFAULT 0   -- 1: it waits for so long that somebody was told
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS held_doc ON held (doc);
CREATE INDEX IF NOT EXISTS held_space ON held (space);
CREATE INDEX IF NOT EXISTS held_batch ON held (batch, entry);
CREATE TABLE IF NOT EXISTS quarantine (
  batch INTEGER NOT NULL, entry INTEGER NOT NULL, doc BLOB NOT NULL, device BLOB NOT NULL,
  code TEXT NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (batch, entry)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS forward (change BLOB PRIMARY KEY, doc BLOB NOT NULL) STRICT, WITHOUT ROWID;
-- Withdrawn households about which something came that whoever withdrew them did not know.
CREATE TABLE IF NOT EXISTS recall (household BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS snapshot (
  space BLOB NOT NULL, page INTEGER NOT NULL, seq INTEGER NOT NULL, changes INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY (space, page)
) STRICT;
-- Where documents were moved to, and every space that a document was moved out of.
CREATE TABLE IF NOT EXISTS placement (doc BLOB PRIMARY KEY, space BLOB NOT NULL, nth INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS moved (doc BLOB NOT NULL, space BLOB NOT NULL, PRIMARY KEY (doc, space)) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS moved_space ON moved (space);
-- Documents whose space lacks what came in the log of another.
CREATE TABLE IF NOT EXISTS stray (doc BLOB NOT NULL, space BLOB NOT NULL, PRIMARY KEY (doc, space)) STRICT, WITHOUT ROWID;
-- Documents that were destroyed, each with the generation that may begin since.
CREATE TABLE IF NOT EXISTS forgotten (
  doc BLOB NOT NULL, space BLOB NOT NULL, generation INTEGER NOT NULL,
  actors BLOB NOT NULL,                -- CBOR: who had written, and how much; the next erasure says it again
  without TEXT NOT NULL,               -- keys that were the reason, one a line; likewise
  PRIMARY KEY (doc, space)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS forgotten_space ON forgotten (space);
CREATE TABLE IF NOT EXISTS appointment (worker BLOB NOT NULL, id BLOB NOT NULL, record TEXT NOT NULL, PRIMARY KEY (worker, id)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS grid_alias (grid BLOB NOT NULL, alias TEXT NOT NULL, PRIMARY KEY (grid, alias)) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS directive (id BLOB PRIMARY KEY, community TEXT NOT NULL, issued_ms INTEGER NOT NULL, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS canvass (id BLOB PRIMARY KEY, name TEXT NOT NULL, record TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS receipt (
  directive BLOB NOT NULL, device BLOB NOT NULL, at_ms INTEGER NOT NULL, skew_ms INTEGER, received_ms INTEGER NOT NULL,
  PRIMARY KEY (directive, device)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notice_receipt (
  version INTEGER NOT NULL, device BLOB NOT NULL, at_ms INTEGER NOT NULL, skew_ms INTEGER, received_ms INTEGER NOT NULL,
  PRIMARY KEY (version, device)
) STRICT, WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS complaint (
  id BLOB PRIMARY KEY, waits INTEGER NOT NULL, received_ms INTEGER NOT NULL, device BLOB NOT NULL, record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS complaint_waits ON complaint (waits DESC, received_ms DESC, id);
CREATE TABLE IF NOT EXISTS told (      -- of which directives a visit told the household, and how
  visit BLOB NOT NULL, doc BLOB NOT NULL, directive BLOB NOT NULL, channel TEXT NOT NULL, household BLOB NOT NULL,
  PRIMARY KEY (visit, doc, directive, channel)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS told_directive ON told (directive, household, channel);
CREATE TABLE IF NOT EXISTS issue (
  id BLOB PRIMARY KEY, space BLOB NOT NULL, category TEXT NOT NULL, state TEXT NOT NULL, household BLOB,
  received_ms INTEGER NOT NULL, device BLOB NOT NULL, record TEXT NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS issue_received ON issue (received_ms DESC, id, state, category, space);
CREATE INDEX IF NOT EXISTS issue_household ON issue (household) WHERE household IS NOT NULL;
