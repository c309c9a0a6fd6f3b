-- View: rooms and equipment. `phases` is JSON: where it was and whether it could be used, from when.
CREATE TABLE things (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL,
    station TEXT,
    kind TEXT NOT NULL,
    label TEXT NOT NULL,
    room TEXT,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    holder BLOB,
    held_since INTEGER,
    check_by TEXT,
    checked_at INTEGER,
    registered_at INTEGER NOT NULL,
    phases TEXT NOT NULL,
    simulated INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

-- What a station has, in the order it is listed.
CREATE INDEX things_listed ON things (unit, station, kind, label, id);

-- View: what officers are qualified for and which lessons wait for them, both as JSON. It names no case.
CREATE TABLE officer_standing (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL,
    qualifications TEXT NOT NULL,
    lessons TEXT NOT NULL,
    simulated INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;
