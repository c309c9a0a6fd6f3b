-- What programs show to be let in: the keyed hash of a text that only the program has. `scopes` is a JSON
-- list of words; `user_id` the account that such a program acts for; `used_on` a day, as its first moment.
CREATE TABLE tokens (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    token BLOB NOT NULL CHECK (length(token) = 32),
    name TEXT NOT NULL,
    scopes TEXT NOT NULL,
    user_id BLOB,
    made_by BLOB,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_on INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX tokens_by_token ON tokens (unit, token);
