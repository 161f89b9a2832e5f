package dev.kekkai.custody.pkcs11;

import iaik.pkcs.pkcs11.wrapper.CK_ATTRIBUTE;
import iaik.pkcs.pkcs11.wrapper.CK_MECHANISM;
import org.jspecify.annotations.Nullable;

/** Builds the wrapper's attribute and mechanism structures. Booleans are {@code Boolean}, numbers {@code Long}, labels {@code char[]}. */
final class Attributes {
    private Attributes() {}

    static CK_ATTRIBUTE of(long type, @Nullable Object value) {
        CK_ATTRIBUTE attribute = new CK_ATTRIBUTE();
        attribute.type = type;
        attribute.pValue = value;
        return attribute;
    }

    static CK_MECHANISM mechanism(long type, @Nullable Object parameter) {
        CK_MECHANISM mechanism = new CK_MECHANISM();
        mechanism.mechanism = type;
        mechanism.pParameter = parameter;
        return mechanism;
    }
}
