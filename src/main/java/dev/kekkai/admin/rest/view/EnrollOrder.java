package dev.kekkai.admin.rest.view;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which machines are to be enrolled; all or none.
 *
 * @param nodes at least one
 */
public record EnrollOrder(@Nullable List<@Nullable NodeOrder> nodes) {
    /**
     * One of them.
     *
     * @param name letters, digits and {@code ._-}; unique among the tenant's nodes
     * @param ek hex of the EK's name or of SHA-256 of its SubjectPublicKeyInfo; of a machine that waits for approval the first 36 digits are
     *     enough, or 32 of the latter
     * @param group absent for {@code control-plane}
     * @param afterEviction that the EK of an evicted node comes back
     */
    public record NodeOrder(
            @Nullable String name,
            @Nullable String ek,
            @Nullable String group,
            boolean afterEviction) {}
}
