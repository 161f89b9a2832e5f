package dev.kekkai.fleet;

import dev.kekkai.attestation.ek.EkFingerprint;
import dev.kekkai.id.TenantId;
import java.time.Instant;

/**
 * A machine that asks to be let in and that nobody has enrolled. Nothing it says was checked, but that its EK is of one of the TCG's templates.
 *
 * @param tenant which it claims to belong to
 * @param ek what an operator compares with what {@code kekkai node identity} shows on the machine itself
 * @param spki hex of SHA-256 of the EK's SubjectPublicKeyInfo, as makers list it
 * @param hostName as it calls itself
 * @param source the address that it came from
 */
public record Claimant(
        TenantId tenant, EkFingerprint ek, String spki, String hostName, String source, Instant first, Instant last) {}
