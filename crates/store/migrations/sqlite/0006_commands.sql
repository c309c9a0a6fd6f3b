-- A command's fingerprint is keyed from here on: eight bytes that name the key, then HMAC-SHA-256.
-- Those of before have 32 bytes and no key; they are found here until they are brought up to date.
CREATE INDEX commands_not_keyed ON commands (unit, id) WHERE length(fingerprint) = 32;
