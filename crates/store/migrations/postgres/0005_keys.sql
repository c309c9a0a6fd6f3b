-- The secret that every key of a unit follows from, wrapped by the node's key, so that the node's key
-- can be changed while everything sealed stays as it is.
CREATE TABLE keyrings (
    unit TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    wrapped BYTEA NOT NULL,
    changed_at BIGINT NOT NULL
);

-- Keyed hashes of telephone numbers and addresses of persons, so that a person is found by one
-- without it standing anywhere.
CREATE TABLE contacts (
    unit TEXT COLLATE "C" NOT NULL,
    hash BYTEA NOT NULL,
    person UUID NOT NULL,
    PRIMARY KEY (unit, hash, person)
);

CREATE INDEX contacts_of_person ON contacts (unit, person);

CREATE INDEX cases_by_reporter ON cases (unit, reporter) WHERE reporter IS NOT NULL;
