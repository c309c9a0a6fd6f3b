-- Whom other programs have told of what is recorded. `kinds` is a JSON list of words, `sealed` the secret that
-- signs what is sent, `token` the token it was made with (NULL: the command line). Not before `retry_at`
-- is anything sent; `failing_since` is when the first of what failed without a success after it failed.
CREATE TABLE webhooks (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    address TEXT COLLATE "C" NOT NULL,
    kinds TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    token UUID,
    created_at BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    failing_since BIGINT,
    retry_at BIGINT,
    disabled_at BIGINT,
    disabled_why TEXT COLLATE "C",
    PRIMARY KEY (unit, id)
);

-- What is sent: one row for each act and webhook, written with the act. `due_at` is NULL once it was delivered
-- (`delivered_at`) or given up.
CREATE TABLE webhook_deliveries (
    unit TEXT COLLATE "C" NOT NULL,
    webhook UUID NOT NULL,
    seq BIGINT NOT NULL,
    due_at BIGINT,
    attempts BIGINT NOT NULL,
    tried_at BIGINT,
    delivered_at BIGINT,
    status BIGINT,
    fault TEXT COLLATE "C",
    PRIMARY KEY (unit, webhook, seq)
);

CREATE INDEX webhook_deliveries_due ON webhook_deliveries (unit, webhook, due_at, seq)
WHERE due_at IS NOT NULL;
CREATE INDEX webhook_deliveries_done ON webhook_deliveries (unit, tried_at) WHERE due_at IS NULL;
