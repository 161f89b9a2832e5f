package dev.kekkai.audit.verify;

import dev.kekkai.audit.ChainHead;
import dev.kekkai.store.AuditAnchor;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * What is known of a trail from elsewhere than its files.
 *
 * @param replica whose trail it must be; if it is not known, that of the first record
 * @param publicKey DER SubjectPublicKeyInfo from the token; without it no anchor proves anything
 * @param anchors from the database, not verified yet
 * @param head what the server that writes the trail says that it wrote last, before the files were read
 * @param unchecked what cannot be checked, for a person; empty if all can
 */
public record Evidence(
        Optional<UUID> replica,
        Optional<byte[]> publicKey,
        List<AuditAnchor> anchors,
        Optional<ChainHead> head,
        List<String> unchecked) {
    public Evidence {
        anchors = List.copyOf(anchors);
        unchecked = List.copyOf(unchecked);
    }
}
