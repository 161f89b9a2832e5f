package dev.kekkai.admin.rest.view;

/**
 * A machine that waits for approval. Nothing that it says was checked.
 *
 * @param ek hex of its EK's name: what is compared with what {@code kekkai node identity} shows on the machine's own console, then enrolled
 * @param ekSpki hex of SHA-256 of the EK's SubjectPublicKeyInfo, as makers list it
 * @param hostName as it calls itself
 * @param source the address that it came from
 * @param first when it first asked
 * @param last when it last asked; it is forgotten 7 days later
 */
public record ClaimView(
        String tenant, String ek, String ekSpki, String hostName, String source, String first, String last) {}
