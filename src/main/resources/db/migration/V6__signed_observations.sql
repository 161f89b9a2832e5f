-- Who says what was seen of a node, and who says its boot counters: the certificate of a gateway and its signature (docs/fleet.md). Rows that were
-- written before have none, and count for nothing until their node is seen again.

ALTER TABLE node_observation ADD COLUMN seen_signed TEXT NOT NULL DEFAULT '';
ALTER TABLE node_observation ADD COLUMN counted_signed TEXT NOT NULL DEFAULT '';
