-- What grants power, in its order: each entry in canonical bytes (docs/authority.md) that hold the hash of the one before, and one head that the HSM
-- signed. The rows of keyrings and versions follow from it, save uses_reserved. Nothing here is secret.

CREATE TABLE authority_entry (
    serial BIGINT NOT NULL PRIMARY KEY CHECK (serial > 0),
    entry  TEXT   NOT NULL
);

-- One row, also before there is a chain: whoever changes anything updates it first, so that changes come one after the other.
CREATE TABLE authority_head (
    id        INTEGER     NOT NULL PRIMARY KEY CHECK (id = 1),
    serial    BIGINT      NOT NULL,
    hash      VARCHAR(64) NOT NULL,
    signature TEXT        NOT NULL
);

INSERT INTO authority_head (id, serial, hash, signature) VALUES (1, 0, '', '');
