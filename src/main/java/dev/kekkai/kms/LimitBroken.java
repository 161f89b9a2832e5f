package dev.kekkai.kms;

/** An answer that kube-apiserver would refuse and that is therefore not let out. The message names the limit. */
final class LimitBroken extends RuntimeException {
    private static final long serialVersionUID = 1;

    LimitBroken(String message) {
        super(message);
    }
}
