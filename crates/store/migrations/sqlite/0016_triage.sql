-- Whose the matter of a case is, how its second look stands, and what waits of its first hour. No case filed
-- before has a class; what was first done about it stands in its acts.
ALTER TABLE cases ADD COLUMN class TEXT;
ALTER TABLE cases ADD COLUMN class_first TEXT;
ALTER TABLE cases ADD COLUMN class_at INTEGER;
ALTER TABLE cases ADD COLUMN class_last_at INTEGER;
ALTER TABLE cases ADD COLUMN class_changes INTEGER;
ALTER TABLE cases ADD COLUMN class_disagreed INTEGER;
ALTER TABLE cases ADD COLUMN second_look TEXT;
ALTER TABLE cases ADD COLUMN second_look_at INTEGER;
ALTER TABLE cases ADD COLUMN first_action_at INTEGER;
ALTER TABLE cases ADD COLUMN escalated TEXT;
ALTER TABLE cases ADD COLUMN escalated_at INTEGER;
ALTER TABLE cases ADD COLUMN escalations INTEGER;

UPDATE cases SET /* of every unit */ first_action_at = (
    SELECT max(min(acts.happened_at), cases.filed_at) FROM acts
    WHERE acts.unit = cases.unit AND acts.subject_kind = 'case' AND acts.subject_id = cases.id
    AND acts.kind IN ('case.action_taken', 'case.responder_arrived')
    HAVING count(*) > 0
);

CREATE INDEX cases_second_looks ON cases (unit, filed_at DESC, id DESC)
WHERE second_look_at IS NOT NULL;
CREATE INDEX cases_escalated ON cases (unit, filed_at DESC, id DESC)
WHERE escalated_at IS NOT NULL;
