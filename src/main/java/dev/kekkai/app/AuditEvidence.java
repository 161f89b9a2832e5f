package dev.kekkai.app;

import dev.kekkai.audit.AnchorSignature;
import dev.kekkai.audit.file.ReplicaFile;
import dev.kekkai.audit.verify.Evidence;
import dev.kekkai.config.KekkaiConfig;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.Signer;
import dev.kekkai.custody.pkcs11.Pkcs11Token;
import dev.kekkai.store.AuditAnchor;
import dev.kekkai.store.AuditAnchors;
import dev.kekkai.store.StoreException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** What is known of the audit trail besides its files, while no server runs. Changes nothing, the trail least of all. */
public final class AuditEvidence {
    private static final int PAGE = 1000;

    private AuditEvidence() {}

    /** Asks database and token, or answers empty if another process works there. */
    public static Optional<Evidence> gather(KekkaiConfig config)
            throws StartException, StoreException, CustodyException, IOException {
        Optional<StateFolder> taken = StateFolder.take(config.store().path());
        if (taken.isEmpty()) {
            return Optional.empty();
        }
        try (StateFolder folder = taken.get();
                Pkcs11Token token = Pkcs11Token.open(config.custody(), folder.path());
                StoreBench store = StoreBench.open(config.store(), Workbench.Purpose.LOOK, token)) {
            Optional<UUID> replica = ReplicaFile.find(Workbench.replicaFile(config));
            List<AuditAnchor> anchors =
                    replica.isPresent() ? anchors(store.keyrings().anchors(), replica.get()) : List.of();
            Optional<byte[]> key = token.findSigner(AnchorSignature.LABEL).map(Signer::publicKey);
            List<String> unchecked = key.isPresent()
                    ? List.of()
                    : List.of("the token has no key '" + AnchorSignature.LABEL
                            + "', so that no anchor was signed yet, or it is another token: no anchor was checked");
            return Optional.of(new Evidence(replica, key, anchors, Optional.empty(), unchecked));
        }
    }

    private static List<AuditAnchor> anchors(AuditAnchors stored, UUID replica) throws StoreException {
        List<AuditAnchor> all = new ArrayList<>();
        List<AuditAnchor> page = stored.of(replica, 0, PAGE);
        while (!page.isEmpty()) {
            all.addAll(page);
            page = stored.of(replica, page.getLast().seq(), PAGE);
        }
        return all;
    }

    /** Where there is nothing but the files. */
    public static Evidence none() {
        return new Evidence(
                Optional.empty(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                List.of(
                        "no anchor was checked: a trail that was cut off at its end, or made anew from some record on, looks like this one",
                        "whether it is this replica's trail was not checked"));
    }
}
