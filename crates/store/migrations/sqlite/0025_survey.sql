-- The survey's board counts the judgements of some days and reads the latest of them.
CREATE INDEX feedback_served ON feedback (unit, served_on DESC, id DESC);
