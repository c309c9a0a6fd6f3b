-- When a unit's record was last backed up, so that whoever looks after it is told when that is long
-- ago. A backup does not carry it: a store that was restored has none of its own yet.
CREATE TABLE backups (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    made_at BIGINT NOT NULL,
    last_seq BIGINT NOT NULL
);
