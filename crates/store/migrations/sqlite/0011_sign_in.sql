-- Who is signed in: made anew with what an owner needs to know a device by, so everybody signs in again.
-- `seen_at` is coarse; `proved_at` is when the owner last proved who they are.
DROP TABLE sessions;
CREATE TABLE sessions (
    unit TEXT NOT NULL,
    token BLOB NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    user_id BLOB NOT NULL CHECK (length(user_id) = 16),
    method TEXT NOT NULL,
    device TEXT NOT NULL,
    network TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    seen_at INTEGER NOT NULL,
    proved_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (unit, token)
) STRICT, WITHOUT ROWID;

CREATE INDEX sessions_of_user ON sessions (unit, user_id);
CREATE INDEX sessions_to_drop ON sessions (unit, expires_at);

-- A password that must be changed at the next sign-in works until then; NULL: an ordinary one.
ALTER TABLE users ADD COLUMN change_by INTEGER;

-- What an account signs in with beside its password. `factor_key` is the keyed hash it is found by; `mark` only
-- grows: the last step of a clock, the counter of a key.
CREATE TABLE factors (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    user_id BLOB NOT NULL CHECK (length(user_id) = 16),
    kind TEXT NOT NULL,
    factor_key BLOB NOT NULL,
    name TEXT,
    sealed BLOB,
    mark INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    PRIMARY KEY (unit, id),
    UNIQUE (unit, kind, factor_key)
) STRICT, WITHOUT ROWID;

CREATE INDEX factors_of_user ON factors (unit, user_id);

-- Signing in that is half done, a challenge that waits for its answer: sealed, for minutes.
CREATE TABLE ceremonies (
    unit TEXT NOT NULL,
    token BLOB NOT NULL,
    sealed BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (unit, token)
) STRICT;

CREATE INDEX ceremonies_to_drop ON ceremonies (unit, expires_at);

-- What happened to an account: who did it, when. Only the newest of each account are kept.
CREATE TABLE account_events (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    user_id BLOB NOT NULL CHECK (length(user_id) = 16),
    by_user BLOB,
    kind TEXT NOT NULL,
    detail TEXT,
    at INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX account_events_of_user ON account_events (unit, user_id, at DESC, id DESC);
CREATE INDEX account_events_to_drop ON account_events (unit, at);
