-- What is in a file lies in pieces of its own, so that no file is ever read or written whole, and so
-- that it can go while name, hash and size stay.

-- Pieces of files, each by the place of its first byte in the file. `body` is the upload it came by.
CREATE TABLE blob_chunks (
    unit TEXT COLLATE "C" NOT NULL,
    body UUID NOT NULL,
    start_byte BIGINT NOT NULL CHECK (start_byte >= 0),
    content BYTEA NOT NULL CHECK (length(content) > 0),
    PRIMARY KEY (unit, body, start_byte)
);

-- Photographs, films and recordings are packed already.
ALTER TABLE blob_chunks ALTER COLUMN content SET STORAGE EXTERNAL;

-- Files that are still being sent. One that is not finished by then goes with its pieces.
CREATE TABLE uploads (
    unit TEXT COLLATE "C" NOT NULL,
    id UUID NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (unit, id)
);

CREATE INDEX uploads_to_drop ON uploads (unit, expires_at);

-- View: how often the acts of a subject name a file. A file that none names any more may be erased.
CREATE TABLE blob_uses (
    unit TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL,
    subject_kind TEXT COLLATE "C" NOT NULL,
    subject_id UUID NOT NULL,
    n BIGINT NOT NULL,
    PRIMARY KEY (unit, sha256, subject_kind, subject_id)
);

-- Read by its pattern, not as JSON: PostgreSQL's JSON takes no text with a NUL in it, which people
-- may have sent. Within a text the quotation marks would stand escaped.
INSERT /* of every unit */ INTO blob_uses (unit, sha256, subject_kind, subject_id, n)
SELECT acts.unit, found[1] COLLATE "C", acts.subject_kind, acts.subject_id, count(*)
FROM acts, regexp_matches(acts.payload, '"sha256":"([0-9a-f]{64})"', 'g') AS found
WHERE acts.kind IN ('case.request_filed', 'case.information_added')
AND acts.payload LIKE '%"sha256":"%'
GROUP BY 1, 2, 3, 4;

-- Files by the SHA-256 of their content. `keep_until` is NULL once an act names the file; `body` is
-- NULL since `erased_at`. Sent again afterwards, a file has a body again, and keeps its
-- `erased_at` until an act names it. `claims` is what the file says of itself (EXIF), as JSON.
CREATE TABLE blobs_in_pieces (
    unit TEXT COLLATE "C" NOT NULL,
    sha256 TEXT COLLATE "C" NOT NULL CHECK (length(sha256) = 64),
    media_type TEXT COLLATE "C" NOT NULL,
    size_bytes BIGINT NOT NULL CHECK (size_bytes >= 0),
    recorded_at BIGINT NOT NULL,
    keep_until BIGINT,
    body UUID,
    erased_at BIGINT,
    preview BYTEA,
    claims TEXT COLLATE "C",
    PRIMARY KEY (unit, sha256),
    CHECK (body IS NOT NULL OR erased_at IS NOT NULL)
);

INSERT /* of every unit */ INTO blobs_in_pieces (unit, sha256, media_type, size_bytes, recorded_at, keep_until, body, preview)
SELECT unit, sha256, media_type, length(content), recorded_at, keep_until, gen_random_uuid(), preview
FROM blobs;

INSERT /* of every unit */ INTO blob_chunks (unit, body, start_byte, content)
SELECT blobs.unit, blobs_in_pieces.body, start_byte, substr(blobs.content, start_byte::int + 1, 262144)
FROM blobs
JOIN blobs_in_pieces USING (unit, sha256)
CROSS JOIN LATERAL generate_series(0::bigint, blobs_in_pieces.size_bytes - 1, 262144) AS start_byte;

DROP TABLE blobs;
ALTER TABLE blobs_in_pieces RENAME TO blobs;
ALTER INDEX blobs_in_pieces_pkey RENAME TO blobs_pkey;

CREATE INDEX blobs_to_drop ON blobs (unit, keep_until) WHERE keep_until IS NOT NULL;
