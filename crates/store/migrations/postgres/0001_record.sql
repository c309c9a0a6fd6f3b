-- The record of units, and what is derived from it, on PostgreSQL. The same tables as on SQLite.
--
-- Every key leads with the unit and no table refers to another, so that each can be distributed by
-- unit. Moments are microseconds since 1970 in UTC, days are ISO dates in the unit's zone, hashes
-- are bytes. Texts are ordered by code point on any server. Stored words and JSON keep their names
-- for ever.

CREATE TABLE units (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    -- Zone of the unit file, read out so that an append need not read the file; NULL when unknown.
    time_zone TEXT COLLATE "C",
    adopted_at BIGINT NOT NULL,
    simulated BOOLEAN NOT NULL,
    config TEXT COLLATE "C" NOT NULL,
    areas TEXT COLLATE "C" NOT NULL,
    pack TEXT COLLATE "C" NOT NULL
);

-- The record itself: what happened, in the order it was committed.
CREATE TABLE acts (
    unit TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL CHECK (seq > 0),
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id UUID NOT NULL,
    version BIGINT NOT NULL CHECK (version > 0),
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    schema_version BIGINT NOT NULL,
    actor TEXT COLLATE "C" NOT NULL,
    happened_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    place TEXT COLLATE "C",
    payload TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (unit, seq),
    UNIQUE (unit, subject_id, subject_kind, version)
);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an act is never %', CASE TG_OP WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END
        USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER acts_are_not_changed BEFORE UPDATE OR DELETE ON acts
FOR EACH ROW EXECUTE FUNCTION refuse_change();

CREATE TRIGGER acts_are_not_emptied BEFORE TRUNCATE ON acts
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Locked by whoever writes for a unit, so that processes take turns and its order has no gap.
CREATE TABLE unit_locks (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY
);

-- Commands carried out, so that a repeated one gets the first answer.
CREATE TABLE commands (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    fingerprint BYTEA NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id UUID NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    PRIMARY KEY (unit, id)
);

-- Rows of other systems that are in the record.
CREATE TABLE source_keys (
    unit TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    source_key TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id UUID NOT NULL,
    first_seq BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    PRIMARY KEY (unit, source, source_key)
);

-- The last number given in each series.
CREATE TABLE numbers (
    unit TEXT COLLATE "C" NOT NULL,
    series TEXT COLLATE "C" NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (unit, series)
);

-- View: cases.
CREATE TABLE cases (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    number TEXT COLLATE "C",
    secret BYTEA,
    service TEXT COLLATE "C" NOT NULL,
    report_kind TEXT COLLATE "C",
    channel TEXT COLLATE "C" NOT NULL,
    stage TEXT COLLATE "C" NOT NULL,
    danger BOOLEAN NOT NULL,
    sensitive BOOLEAN NOT NULL,
    simulated BOOLEAN NOT NULL,
    station TEXT COLLATE "C",
    beat TEXT COLLATE "C",
    stratum TEXT COLLATE "C",
    lat DOUBLE PRECISION,
    lng DOUBLE PRECISION,
    place_text TEXT COLLATE "C",
    filed_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    respond_by BIGINT,
    responded_at BIGINT,
    responded_late BOOLEAN NOT NULL,
    assessed_at BIGINT,
    taken_by UUID,
    assigned_to UUID,
    next_news_by BIGINT,
    late_reason TEXT COLLATE "C",
    closed_at BIGINT,
    outcome TEXT COLLATE "C",
    reporter UUID,
    reachable BOOLEAN NOT NULL,
    last_at BIGINT NOT NULL,
    -- When the nearest open promise falls due: the first response, and once it came the next news;
    -- the largest integer when nothing is promised, so that the queue can be read off an index.
    due_order BIGINT NOT NULL,
    PRIMARY KEY (unit, id)
);

