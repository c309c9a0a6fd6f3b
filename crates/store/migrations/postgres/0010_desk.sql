-- View: visits to front desks. It names no visitor. `turn` is 0 for danger, 1 for who goes first, 2 for
-- the rest.
CREATE TABLE visits (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    station TEXT COLLATE "C",
    day TEXT COLLATE "C" NOT NULL,
    ticket BIGINT NOT NULL,
    need TEXT COLLATE "C",
    sensitive BOOLEAN NOT NULL,
    turn BIGINT NOT NULL,
    priority TEXT COLLATE "C",
    joined_at BIGINT NOT NULL,
    open_until BIGINT NOT NULL,
    called_by UUID,
    called_at BIGINT,
    ended TEXT COLLATE "C",
    served BOOLEAN NOT NULL,
    ended_at BIGINT,
    simulated BOOLEAN NOT NULL,
    PRIMARY KEY (unit, id)
);

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
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    station TEXT COLLATE "C",
    system TEXT COLLATE "C",
    words TEXT COLLATE "C",
    way TEXT COLLATE "C",
    since BIGINT NOT NULL,
    until BIGINT,
    declared_at BIGINT NOT NULL,
    ended_at BIGINT,
    simulated BOOLEAN NOT NULL,
    PRIMARY KEY (unit, id)
);

CREATE INDEX outages_open ON outages (unit, since DESC, id) WHERE ended_at IS NULL;
CREATE INDEX outages_ended ON outages (unit, ended_at DESC, id) WHERE ended_at IS NOT NULL;
