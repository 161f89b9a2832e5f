package dev.kekkai.batching;

import dev.kekkai.custody.SealedBox;
import dev.kekkai.envelope.BatchFrame;
import dev.kekkai.envelope.EnvelopeLength;
import dev.kekkai.envelope.Header;
import dev.kekkai.secret.Secret;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Seals the leaves of one batch, each under the batch key with an IV of its own. */
final class Leaves {
    private final BatchFrame frame;
    private final SecureRandom random;

    Leaves(Header header, SealedBox box, SecureRandom random) {
        this.frame = new BatchFrame(header, box.iv(), box.box());
        this.random = random;
    }

    /**
     * Seals what is still wanted. A DEK that cannot be sealed (its caller is gone and has destroyed it) is its own request's failure.
     *
     * @return the answers, to be given when the key is gone
     */
    List<Runnable> seal(List<Wrap> wraps, Secret batchKey, LeafCipher cipher) {
        byte[] ivs = new byte[wraps.size() * EnvelopeLength.LEAF_IV];
        random.nextBytes(ivs);
        List<Runnable> answers = new ArrayList<>(wraps.size());
        LeafKey key = new LeafKey(batchKey);
        try (cipher) {
            for (int i = 0; i < wraps.size(); i++) {
                Wrap wrap = wraps.get(i);
                if (!wrap.isDone()) {
                    int at = i * EnvelopeLength.LEAF_IV;
                    answers.add(seal(wrap, key, Arrays.copyOfRange(ivs, at, at + EnvelopeLength.LEAF_IV), cipher));
                }
            }
        }
        return answers;
    }

    private Runnable seal(Wrap wrap, LeafKey key, byte[] iv, LeafCipher cipher) {
        try {
            byte[] dek = wrap.order().dek().lent();
            byte[] envelope = frame.envelope(iv, dek.length);
            cipher.seal(key, iv, frame.associatedData(), dek, envelope, frame.leafAt());
            return () -> wrap.complete(envelope);
        } catch (GeneralSecurityException | RuntimeException e) {
            return () -> wrap.completeExceptionally(e);
        }
    }
}
