-- The tables of the first version.
--
-- A later version may add tables and columns. It must keep `meta` readable with `SELECT schema FROM meta`: that is how
-- an older program learns that it must not touch the store.

-- One row.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    schema INTEGER NOT NULL,        -- number of the last migration that was applied
    revision INTEGER NOT NULL,      -- counts the changes, from 0
    seal_check BLOB NOT NULL        -- a known text sealed under the sealing key: shows a wrong key at once
) STRICT;

-- Every noun of the model.
CREATE TABLE records (
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    parent TEXT NOT NULL,           -- identifier of the record that it belongs to; empty for none
    name TEXT NOT NULL,             -- the name that people gave it; empty for none
    revision INTEGER NOT NULL,      -- the change that wrote it last
    created INTEGER NOT NULL,       -- milliseconds since the Unix epoch, from the audit entry of the first write
    modified INTEGER NOT NULL,      -- the same, of the last write
    version INTEGER NOT NULL,       -- form of the body
    body TEXT NOT NULL,             -- JSON
    sealed BLOB,                    -- the record's secret, sealed; NULL where the kind has none
    PRIMARY KEY (kind, id)
) STRICT;

CREATE INDEX records_by_parent ON records (parent, kind);

-- Who changed what: one entry a revision.
CREATE TABLE audit (
    revision INTEGER PRIMARY KEY,
    time INTEGER NOT NULL,          -- milliseconds since the Unix epoch
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    origin TEXT NOT NULL
) STRICT;

-- Counts that outlive a restart and are no configuration.
CREATE TABLE counters (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL CHECK (value >= 0)
) STRICT, WITHOUT ROWID;
