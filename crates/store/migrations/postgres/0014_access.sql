-- Who may know a case, apart from who has it: whom the chief named, whom the report is about, and who
-- opened it in an emergency. No case filed before says any of this.
ALTER TABLE cases ADD COLUMN access TEXT;
ALTER TABLE cases ADD COLUMN opening_unreviewed_at BIGINT;
ALTER TABLE cases ADD COLUMN opened_at BIGINT;
ALTER TABLE cases ADD COLUMN unhanded_at BIGINT;

-- Openings that wait for a review; all that were opened; cases taken from whoever they are about.
CREATE INDEX cases_unreviewed ON cases (unit, filed_at DESC, id DESC)
WHERE opening_unreviewed_at IS NOT NULL;
CREATE INDEX cases_opened ON cases (unit, filed_at DESC, id DESC)
WHERE opened_at IS NOT NULL;
CREATE INDEX cases_unhanded ON cases (unit, filed_at DESC, id DESC)
WHERE unhanded_at IS NOT NULL;
