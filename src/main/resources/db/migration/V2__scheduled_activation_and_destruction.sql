-- When a PREPARED version is to become ACTIVE, since when a version is DISABLED, and since when its destruction is under way: the objects in
-- the HSM go first, so a version with destroy_begun_at that is not DESTROYED may have lost them already.

ALTER TABLE key_version ADD COLUMN activate_at BIGINT;
ALTER TABLE key_version ADD COLUMN disabled_at BIGINT;
ALTER TABLE key_version ADD COLUMN destroy_begun_at BIGINT;

-- At most one version of a keyring waits for its time.
CREATE UNIQUE INDEX key_version_one_scheduled ON key_version (lineage) WHERE activate_at IS NOT NULL;
