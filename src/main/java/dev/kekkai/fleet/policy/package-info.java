/** Policies as documents: read strictly from YAML or JSON, kept in one canonical form. {@code docs/fleet.md} has the format. */
@NullMarked
package dev.kekkai.fleet.policy;

import org.jspecify.annotations.NullMarked;
