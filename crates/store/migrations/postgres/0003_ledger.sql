-- The ledger: what an act is held to, and the tree that holds all acts together. What people told
-- leaves the acts, so that it can be erased while the acts and the ledger stay whole.

-- Salt and commitment of the act, and the hash of what was told with it. NULL in acts of a program
-- before this one, until the program has brought them up to date, which it does before anything else.
ALTER TABLE acts ADD COLUMN salt BYTEA CHECK (length(salt) = 32);
ALTER TABLE acts ADD COLUMN told_hash BYTEA CHECK (length(told_hash) = 32);
ALTER TABLE acts ADD COLUMN commitment BYTEA CHECK (length(commitment) = 32);

CREATE INDEX acts_without_commitment ON acts (unit, seq) WHERE commitment IS NULL;

CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_LEVEL = 'ROW' AND TG_OP = 'UPDATE' THEN
        IF OLD.commitment IS NULL THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'an act is never %', CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;

-- What people told, in their words, as a JSON object by field; the act has its salted hash.
CREATE TABLE told (
    unit TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    salt BYTEA NOT NULL CHECK (length(salt) = 32),
    words TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (unit, seq)
);

-- How far the tree of a unit is built, and what of it was signed and published.
CREATE TABLE ledger (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    origin TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL CHECK (size >= 0),
    root BYTEA NOT NULL CHECK (length(root) = 32),
    published_size BIGINT NOT NULL CHECK (published_size BETWEEN 0 AND size),
    checkpoint TEXT COLLATE "C",
    published_at BIGINT
);

-- Hashes of the tree, 256 in a whole tile. The last tile of a level grows.
CREATE TABLE ledger_tiles (
    unit TEXT COLLATE "C" NOT NULL,
    level BIGINT NOT NULL CHECK (level BETWEEN 0 AND 63),
    idx BIGINT NOT NULL CHECK (idx >= 0),
    hashes BYTEA NOT NULL CHECK (length(hashes) BETWEEN 32 AND 8192),
    PRIMARY KEY (unit, level, idx)
);

-- Signatures of witnesses under the last checkpoint each has seen.
CREATE TABLE ledger_cosignatures (
    unit TEXT COLLATE "C" NOT NULL,
    witness TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    line TEXT COLLATE "C" NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (unit, witness)
);

-- What this unit, as a witness, has seen last of other units' ledgers.
CREATE TABLE ledger_witnessed (
    unit TEXT COLLATE "C" NOT NULL,
    origin TEXT COLLATE "C" NOT NULL,
    size BIGINT NOT NULL,
    root BYTEA NOT NULL CHECK (length(root) = 32),
    at BIGINT NOT NULL,
    PRIMARY KEY (unit, origin)
);
