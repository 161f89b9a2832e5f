package dev.kekkai.testing.apiserver;

/** The plugin did something that kube-apiserver refuses. The message says which rule it broke and how. */
public final class BrokenRule extends AssertionError {
    public BrokenRule(String message) {
        super(message);
    }
}
