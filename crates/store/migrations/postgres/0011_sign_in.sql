-- Who is signed in: made anew with what an owner needs to know a device by, so everybody signs in again.
-- `seen_at` is coarse; `proved_at` is when the owner last proved who they are.
DROP TABLE sessions;
CREATE TABLE sessions (
    unit TEXT COLLATE "C" NOT NULL,
    token BYTEA NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    method TEXT COLLATE "C" NOT NULL,
    device TEXT COLLATE "C" NOT NULL,
    network TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    proved_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (unit, token)
);

CREATE INDEX sessions_of_user ON sessions (unit, user_id);
CREATE INDEX sessions_to_drop ON sessions (unit, expires_at);

-- A password that must be changed at the next sign-in works until then; NULL: an ordinary one.
ALTER TABLE users ADD COLUMN change_by BIGINT;

-- What an account signs in with beside its password. `factor_key` is the keyed hash it is found by; `mark` only
-- grows: the last step of a clock, the counter of a key.
CREATE TABLE factors (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    factor_key BYTEA NOT NULL,
    name TEXT COLLATE "C",
    sealed BYTEA,
    mark BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (unit, id),
    UNIQUE (unit, kind, factor_key)
);

CREATE INDEX factors_of_user ON factors (unit, user_id);

-- Signing in that is half done, a challenge that waits for its answer: sealed, for minutes.
CREATE TABLE ceremonies (
    unit TEXT COLLATE "C" NOT NULL,
    token BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (unit, token)
);

CREATE INDEX ceremonies_to_drop ON ceremonies (unit, expires_at);

-- What happened to an account: who did it, when. Only the newest of each account are kept.
CREATE TABLE account_events (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    by_user UUID,
    kind TEXT COLLATE "C" NOT NULL,
    detail TEXT COLLATE "C",
    at BIGINT NOT NULL,
    PRIMARY KEY (unit, id)
);

CREATE INDEX account_events_of_user ON account_events (unit, user_id, at DESC, id DESC);
CREATE INDEX account_events_to_drop ON account_events (unit, at);
