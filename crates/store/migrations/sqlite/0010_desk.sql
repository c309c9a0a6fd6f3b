-- View: visits to front desks. It names no visitor. `turn` is 0 for danger, 1 for who goes first, 2 for
-- the rest.
CREATE TABLE visits (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL,
    station TEXT,
    day TEXT NOT NULL,
    ticket INTEGER NOT NULL,
    need TEXT,
    sensitive INTEGER NOT NULL,
    turn INTEGER NOT NULL,
    priority TEXT,
    joined_at INTEGER NOT NULL,
    open_until INTEGER NOT NULL,
    called_by BLOB,
    called_at INTEGER,
    ended TEXT,
    served INTEGER NOT NULL,
    ended_at INTEGER,
    simulated INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

-- Who waits, in the order to call them.
CREATE INDEX visits_waiting ON visits (unit, station, turn, joined_at, day, ticket, id)
WHERE called_at IS NULL AND ended_at IS NULL;
-- Who is served.
CREATE INDEX visits_served ON visits (unit, station, called_at, id)
WHERE called_at IS NOT NULL AND ended_at IS NULL;
-- Who was called lately and was there.
CREATE INDEX visits_called ON visits (unit, station, called_at DESC)
WHERE called_at IS NOT NULL AND (ended_at IS NULL OR served);
-- When the last ticket was given.
CREATE INDEX visits_by_joining ON visits (unit, station, joined_at DESC);
-- What ends by rule.
CREATE INDEX visits_to_end ON visits (unit, open_until, id) WHERE ended_at IS NULL;

-- View: things that can be down, each with its last outage.
CREATE TABLE outages (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL,
    station TEXT,
    system TEXT,
    words TEXT,
    way TEXT,
    since INTEGER NOT NULL,
    until INTEGER,
    declared_at INTEGER NOT NULL,
    ended_at INTEGER,
    simulated INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX outages_open ON outages (unit, since DESC, id) WHERE ended_at IS NULL;
CREATE INDEX outages_ended ON outages (unit, ended_at DESC, id) WHERE ended_at IS NOT NULL;
