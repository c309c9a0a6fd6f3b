-- Open cases in the order to serve them: those one officer serves, those one officer handles, and
-- those anybody serves. `cases_open` holds all that are open, most of which wait.
CREATE INDEX cases_served ON cases (unit, taken_by, danger DESC, due_order, filed_at, id)
WHERE stage <> 'closed' AND taken_by IS NOT NULL;
CREATE INDEX cases_given ON cases (unit, assigned_to, danger DESC, due_order, filed_at, id)
WHERE stage <> 'closed' AND assigned_to IS NOT NULL;
CREATE INDEX cases_taken ON cases (unit, danger DESC, due_order, filed_at, id)
WHERE stage <> 'closed' AND taken_by IS NOT NULL;
