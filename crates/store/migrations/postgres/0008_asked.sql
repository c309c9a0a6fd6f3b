-- What an open case still owes its reporter: an offer of support, and since when they wait for an
-- explanation or a second look. No case filed before asked for either.
ALTER TABLE cases ADD COLUMN support_due BOOLEAN NOT NULL DEFAULT FALSE;
-- For the rows that are there; from here on every row says it.
ALTER TABLE cases ALTER COLUMN support_due DROP DEFAULT;
ALTER TABLE cases ADD COLUMN review_asked_at BIGINT;

CREATE INDEX cases_reviews ON cases (unit, filed_at DESC, id DESC)
WHERE review_asked_at IS NOT NULL;
