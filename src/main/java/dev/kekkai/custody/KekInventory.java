package dev.kekkai.custody;

import java.util.List;
import java.util.concurrent.CompletionStage;

/** Makes, finds and examines the key objects of KEKs. Stages fail with a {@link CustodyException}. */
public interface KekInventory {
    /**
     * Generates the key objects of a KEK inside the token, all or none, and examines what came of it; objects that break the rules are destroyed
     * again and reported as {@link CustodyException.KeyUnsafe}.
     */
    CompletionStage<Provenance> generate(Kek kek);

    /**
     * Examines the key objects of a KEK: exactly one of each, with the attributes a KEK must have.
     *
     * <p>Fails with {@link CustodyException.KeyMissing} or {@link CustodyException.KeyUnsafe}; history bits are reported, not judged.
     */
    CompletionStage<Provenance> inspect(Kek kek);

    /** Every KEK whose label is ours, examined or not; in no particular order. */
    CompletionStage<List<Kek>> list();

    /**
     * Destroys the key objects of a KEK, for good. That there are none is no failure, so that it can be repeated; objects that have the
     * KEK's id under another label are left alone and reported as {@link CustodyException.KeyUnsafe}.
     *
     * @return how many objects there were
     */
    CompletionStage<Integer> destroy(Kek kek);
}