CREATE UNIQUE INDEX cases_by_number ON cases (unit, number) WHERE number IS NOT NULL;
-- Lists, newest filing first. The stage stands at the end so that a list of one stage skips the
-- others without reading their rows.
CREATE INDEX cases_by_filing ON cases (unit, filed_at DESC, id DESC);
CREATE INDEX cases_by_stage ON cases (unit, stage, filed_at DESC, id DESC);
CREATE INDEX cases_by_station ON cases (unit, station, filed_at DESC, id DESC, stage);
CREATE INDEX cases_by_beat ON cases (unit, beat, filed_at DESC, id DESC, stage);
CREATE INDEX cases_by_service ON cases (unit, service, filed_at DESC, id DESC, stage);
CREATE INDEX cases_by_taker ON cases (unit, taken_by, filed_at DESC, id DESC)
WHERE taken_by IS NOT NULL;
CREATE INDEX cases_by_handler ON cases (unit, assigned_to, filed_at DESC, id DESC)
WHERE assigned_to IS NOT NULL;
-- Open cases in the order to serve them.
CREATE INDEX cases_open ON cases (unit, danger DESC, due_order, filed_at, id)
WHERE stage <> 'closed';
-- Open cases that wait for a promised first response.
CREATE INDEX cases_waiting ON cases (unit, respond_by, id)
WHERE stage <> 'closed' AND responded_at IS NULL AND respond_by IS NOT NULL;

-- The words a case is found by. `search` is written out by the program, so that words are told
-- apart as the other engine does it, whatever text search configuration a server has.
CREATE TABLE case_words (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    words TEXT COLLATE "C" NOT NULL,
    search TSVECTOR NOT NULL,
    PRIMARY KEY (unit, id)
);

CREATE INDEX case_words_by_search ON case_words USING gin (search);

-- View: encounters.
CREATE TABLE encounters (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    version BIGINT NOT NULL,
    officer UUID NOT NULL,
    person UUID,
    capacity TEXT COLLATE "C" NOT NULL,
    case_id UUID,
    service TEXT COLLATE "C" NOT NULL,
    function TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    force_used BOOLEAN NOT NULL,
    station TEXT COLLATE "C",
    beat TEXT COLLATE "C",
    stratum TEXT COLLATE "C",
    place_text TEXT COLLATE "C",
    happened_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    rating_code BYTEA NOT NULL,
    rate_by BIGINT NOT NULL,
    simulated BOOLEAN NOT NULL,
    PRIMARY KEY (unit, id)
);

CREATE UNIQUE INDEX encounters_by_code ON encounters (unit, rating_code);
CREATE INDEX encounters_by_officer ON encounters (unit, officer, happened_at DESC, id DESC);
CREATE INDEX encounters_by_case ON encounters (unit, case_id, happened_at DESC, id DESC)
WHERE case_id IS NOT NULL;

-- View: feedback. It names neither person nor officer.
CREATE TABLE feedback (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    judged TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    station TEXT COLLATE "C",
    beat TEXT COLLATE "C",
    served_on TEXT COLLATE "C" NOT NULL,
    given_at BIGINT NOT NULL,
    answers TEXT COLLATE "C" NOT NULL,
    message TEXT COLLATE "C",
    simulated BOOLEAN NOT NULL,
    PRIMARY KEY (unit, id)
);

CREATE INDEX feedback_with_message ON feedback (unit, given_at DESC, id DESC)
WHERE message IS NOT NULL;

-- Rollups. An unknown place is an empty code, because a key holds no NULL.
CREATE TABLE rollup_hour (
    unit TEXT COLLATE "C" NOT NULL,
    hour BIGINT NOT NULL,
    station TEXT COLLATE "C" NOT NULL,
    beat TEXT COLLATE "C" NOT NULL,
    stratum TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    filed BIGINT NOT NULL,
    responded BIGINT NOT NULL,
    responded_late BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    wait_seconds DOUBLE PRECISION NOT NULL,
    wait_seconds_squared DOUBLE PRECISION NOT NULL,
    PRIMARY KEY (unit, hour, station, beat, stratum, service)
);

