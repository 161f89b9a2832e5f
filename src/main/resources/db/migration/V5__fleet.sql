-- What was seen of nodes, and who waits for approval. Neither grants anything: nodes and policies follow from the authority chain and have no rows.

CREATE TABLE node_observation (
    node_id          VARCHAR(36)  NOT NULL PRIMARY KEY,
    seen_at          BIGINT       NOT NULL,
    accepted         INTEGER      NOT NULL,
    verdict          TEXT         NOT NULL,
    trust            VARCHAR(16),
    tls_key          VARCHAR(64),
    certificate_ends BIGINT,
    gateway          VARCHAR(255) NOT NULL,
    -- Boot counters of the last quote that was accepted; -1 before there is one. They never go back within an era.
    counter_era      INTEGER      NOT NULL,
    resets           BIGINT       NOT NULL,
    restarts         BIGINT       NOT NULL
);

CREATE TABLE node_claim (
    tenant_id VARCHAR(36)  NOT NULL,
    ek_kind   VARCHAR(8)   NOT NULL,
    ek        VARCHAR(128) NOT NULL,
    spki      VARCHAR(64)  NOT NULL,
    host_name VARCHAR(255) NOT NULL,
    source    VARCHAR(64)  NOT NULL,
    first_at  BIGINT       NOT NULL,
    last_at   BIGINT       NOT NULL,
    PRIMARY KEY (tenant_id, ek)
);
