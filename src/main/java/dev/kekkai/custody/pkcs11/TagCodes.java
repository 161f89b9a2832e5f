package dev.kekkai.custody.pkcs11;

import iaik.pkcs.pkcs11.wrapper.PKCS11Exception;
import java.util.HashSet;
import java.util.Set;

/** The codes with which a token reports a bad tag although they may also mean a device fault: what the profile knows, and what the self-test saw. */
final class TagCodes {
    private final Set<String> profile;
    private volatile Set<String> all;

    TagCodes(Set<String> profile) {
        this.profile = profile;
        this.all = profile;
    }

    boolean ambiguous(PKCS11Exception e) {
        return all.contains(Ckr.name(e));
    }

    boolean inProfile(PKCS11Exception e) {
        return profile.contains(Ckr.name(e));
    }

    /** Takes a code in that a bad tag was seen to be answered with. Harmless where it means more: a probe tells that apart each time. */
    void learn(PKCS11Exception e) {
        Set<String> more = new HashSet<>(all);
        more.add(Ckr.name(e));
        all = Set.copyOf(more);
    }
}
