-- Cases with a file of evidence that was altered, or with money that was counted, differs, and was not explained: few, and
-- the desk and the chief are shown them. The words are those of the question that is read off it.
CREATE INDEX cases_evidence_wrong ON cases (unit, filed_at, id)
WHERE exhibits LIKE '%"differs":true%' OR exhibits LIKE '%"altered":true%';
