-- What is in a file lies in pieces of its own, so that no file is ever read or written whole, and so
-- that it can go while name, hash and size stay.

-- Pieces of files, each by the place of its first byte in the file. `body` is the upload it came by.
CREATE TABLE blob_chunks (
    unit TEXT NOT NULL,
    body BLOB NOT NULL CHECK (length(body) = 16),
    start_byte INTEGER NOT NULL CHECK (start_byte >= 0),
    content BLOB NOT NULL CHECK (length(content) > 0),
    PRIMARY KEY (unit, body, start_byte)
) STRICT;

-- Files that are still being sent. One that is not finished by then goes with its pieces.
CREATE TABLE uploads (
    unit TEXT NOT NULL,
    id BLOB NOT NULL CHECK (length(id) = 16),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (unit, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX uploads_to_drop ON uploads (unit, expires_at);

-- View: how often the acts of a subject name a file. A file that none names any more may be erased.
CREATE TABLE blob_uses (
    unit TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    subject_kind TEXT NOT NULL,
    subject_id BLOB NOT NULL CHECK (length(subject_id) = 16),
    n INTEGER NOT NULL,
    PRIMARY KEY (unit, sha256, subject_kind, subject_id)
) STRICT, WITHOUT ROWID;

INSERT INTO blob_uses (unit, sha256, subject_kind, subject_id, n)
SELECT acts.unit, json_extract(media.value, '$.sha256'), acts.subject_kind, acts.subject_id, count(*)
FROM acts, json_each(acts.payload, '$.media') AS media
WHERE acts.kind IN ('case.request_filed', 'case.information_added')
AND acts.payload LIKE '%"sha256":"%'
GROUP BY 1, 2, 3, 4;

-- Files by the SHA-256 of their content. `keep_until` is NULL once an act names the file; `body` is
-- NULL since `erased_at`. Sent again afterwards, a file has a body again, and keeps its
-- `erased_at` until an act names it. `claims` is what the file says of itself (EXIF), as JSON.
CREATE TABLE blobs_in_pieces (
    unit TEXT NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    media_type TEXT NOT NULL,
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    recorded_at INTEGER NOT NULL,
    keep_until INTEGER,
    body BLOB CHECK (length(body) = 16),
    erased_at INTEGER,
    preview BLOB,
    claims TEXT,
    PRIMARY KEY (unit, sha256),
    CHECK (body IS NOT NULL OR erased_at IS NOT NULL)
) STRICT;

INSERT INTO blobs_in_pieces (unit, sha256, media_type, size_bytes, recorded_at, keep_until, body, preview)
SELECT unit, sha256, media_type, length(content), recorded_at, keep_until, randomblob(16), preview
FROM blobs;

WITH RECURSIVE pieces (start_byte) AS (
    SELECT 0
    UNION ALL
    SELECT start_byte + 262144 FROM pieces
    WHERE start_byte + 262144 < (SELECT max(size_bytes) FROM blobs_in_pieces)
)
INSERT INTO blob_chunks (unit, body, start_byte, content)
SELECT blobs.unit, blobs_in_pieces.body, pieces.start_byte,
    substr(blobs.content, pieces.start_byte + 1, 262144)
FROM blobs
CROSS JOIN blobs_in_pieces
    ON blobs_in_pieces.unit = blobs.unit AND blobs_in_pieces.sha256 = blobs.sha256
CROSS JOIN pieces ON pieces.start_byte < blobs_in_pieces.size_bytes;

DROP TABLE blobs;
ALTER TABLE blobs_in_pieces RENAME TO blobs;

CREATE INDEX blobs_to_drop ON blobs (unit, keep_until) WHERE keep_until IS NOT NULL;
