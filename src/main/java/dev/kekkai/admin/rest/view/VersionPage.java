package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Versions of a keyring, by number.
 *
 * @param unregistered on the first page: what the token holds besides
 * @param problem why the token could not be asked for that, or empty
 * @param next cursor of the next page, if there is one
 */
public record VersionPage(
        List<VersionView> versions,
        List<UnregisteredView> unregistered,
        String problem,
        @Nullable String next) {}
