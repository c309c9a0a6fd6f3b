-- What people are told when there is news, and what they said of it.

-- One row for each act, reporter and way: what is told is told once by its id. `state` is waiting, sending,
-- sent, dropped, dead, phoned or given_up; `due_at` says when it is taken next, NULL when it is not.
CREATE TABLE notices (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    kind TEXT NOT NULL,
    way TEXT NOT NULL,
    state TEXT NOT NULL,
    due_at INTEGER,
    attempts INTEGER NOT NULL,
    made_at INTEGER NOT NULL,
    -- When it was last handed to somebody who may have passed it on.
    tried_at INTEGER,
    fault TEXT,
    -- When it was settled, and by whom if by a person; their words.
    settled_at INTEGER,
    settled_by BLOB,
    reason TEXT,
    -- What the gateway said of it later.
    reported_at INTEGER,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX notices_due ON notices (unit, way, due_at, id) WHERE due_at IS NOT NULL;
CREATE INDEX notices_dead ON notices (unit, made_at, id) WHERE state = 'dead';
CREATE INDEX notices_by_case ON notices (unit, case_id, made_at, id);

-- By which ways and in which hours the reporter of a case may be told, sealed.
CREATE TABLE notice_wishes (
    unit TEXT NOT NULL,
    case_id BLOB NOT NULL CHECK (length(case_id) = 16),
    sealed BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (unit, case_id)
) STRICT, WITHOUT ROWID;

-- Numbers and addresses that are told nothing, whatever the case: keyed hashes.
CREATE TABLE notice_stops (
    unit TEXT NOT NULL,
    hash BLOB NOT NULL,
    stopped_at INTEGER NOT NULL,
    PRIMARY KEY (unit, hash)
) STRICT, WITHOUT ROWID;
