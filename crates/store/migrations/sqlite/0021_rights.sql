-- Rights that are owed and control measures that run out in an open case: when the nearest is due. How many lists of rights
-- were owed, how many of them were told in time, and the longest wait for one. No case filed before has any of this.
ALTER TABLE cases ADD COLUMN rights_due_at INTEGER;
ALTER TABLE cases ADD COLUMN measure_due_at INTEGER;
ALTER TABLE cases ADD COLUMN rights_owed INTEGER;
ALTER TABLE cases ADD COLUMN rights_in_time INTEGER;
ALTER TABLE cases ADD COLUMN rights_wait_s INTEGER;

-- Cases in which something of this waits.
CREATE INDEX cases_rights ON cases (unit, filed_at DESC, id DESC)
WHERE rights_due_at IS NOT NULL OR measure_due_at IS NOT NULL;
