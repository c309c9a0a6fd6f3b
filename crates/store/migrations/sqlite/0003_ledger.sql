-- The ledger: what an act is held to, and the tree that holds all acts together. What people told
-- leaves the acts, so that it can be erased while the acts and the ledger stay whole.

-- Salt and commitment of the act, and the hash of what was told with it. NULL in acts of a program
-- before this one, until the program has brought them up to date, which it does before anything else.
ALTER TABLE acts ADD COLUMN salt BLOB CHECK (length(salt) = 32);
ALTER TABLE acts ADD COLUMN told_hash BLOB CHECK (length(told_hash) = 32);
ALTER TABLE acts ADD COLUMN commitment BLOB CHECK (length(commitment) = 32);

CREATE INDEX acts_without_commitment ON acts (unit, seq) WHERE commitment IS NULL;

DROP TRIGGER acts_are_not_changed;

CREATE TRIGGER acts_are_not_changed BEFORE UPDATE ON acts WHEN OLD.commitment IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'an act is never changed');
END;

-- What people told, in their words, as a JSON object by field; the act has its salted hash.
CREATE TABLE told (
    unit TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    salt BLOB NOT NULL CHECK (length(salt) = 32),
    words TEXT NOT NULL,
    PRIMARY KEY (unit, seq)
) STRICT, WITHOUT ROWID;

-- How far the tree of a unit is built, and what of it was signed and published.
CREATE TABLE ledger (
    unit TEXT NOT NULL PRIMARY KEY,
    origin TEXT NOT NULL,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    published_size INTEGER NOT NULL CHECK (published_size BETWEEN 0 AND size),
    checkpoint TEXT,
    published_at INTEGER
) STRICT, WITHOUT ROWID;

-- Hashes of the tree, 256 in a whole tile. The last tile of a level grows.
CREATE TABLE ledger_tiles (
    unit TEXT NOT NULL,
    level INTEGER NOT NULL CHECK (level BETWEEN 0 AND 63),
    idx INTEGER NOT NULL CHECK (idx >= 0),
    hashes BLOB NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192),
    PRIMARY KEY (unit, level, idx)
) STRICT;

-- Signatures of witnesses under the last checkpoint each has seen.
CREATE TABLE ledger_cosignatures (
    unit TEXT NOT NULL,
    witness TEXT NOT NULL,
    size INTEGER NOT NULL,
    line TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (unit, witness)
) STRICT, WITHOUT ROWID;

-- What this unit, as a witness, has seen last of other units' ledgers.
CREATE TABLE ledger_witnessed (
    unit TEXT NOT NULL,
    origin TEXT NOT NULL,
    size INTEGER NOT NULL,
    root BLOB NOT NULL CHECK (length(root) = 32),
    at INTEGER NOT NULL,
    PRIMARY KEY (unit, origin)
) STRICT, WITHOUT ROWID;
