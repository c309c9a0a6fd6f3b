-- What the measures of competence count of a case: since when its class holds, second looks, when it first went up the
-- line and was taken, what was missing when its proof was first said to be complete, and notices. NULL: none.
ALTER TABLE cases ADD COLUMN class_since BIGINT;
ALTER TABLE cases ADD COLUMN looks BIGINT;
ALTER TABLE cases ADD COLUMN looks_agreed BIGINT;
ALTER TABLE cases ADD COLUMN told_at BIGINT;
ALTER TABLE cases ADD COLUMN told_taken_at BIGINT;
ALTER TABLE cases ADD COLUMN proof_gaps BIGINT;
ALTER TABLE cases ADD COLUMN news_sent BIGINT;
ALTER TABLE cases ADD COLUMN news_late BIGINT;

-- Notices stand in acts of before; nothing else of this does.
UPDATE /* of every unit */ cases SET news_sent = sent.n, news_late = nullif(sent.late, 0)
FROM (
    SELECT unit, subject_id, count(*) AS n, count(*) FILTER (WHERE happened_at >
        CAST(extract(epoch FROM CAST(substring(payload FROM '"due_at":"([^"]+)"') AS TIMESTAMPTZ)) * 1000000 AS BIGINT)) AS late
    FROM acts
    WHERE kind = 'case.progress_sent'
    GROUP BY unit, subject_id
) AS sent
WHERE sent.unit = cases.unit AND sent.subject_id = cases.id;
