-- When a unit's record was last backed up, so that whoever looks after it is told when that is long
-- ago. A backup does not carry it: a store that was restored has none of its own yet.
CREATE TABLE backups (
    unit TEXT NOT NULL PRIMARY KEY,
    made_at INTEGER NOT NULL,
    last_seq INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
