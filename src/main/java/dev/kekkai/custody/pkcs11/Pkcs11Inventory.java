package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes and examines KEK objects with {@code C_GenerateKey} and {@code C_GetAttributeValue}. */
public final class Pkcs11Inventory implements KekInventory {
    private static final Pattern LABEL =
            Pattern.compile("kekkai/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/([1-9][0-9]{0,8})/([0-9])");

    private final SessionWorkers workers;

    Pkcs11Inventory(SessionWorkers workers) {
        this.workers = workers;
    }

    @Override
    public CompletionStage<Provenance> generate(Kek kek) {
        if (kek.mechanism() != Mechanism.AES_GCM) {
            return CompletableFuture.failedFuture(
                    new Misconfigured("no keys for " + kek.mechanism() + " in this version"));
        }
        return workers.submitWriting(session -> generate(session, kek));
    }

    private static Provenance generate(Pkcs11Session session, Kek kek) throws PKCS11Exception, CustodyException {
        long object = session.generateKey(Attributes.mechanism(CKM_AES_KEY_GEN, null), KekObjects.template(kek));
        boolean kept = false;
        try {
            Provenance provenance = KekObjects.examine(session, kek, object);
            if (!provenance.equals(Provenance.BORN_INSIDE)) {
                throw new KeyUnsafe("the token generated KEK " + kek.label() + " and says of it " + provenance
                        + ": it must be local, always sensitive and never extractable");
            }
            kept = true;
            return provenance;
        } finally {
            if (!kept) {
                session.destroy(object);
            }
        }
    }

    @Override
    public CompletionStage<Integer> destroy(Kek kek) {
        return workers.submitWriting(session -> {
            List<Long> objects = KekObjects.labelled(session, kek);
            for (long object : objects) {
                session.destroy(object);
            }
            return objects.size();
        });
    }

    @Override
    public CompletionStage<Provenance> inspect(Kek kek) {
        return workers.submit(session -> KekObjects.examine(session, kek, KekObjects.single(session, kek)));
    }

    @Override
    public CompletionStage<List<Kek>> list() {
        return workers.submit(session -> {
            List<Kek> keks = new ArrayList<>();
            for (long object :
                    session.find(Attributes.of(CKA_CLASS, CKO_SECRET_KEY), Attributes.of(CKA_KEY_TYPE, CKK_AES))) {
                kek(session.attribute(object, CKA_LABEL), session.attribute(object, CKA_ID))
                        .ifPresent(keks::add);
            }
            if (keks.isEmpty()) {
                session.requireLogin();
            }
            return keks;
        });
    }

    private static Optional<Kek> kek(@Nullable Object label, @Nullable Object id) {
        if (!(label instanceof char[] text) || !(id instanceof byte[] bytes) || bytes.length != VersionId.LENGTH) {
            return Optional.empty();
        }
        Matcher parts = LABEL.matcher(new String(text));
        if (!parts.matches()) {
            return Optional.empty();
        }
        return Mechanism.ofCode(Integer.parseInt(parts.group(3)))
                .map(mechanism -> new Kek(
                        VersionId.of(bytes),
                        new Lineage(UUID.fromString(parts.group(1))),
                        Integer.parseInt(parts.group(2)),
                        mechanism));
    }
}
