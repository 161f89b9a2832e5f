package dev.kekkai.authority;

import dev.kekkai.store.SeenHead;
import java.util.Optional;

/** Whether a chain that is proved is also the latest one that this host knows of. */
final class Standing {
    private Standing() {}

    /** Why it is not, for a person. */
    static Optional<String> behind(Chain chain, Optional<SeenHead> seen) {
        return seen.filter(it -> !chain.reaches(it)).map(it -> reason(chain, it));
    }

    private static String reason(Chain chain, SeenHead seen) {
        String what;
        if (!chain.id().equals(seen.chain())) {
            what = "the store has the authority chain " + chain.id() + ", and this host has seen the chain "
                    + seen.chain()
                    + " up to serial " + seen.serial()
                    + ": it is the store of another installation, or one from before the keyring was rebuilt";
        } else if (chain.head().serial() < seen.serial()) {
            what = "the store is rolled back: its authority chain ends with serial "
                    + chain.head().serial() + ", and this host has seen serial " + seen.serial()
                    + "; an older database was put in its place";
        } else {
            what = "the store was rolled back and changed since: entry " + seen.serial()
                    + " of its authority chain is not the one that this host has seen";
        }
        return what
                + ". A server that runs keeps the keyring that it has, one that starts serves what the store proves; changes are refused until"
                + " 'kekkai store reconcile'";
    }
}
