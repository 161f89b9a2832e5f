-- How far the audit trail of each replica had come, as the HSM signed it (docs/audit.md). Nothing here is secret. Two rows of one record and
-- different hashes are two trails under one name: both are kept, and 'kekkai audit verify' tells.

CREATE TABLE audit_anchor (
    replica   VARCHAR(36) NOT NULL,
    seq       BIGINT      NOT NULL CHECK (seq > 0),
    hash      VARCHAR(64) NOT NULL,
    signed_at BIGINT      NOT NULL,
    signature TEXT        NOT NULL,
    PRIMARY KEY (replica, seq, hash)
);
