-- How long what identifies people is kept. `kept_from` is when the time begins to be counted, NULL when
-- nothing is left to erase. Of a case `keep_until` is the end of what was promised when it was
-- closed, NULL while it is open, erased or held: lists of what is over need no other condition.
ALTER TABLE cases ADD COLUMN kept_from INTEGER;
ALTER TABLE cases ADD COLUMN keep_until INTEGER;
ALTER TABLE cases ADD COLUMN held_since INTEGER;
ALTER TABLE encounters ADD COLUMN kept_from INTEGER;
ALTER TABLE feedback ADD COLUMN kept_from INTEGER;

-- Of a closed case: the last act since the closing, unless all was erased after it.
UPDATE /* of every unit */ cases SET kept_from = (
    SELECT max(acts.happened_at) FROM acts
    WHERE acts.unit = cases.unit AND acts.subject_id = cases.id AND acts.subject_kind = 'case'
    AND acts.kind <> 'case.personal_data_erased'
    AND acts.version >= (
        SELECT max(closed.version) FROM acts AS closed
        WHERE closed.unit = cases.unit AND closed.subject_id = cases.id
        AND closed.subject_kind = 'case' AND closed.kind = 'case.case_closed')
    AND acts.version > coalesce((
        SELECT max(erased.version) FROM acts AS erased
        WHERE erased.unit = cases.unit AND erased.subject_id = cases.id
        AND erased.subject_kind = 'case' AND erased.kind = 'case.personal_data_erased'), 0))
WHERE stage = 'closed';
-- Nothing was promised then.
UPDATE /* of every unit */ cases SET keep_until = kept_from WHERE kept_from IS NOT NULL;

UPDATE /* of every unit */ encounters SET kept_from = happened_at
WHERE NOT EXISTS (
    SELECT 1 FROM acts
    WHERE acts.unit = encounters.unit AND acts.subject_id = encounters.id
    AND acts.subject_kind = 'encounter' AND acts.kind = 'encounter.personal_data_erased');

UPDATE /* of every unit */ feedback SET kept_from = given_at WHERE message IS NOT NULL;

CREATE INDEX cases_kept ON cases (unit, service, keep_until, id, kept_from)
WHERE keep_until IS NOT NULL;
CREATE INDEX cases_held ON cases (unit, held_since) WHERE held_since IS NOT NULL;
CREATE INDEX encounters_kept ON encounters (unit, kept_from, id)
WHERE case_id IS NULL AND kept_from IS NOT NULL;
CREATE INDEX encounters_kept_of_case ON encounters (unit, case_id, id)
WHERE kept_from IS NOT NULL;
CREATE INDEX feedback_kept ON feedback (unit, kept_from, id) WHERE kept_from IS NOT NULL;

-- Runs that looked for what is kept too long: what each did, as JSON without personal data.
CREATE TABLE retention_runs (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    started_by TEXT NOT NULL,
    begun_at INTEGER NOT NULL,
    noted_at INTEGER NOT NULL,
    ended_at INTEGER,
    refused INTEGER NOT NULL,
    done TEXT NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX retention_runs_by_time ON retention_runs (unit, begun_at DESC, id DESC);
-- One at a time.
CREATE UNIQUE INDEX retention_running ON retention_runs (unit) WHERE ended_at IS NULL;
