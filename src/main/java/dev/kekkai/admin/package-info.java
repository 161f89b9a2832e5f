/** The admin socket of a running server: what {@code kekkai} on the host may ask and change. gRPC, by {@code kekkai_admin_v1.proto}. */
@NullMarked
package dev.kekkai.admin;

import org.jspecify.annotations.NullMarked;
