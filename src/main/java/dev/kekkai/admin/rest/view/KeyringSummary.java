package dev.kekkai.admin.rest.view;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A keyring.
 *
 * @param tenant whose it is; also its name in paths
 * @param keyId that wraps are made under now
 * @param activeVersion number of that version
 * @param usesReserved of that version
 * @param versions how many there are, by state
 * @param scheduled the rotation that waits for its time
 */
public record KeyringSummary(
        String tenant,
        String lineage,
        String keyId,
        long epoch,
        int activeVersion,
        String mechanism,
        long usesReserved,
        Map<String, Integer> versions,
        @Nullable RotationView scheduled) {}
