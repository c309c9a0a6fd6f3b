-- What programs show to be let in: the keyed hash of a text that only the program has. `scopes` is a JSON
-- list of words; `user_id` the account that such a program acts for; `used_on` a day, as its first moment.
CREATE TABLE tokens (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    token BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    scopes TEXT COLLATE "C" NOT NULL,
    user_id UUID,
    made_by UUID,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_on BIGINT,
    revoked_at BIGINT,
    PRIMARY KEY (unit, id)
);

CREATE UNIQUE INDEX tokens_by_token ON tokens (unit, token);
