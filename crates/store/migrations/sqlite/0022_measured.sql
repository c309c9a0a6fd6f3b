-- What the measures of competence count of a case: since when its class holds, second looks, when it first went up the
-- line and was taken, what was missing when its proof was first said to be complete, and notices. NULL: none.
ALTER TABLE cases ADD COLUMN class_since INTEGER;
ALTER TABLE cases ADD COLUMN looks INTEGER;
ALTER TABLE cases ADD COLUMN looks_agreed INTEGER;
ALTER TABLE cases ADD COLUMN told_at INTEGER;
ALTER TABLE cases ADD COLUMN told_taken_at INTEGER;
ALTER TABLE cases ADD COLUMN proof_gaps INTEGER;
ALTER TABLE cases ADD COLUMN news_sent INTEGER;
ALTER TABLE cases ADD COLUMN news_late INTEGER;

-- Notices stand in acts of before; nothing else of this does.
UPDATE /* of every unit */ cases SET news_sent = sent.n, news_late = nullif(sent.late, 0)
FROM (
    SELECT told.unit, told.subject_id, count(*) AS n, sum(told.happened_at >
        CAST(strftime('%s', substr(told.due, 1, 19)) AS INTEGER) * 1000000
        + CAST(substr(rtrim(substr(told.due, 21), 'Z') || '000000', 1, 6) AS INTEGER)) AS late
    FROM (
        SELECT unit, subject_id, happened_at, json_extract(payload, '$.due_at') AS due FROM acts
        WHERE kind = 'case.progress_sent'
    ) AS told
    GROUP BY told.unit, told.subject_id
) AS sent
WHERE sent.unit = cases.unit AND sent.subject_id = cases.id;
