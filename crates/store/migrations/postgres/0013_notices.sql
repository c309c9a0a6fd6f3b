-- What people are told when there is news, and what they said of it.

-- One row for each act, reporter and way: what is told is told once by its id. `state` is waiting, sending,
-- sent, dropped, dead, phoned or given_up; `due_at` says when it is taken next, NULL when it is not.
CREATE TABLE notices (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    case_id UUID NOT NULL,
    kind TEXT NOT NULL,
    way TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at BIGINT,
    attempts BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    -- When it was last handed to somebody who may have passed it on.
    tried_at BIGINT,
    fault TEXT,
    -- When it was settled, and by whom if by a person; their words.
    settled_at BIGINT,
    settled_by UUID,
    reason TEXT,
    -- What the gateway said of it later.
    reported_at BIGINT,
    PRIMARY KEY (unit, id)
);

CREATE INDEX notices_due ON notices (unit, way, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX notices_dead ON notices (unit, made_at, id) WHERE state = 'dead';
CREATE INDEX notices_by_case ON notices (unit, case_id, made_at, id);

-- By which ways and in which hours the reporter of a case may be told, sealed.
CREATE TABLE notice_wishes (
    unit TEXT COLLATE "C" NOT NULL,
    case_id UUID NOT NULL,
    sealed BYTEA NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (unit, case_id)
);

-- Numbers and addresses that are told nothing, whatever the case: keyed hashes.
CREATE TABLE notice_stops (
    unit TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL,
    stopped_at BIGINT NOT NULL,
    PRIMARY KEY (unit, hash)
);
