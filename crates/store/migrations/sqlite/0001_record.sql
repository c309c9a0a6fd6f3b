-- The record of units, and what is derived from it.
--
-- Every key leads with the unit. Moments are microseconds since 1970 in UTC, days are ISO dates in
-- the unit's zone, identifiers and hashes are bytes. Stored words and JSON keep their names for ever.

CREATE TABLE units (
    unit TEXT NOT NULL PRIMARY KEY,
    -- Zone of the unit file, read out so that an append need not read the file; NULL when unknown.
    time_zone TEXT,
    adopted_at INTEGER NOT NULL,
    simulated INTEGER NOT NULL,
    config TEXT NOT NULL,
    areas TEXT NOT NULL,
    pack TEXT NOT NULL
) STRICT;

-- The record itself: what happened, in the order it was committed.
CREATE TABLE acts (
    unit TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    version INTEGER NOT NULL CHECK (version > 0),
    id BLOB NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    schema_version INTEGER NOT NULL,
    actor TEXT NOT NULL,
    happened_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    place TEXT,
    payload TEXT NOT NULL,
    PRIMARY KEY (unit, seq),
    UNIQUE (unit, subject_id, subject_kind, version)
) STRICT;

CREATE TRIGGER acts_are_not_changed BEFORE UPDATE ON acts
BEGIN
    SELECT RAISE(ABORT, 'an act is never changed');
END;

CREATE TRIGGER acts_are_not_deleted BEFORE DELETE ON acts
BEGIN
    SELECT RAISE(ABORT, 'an act is never deleted');
END;

