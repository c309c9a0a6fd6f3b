-- View: rooms and equipment. `phases` is JSON: where it was and whether it could be used, from when.
CREATE TABLE things (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    station TEXT COLLATE "C",
    kind TEXT COLLATE "C" NOT NULL,
    label TEXT COLLATE "C" NOT NULL,
    room TEXT COLLATE "C",
    state TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    holder UUID,
    held_since BIGINT,
    check_by TEXT COLLATE "C",
    checked_at BIGINT,
    registered_at BIGINT NOT NULL,
    phases TEXT COLLATE "C" NOT NULL,
    simulated BOOLEAN NOT NULL,
    PRIMARY KEY (unit, id)
);

-- What a station has, in the order it is listed.
CREATE INDEX things_listed ON things (unit, station, kind, label, id);

-- View: what officers are qualified for and which lessons wait for them, both as JSON. It names no case.
CREATE TABLE officer_standing (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    qualifications TEXT COLLATE "C" NOT NULL,
    lessons TEXT COLLATE "C" NOT NULL,
    simulated BOOLEAN NOT NULL,
    PRIMARY KEY (unit, id)
);
