-- The secret that every key of a unit follows from, wrapped by the node's key, so that the node's key
-- can be changed while everything sealed stays as it is.
CREATE TABLE keyrings (
    unit TEXT NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Keyed hashes of telephone numbers and addresses of persons, so that a person is found by one
-- without it standing anywhere.
CREATE TABLE contacts (
    unit TEXT NOT NULL,
    hash BLOB NOT NULL,
    person BLOB NOT NULL CHECK (length(person) = 16),
    PRIMARY KEY (unit, hash, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX contacts_of_person ON contacts (unit, person);

CREATE INDEX cases_by_reporter ON cases (unit, reporter) WHERE reporter IS NOT NULL;