-- Commands carried out, so that a repeated one gets the first answer.
CREATE TABLE commands (
    unit TEXT NOT NULL,
    id BLOB NOT NULL,
    fingerprint BLOB NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

-- Rows of other systems that are in the record.
CREATE TABLE source_keys (
    unit TEXT NOT NULL,
    source TEXT NOT NULL,
    source_key TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL,
    first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL,
    PRIMARY KEY (unit, source, source_key)
) STRICT, WITHOUT ROWID;

-- The last number given in each series.
CREATE TABLE numbers (
    unit TEXT NOT NULL,
    series TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (unit, series)
) STRICT, WITHOUT ROWID;

-- View: cases.
CREATE TABLE cases (
    -- Ties the row to its words in cases_fts; it has no meaning outside this file.
    row INTEGER PRIMARY KEY,
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL,
    number TEXT,
    secret BLOB,
    service TEXT NOT NULL,
    report_kind TEXT,
    channel TEXT NOT NULL,
    stage TEXT NOT NULL,
    danger INTEGER NOT NULL,
    sensitive INTEGER NOT NULL,
    simulated INTEGER NOT NULL,
    station TEXT,
    beat TEXT,
    stratum TEXT,
    lat REAL,
    lng REAL,
    place_text TEXT,
    filed_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    respond_by INTEGER,
    responded_at INTEGER,
    responded_late INTEGER NOT NULL,
    assessed_at INTEGER,
    taken_by BLOB,
    assigned_to BLOB,
    next_news_by INTEGER,
    late_reason TEXT,
    closed_at INTEGER,
    outcome TEXT,
    reporter BLOB,
    reachable INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    -- When the nearest open promise falls due: the first response, and once it came the next news;
    -- the largest integer when nothing is promised, so that the queue can be read off an index.
    due_order INTEGER NOT NULL,
    UNIQUE (unit, id)
) STRICT;

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

-- The words a case is found by; rowid is cases.row.
CREATE VIRTUAL TABLE cases_fts USING fts5 (
    words,
    tokenize = 'unicode61 remove_diacritics 2',
    prefix = '2 3'
);

-- View: encounters.
CREATE TABLE encounters (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    version INTEGER NOT NULL,
    officer BLOB NOT NULL,
    person BLOB,
    capacity TEXT NOT NULL,
    case_id BLOB,
    service TEXT NOT NULL,
    function TEXT NOT NULL,
    role TEXT NOT NULL,
    force_used INTEGER NOT NULL,
    station TEXT,
    beat TEXT,
    stratum TEXT,
    place_text TEXT,
    happened_at INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    rating_code BLOB NOT NULL,
    rate_by INTEGER NOT NULL,
    simulated INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX encounters_by_code ON encounters (unit, rating_code);
CREATE INDEX encounters_by_officer ON encounters (unit, officer, happened_at DESC, id DESC);
CREATE INDEX encounters_by_case ON encounters (unit, case_id, happened_at DESC, id DESC)
WHERE case_id IS NOT NULL;

-- View: feedback. It names neither person nor officer.
CREATE TABLE feedback (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    judged TEXT NOT NULL,
    service TEXT NOT NULL,
    station TEXT,
    beat TEXT,
    served_on TEXT NOT NULL,
    given_at INTEGER NOT NULL,
    answers TEXT NOT NULL,
    message TEXT,
    simulated INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT;

CREATE INDEX feedback_with_message ON feedback (unit, given_at DESC, id DESC)
WHERE message IS NOT NULL;

-- Rollups. An unknown place is an empty code, because a key holds no NULL.
CREATE TABLE rollup_hour (
    unit TEXT NOT NULL,
    hour INTEGER NOT NULL,
    station TEXT NOT NULL,
    beat TEXT NOT NULL,
    stratum TEXT NOT NULL,
    service TEXT NOT NULL,
    filed INTEGER NOT NULL,
    responded INTEGER NOT NULL,
    responded_late INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    wait_seconds REAL NOT NULL,
    wait_seconds_squared REAL NOT NULL,
    PRIMARY KEY (unit, hour, station, beat, stratum, service)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_wait (
    unit TEXT NOT NULL,
    hour INTEGER NOT NULL,
    station TEXT NOT NULL,
    service TEXT NOT NULL,
    bucket INTEGER NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (unit, hour, station, service, bucket)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_officer_day (
    unit TEXT NOT NULL,
    day TEXT NOT NULL,
    officer BLOB NOT NULL,
    encounters INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    PRIMARY KEY (unit, day, officer)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_officer_beat (
    unit TEXT NOT NULL,
    officer BLOB NOT NULL,
    beat TEXT NOT NULL,
    n INTEGER NOT NULL,
    PRIMARY KEY (unit, officer, beat)
) STRICT, WITHOUT ROWID;

CREATE TABLE rollup_survey (
    unit TEXT NOT NULL,
    day TEXT NOT NULL,
    station TEXT NOT NULL,
    service TEXT NOT NULL,
    item TEXT NOT NULL,
    answer INTEGER NOT NULL CHECK (answer BETWEEN 0 AND 4),
    n INTEGER NOT NULL,
    PRIMARY KEY (unit, day, station, service, item, answer)
) STRICT, WITHOUT ROWID;

-- Details of persons, sealed under a key of their own that is wrapped by the node's key.
CREATE TABLE persons (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    wrapped_key BLOB NOT NULL,
    sealed BLOB NOT NULL,
    recorded_at INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT;

-- Files by the SHA-256 of their content. `keep_until` is NULL once an act names the file.
CREATE TABLE blobs (
    unit TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    media_type TEXT NOT NULL,
    recorded_at INTEGER NOT NULL,
    keep_until INTEGER,
    content BLOB NOT NULL,
    preview BLOB,
    PRIMARY KEY (unit, sha256)
) STRICT;

CREATE INDEX blobs_to_drop ON blobs (unit, keep_until) WHERE keep_until IS NOT NULL;

-- Forms not yet sent, sealed.
CREATE TABLE drafts (
    unit TEXT NOT NULL,
    token BLOB NOT NULL,
    sealed BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (unit, token)
) STRICT;

CREATE INDEX drafts_to_drop ON drafts (unit, expires_at);

CREATE TABLE users (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    login TEXT NOT NULL,
    name TEXT NOT NULL,
    rank TEXT,
    station TEXT,
    roles TEXT NOT NULL,
    password TEXT NOT NULL,
    demo INTEGER NOT NULL,
    disabled_at INTEGER,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (unit, id),
    UNIQUE (unit, login)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
    unit TEXT NOT NULL,
    token BLOB NOT NULL,
    user_id BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (unit, token)
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (unit, user_id);
CREATE INDEX sessions_to_drop ON sessions (unit, expires_at);

-- Attempts counted in a window, such as wrong passwords.
CREATE TABLE attempts (
    unit TEXT NOT NULL,
    attempt_key BLOB NOT NULL,
    n INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (unit, attempt_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX attempts_to_drop ON attempts (unit, ends_at);

-- Work that acts cause. `due_at` is when it may be taken (again); NULL when given up.
CREATE TABLE jobs (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    due_at INTEGER,
    attempts INTEGER NOT NULL,
    fault TEXT,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX jobs_due ON jobs (unit, due_at, id) WHERE due_at IS NOT NULL;

-- How far each imported file came.
CREATE TABLE imports (
    unit TEXT NOT NULL,
    source TEXT NOT NULL,
    file_sha256 TEXT NOT NULL,
    rows_done INTEGER NOT NULL,
    rows_rejected INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    noted_at INTEGER NOT NULL,
    PRIMARY KEY (unit, source, file_sha256)
) STRICT, WITHOUT ROWID;
