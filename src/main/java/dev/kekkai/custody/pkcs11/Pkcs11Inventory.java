package dev.kekkai.custody.pkcs11;

import static org.xipki.pkcs11.wrapper.PKCS11Constants.*;

import dev.kekkai.config.HsmProfile;
import dev.kekkai.custody.CustodyException;
import dev.kekkai.custody.CustodyException.Misconfigured;
import dev.kekkai.custody.Kek;
import dev.kekkai.custody.KekInventory;
import dev.kekkai.custody.Provenance;
import dev.kekkai.envelope.Mechanism;
import dev.kekkai.id.Lineage;
import dev.kekkai.id.VersionId;
import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
    private final HsmProfile make;

    Pkcs11Inventory(SessionWorkers workers, HsmProfile make) {
        this.workers = workers;
        this.make = make;
    }

    @Override
    public CompletionStage<Provenance> generate(Kek kek) {
        return unsupported(kek)
                .map(CompletableFuture::<Provenance>failedFuture)
                .orElseGet(() -> workers.submitWriting(session -> new KekGeneration(session, kek, make).run()));
    }

    @Override
    public CompletionStage<Integer> destroy(Kek kek) {
        return unsupported(kek)
                .map(CompletableFuture::<Integer>failedFuture)
                .orElseGet(() -> workers.submitWriting(session -> {
                    List<Long> objects = KekObjects.labelled(session, kek);
                    for (long object : objects) {
                        session.destroy(object);
                    }
                    return objects.size();
                }));
    }

    @Override
    public CompletionStage<Provenance> inspect(Kek kek) {
        return unsupported(kek)
                .map(CompletableFuture::<Provenance>failedFuture)
                .orElseGet(() -> workers.submit(session -> inspect(session, kek)));
    }

    /** All there first, so that what is missing is said before what is wrong. The history of a KEK is that of its worst object. */
    private Provenance inspect(Pkcs11Session session, Kek kek) throws PKCS11Exception, CustodyException {
        Map<KeyRole, Long> objects = new EnumMap<>(KeyRole.class);
        for (KeyRole role : KeyRole.of(kek.mechanism())) {
            objects.put(role, KekObjects.single(session, kek, role));
        }
        Provenance all = Provenance.BORN_INSIDE;
        for (Map.Entry<KeyRole, Long> object : objects.entrySet()) {
            all = all.and(KekObjects.examine(session, kek, object.getKey(), object.getValue(), make));
        }
        return all;
    }

    private static Optional<Misconfigured> unsupported(Kek kek) {
        return kek.mechanism() == Mechanism.TPM_HMAC_GCM
                ? Optional.of(new Misconfigured("KEK " + kek.label() + " is one of a TPM, and this is a PKCS#11 token"))
                : Optional.empty();
    }

    @Override
    public CompletionStage<List<Kek>> list() {
        return workers.submit(session -> {
            Set<Kek> keks = new LinkedHashSet<>();
            for (KeyRole role : KeyRole.values()) {
                for (long keyType : role.keyTypes()) {
                    for (long object : session.findAll(
                            Attributes.of(CKA_CLASS, CKO_SECRET_KEY), Attributes.of(CKA_KEY_TYPE, keyType))) {
                        kek(session.attribute(object, CKA_LABEL), session.attribute(object, CKA_ID))
                                .filter(kek -> KeyRole.of(kek.mechanism()).contains(role))
                                .ifPresent(keks::add);
                    }
                }
            }
            return List.copyOf(keks);
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
                .filter(mechanism -> mechanism != Mechanism.TPM_HMAC_GCM)
                .map(mechanism -> new Kek(
                        VersionId.of(bytes),
                        new Lineage(UUID.fromString(parts.group(1))),
                        Integer.parseInt(parts.group(2)),
                        mechanism));
    }
}
