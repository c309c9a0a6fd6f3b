-- The progress notice of a case that waits for somebody to check it: when it is due, its stage, and the reason given for
-- its lateness. No case filed before has one.
ALTER TABLE cases ADD COLUMN news_due_at INTEGER;
ALTER TABLE cases ADD COLUMN news_stage TEXT;
ALTER TABLE cases ADD COLUMN news_late_reason TEXT;

-- Notices that wait.
CREATE INDEX cases_news ON cases (unit, filed_at DESC, id DESC)
WHERE news_due_at IS NOT NULL;
