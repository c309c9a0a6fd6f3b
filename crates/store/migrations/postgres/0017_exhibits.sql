-- Things of a case that are in keeping, and files of it that were altered: a JSON list; NULL when there are none.
-- No case filed before has any.
ALTER TABLE cases ADD COLUMN exhibits TEXT;

-- Cases with something in keeping.
CREATE INDEX cases_exhibits ON cases (unit, filed_at DESC, id DESC)
WHERE exhibits IS NOT NULL;
