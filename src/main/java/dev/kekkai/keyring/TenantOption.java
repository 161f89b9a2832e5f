package dev.kekkai.keyring;

import dev.kekkai.custody.CustodyException.KeyMissing;
import dev.kekkai.custody.CustodyException.KeyUnsafe;
import dev.kekkai.id.TenantId;
import java.util.regex.Pattern;

/** What a command that is named in a message needs, so that following it changes the keyring that the message is of and not the default tenant's. */
final class TenantOption {
    private static final Pattern COMMAND = Pattern.compile("'(kekkai key [^']*)'");

    private TenantOption() {}

    /** {@code --tenant UUID} with a space before it; empty for the default tenant, which a command means without it. */
    static String of(TenantId tenant) {
        return tenant.equals(TenantId.DEFAULT) ? "" : " --tenant " + tenant;
    }

    /** A message whose commands have the option. */
    static String in(String message, TenantId tenant) {
        return tenant.equals(TenantId.DEFAULT) || message.contains("--tenant")
                ? message
                : COMMAND.matcher(message).replaceAll("'$1" + of(tenant) + "'");
    }

    static KeyringException in(KeyringException e, TenantId tenant) {
        return new KeyringException(in(String.valueOf(e.getMessage()), tenant), e);
    }

    static KeyMissing in(KeyMissing e, TenantId tenant) {
        KeyMissing named = new KeyMissing(in(String.valueOf(e.getMessage()), tenant));
        named.initCause(e);
        return named;
    }

    static KeyUnsafe in(KeyUnsafe e, TenantId tenant) {
        KeyUnsafe named = new KeyUnsafe(in(String.valueOf(e.getMessage()), tenant));
        named.initCause(e);
        return named;
    }
}
