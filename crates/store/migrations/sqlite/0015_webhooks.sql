-- Whom other programs have told of what is recorded. `kinds` is a JSON list of words, `sealed` the secret that
-- signs what is sent, `token` the token it was made with (NULL: the command line). Not before `retry_at`
-- is anything sent; `failing_since` is when the first of what failed without a success after it failed.
CREATE TABLE webhooks (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    address TEXT NOT NULL,
    kinds TEXT NOT NULL,
    sealed BLOB NOT NULL,
    token BLOB,
    created_at INTEGER NOT NULL,
    failures INTEGER NOT NULL,
    failing_since INTEGER,
    retry_at INTEGER,
    disabled_at INTEGER,
    disabled_why TEXT,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

-- What is sent: one row for each act and webhook, written with the act. `due_at` is NULL once it was delivered
-- (`delivered_at`) or given up.
CREATE TABLE webhook_deliveries (
    unit TEXT NOT NULL,
    webhook BLOB NOT NULL CHECK (length(webhook) = 16),
    seq INTEGER NOT NULL,
    due_at INTEGER,
    attempts INTEGER NOT NULL,
    tried_at INTEGER,
    delivered_at INTEGER,
    status INTEGER,
    fault TEXT,
    PRIMARY KEY (unit, webhook, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (unit, webhook, due_at, seq)
WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (unit, tried_at) WHERE due_at IS NULL;
