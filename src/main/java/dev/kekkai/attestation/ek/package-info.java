/**
 * Endorsement keys: whether one is of the TCG's templates, whether it is the one that was enrolled, and what its maker's certificate says.
 *
 * <p>Certificates are read and chained by the JDK (RFC 5280), with algorithm rules of our own on top: see
 * {@link dev.kekkai.attestation.ek.EkAuthorities}.
 */
@NullMarked
package dev.kekkai.attestation.ek;

import org.jspecify.annotations.NullMarked;
