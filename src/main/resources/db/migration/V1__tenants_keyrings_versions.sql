-- Names and states of keys; no key, and nothing that opens one.
-- Bytes are lowercase hexadecimal text and times are milliseconds since 1970, so that SQLite and PostgreSQL agree.

CREATE TABLE tenant (
    id   VARCHAR(36)  NOT NULL PRIMARY KEY,
    name VARCHAR(255) NOT NULL UNIQUE
);

INSERT INTO tenant (id, name) VALUES ('6b656b6b-6169-4000-8000-000000000001', 'default');

CREATE TABLE keyring (
    tenant_id   VARCHAR(36) NOT NULL PRIMARY KEY REFERENCES tenant (id),
    lineage     VARCHAR(36) NOT NULL UNIQUE,
    epoch_floor BIGINT      NOT NULL CHECK (epoch_floor >= 0)
);

CREATE TABLE key_version (
    version_id        VARCHAR(32) NOT NULL PRIMARY KEY,
    lineage           VARCHAR(36) NOT NULL REFERENCES keyring (lineage),
    number            INTEGER     NOT NULL CHECK (number > 0),
    mechanism         INTEGER     NOT NULL,
    state             VARCHAR(16) NOT NULL CHECK (state IN ('PREPARED', 'ACTIVE', 'RETIRED', 'DISABLED', 'DESTROYED')),
    epoch             BIGINT      CHECK (epoch > 0),
    born_local        INTEGER     NOT NULL,
    always_sensitive  INTEGER     NOT NULL,
    never_extractable INTEGER     NOT NULL,
    canary            TEXT        NOT NULL,
    created_at        BIGINT      NOT NULL,
    retired_at        BIGINT,
    uses_reserved     BIGINT      NOT NULL CHECK (uses_reserved >= 0 AND uses_reserved <= 4294967296),
    UNIQUE (lineage, number),
    UNIQUE (lineage, epoch)
);

-- At most one version of a keyring wraps.
CREATE UNIQUE INDEX key_version_one_active ON key_version (lineage) WHERE state = 'ACTIVE';

-- key_ids of versions whose activation epoch was lost with an earlier database; each was proved before it was written.
CREATE TABLE learned_key_id (
    key_id     VARCHAR(64) NOT NULL PRIMARY KEY,
    version_id VARCHAR(32) NOT NULL REFERENCES key_version (version_id)
);
