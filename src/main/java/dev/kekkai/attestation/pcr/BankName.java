package dev.kekkai.attestation.pcr;

import dev.kekkai.tpm.structure.HashAlg;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** How policies and verdicts name a bank of PCRs: {@code sha1}, {@code sha256}, {@code sha384}, {@code sha512}. */
public final class BankName {
    private BankName() {}

    public static String of(HashAlg bank) {
        return bank.name().toLowerCase(Locale.ROOT);
    }

    /** The bank of that name, exactly as written. */
    public static Optional<HashAlg> parse(String name) {
        return Arrays.stream(HashAlg.values())
                .filter(bank -> of(bank).equals(name))
                .findFirst();
    }
}