CREATE TABLE rollup_wait (
    unit TEXT COLLATE "C" NOT NULL,
    hour BIGINT NOT NULL,
    station TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    bucket BIGINT NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (unit, hour, station, service, bucket)
);

CREATE TABLE rollup_officer_day (
    unit TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    officer UUID NOT NULL,
    encounters BIGINT NOT NULL,
    closed BIGINT NOT NULL,
    PRIMARY KEY (unit, day, officer)
);

CREATE TABLE rollup_officer_beat (
    unit TEXT COLLATE "C" NOT NULL,
    officer UUID NOT NULL,
    beat TEXT COLLATE "C" NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (unit, officer, beat)
);

CREATE TABLE rollup_survey (
    unit TEXT COLLATE "C" NOT NULL,
    day TEXT COLLATE "C" NOT NULL,
    station TEXT COLLATE "C" NOT NULL,
    service TEXT COLLATE "C" NOT NULL,
    item TEXT COLLATE "C" NOT NULL,
    answer BIGINT NOT NULL CHECK (answer BETWEEN 0 AND 4),
    n BIGINT NOT NULL,
    PRIMARY KEY (unit, day, station, service, item, answer)
);

-- Details of persons, sealed under a key of their own that is wrapped by the node's key.
CREATE TABLE persons (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    wrapped_key BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    recorded_at BIGINT NOT NULL,
    PRIMARY KEY (unit, id)
);

-- Files by the SHA-256 of their content. `keep_until` is NULL once an act names the file.
CREATE TABLE blobs (
    unit TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    media_type TEXT COLLATE "C" NOT NULL,
    recorded_at BIGINT NOT NULL,
    keep_until BIGINT,
    content BYTEA NOT NULL,
    preview BYTEA,
    PRIMARY KEY (unit, sha256)
);

CREATE INDEX blobs_to_drop ON blobs (unit, keep_until) WHERE keep_until IS NOT NULL;

-- Forms not yet sent, sealed.
CREATE TABLE drafts (
    unit TEXT COLLATE "C" NOT NULL,
    token BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (unit, token)
);

CREATE INDEX drafts_to_drop ON drafts (unit, expires_at);

CREATE TABLE users (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    login TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    rank TEXT COLLATE "C",
    station TEXT COLLATE "C",
    roles TEXT COLLATE "C" NOT NULL,
    password TEXT COLLATE "C" NOT NULL,
    demo BOOLEAN NOT NULL,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (unit, id),
    UNIQUE (unit, login)
);

CREATE TABLE sessions (
    unit TEXT COLLATE "C" NOT NULL,
    token BYTEA NOT NULL,
    user_id UUID NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (unit, token)
);

CREATE INDEX sessions_of_user ON sessions (unit, user_id);
CREATE INDEX sessions_to_drop ON sessions (unit, expires_at);

-- Attempts counted in a window, such as wrong passwords.
CREATE TABLE attempts (
    unit TEXT COLLATE "C" NOT NULL,
    attempt_key BYTEA NOT NULL,
    n BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    PRIMARY KEY (unit, attempt_key)
);

CREATE INDEX attempts_to_drop ON attempts (unit, ends_at);

-- Work that acts cause. `due_at` is when it may be taken (again); NULL when given up.
CREATE TABLE jobs (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    due_at BIGINT,
    attempts BIGINT NOT NULL,
    fault TEXT COLLATE "C",
    PRIMARY KEY (unit, id)
);

CREATE INDEX jobs_due ON jobs (unit, due_at, id) WHERE due_at IS NOT NULL;

-- How far each imported file came.
CREATE TABLE imports (
    unit TEXT COLLATE "C" NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    file_sha256 TEXT COLLATE "C" NOT NULL,
    rows_done BIGINT NOT NULL,
    rows_rejected BIGINT NOT NULL,
    complete BOOLEAN NOT NULL,
    noted_at BIGINT NOT NULL,
    PRIMARY KEY (unit, source, file_sha256)
);
