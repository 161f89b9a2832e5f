package dev.kekkai.attestation.eventlog;

import dev.kekkai.tpm.structure.HashAlg;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@code TCG_EfiSpecIdEvent} (PC Client Platform Firmware Profile §10.4.5.1): the first event of a crypto-agile log, which says how long the
 * digests of each algorithm are.
 *
 * @param digestSizes bytes by TPM_ALG_ID, also of algorithms that are not known here, so that these can be passed over
 */
record SpecId(Map<Integer, Integer> digestSizes) {
    private static final byte[] SIGNATURE = "Spec ID Event03\0".getBytes(StandardCharsets.US_ASCII);
    private static final int MAX_ALGORITHMS = 16;
    private static final int MAX_DIGEST = 64;

    static boolean begins(byte[] event) {
        return event.length >= SIGNATURE.length
                && Arrays.equals(event, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length);
    }

    static SpecId parse(byte[] event) throws MalformedEventLogException {
        LogCursor in = new LogCursor(event);
        in.take(SIGNATURE.length, "the Spec ID's signature");
        in.take(4 + 1 + 1 + 1 + 1, "the Spec ID's platform class and version");
        long algorithms = in.u32("the Spec ID's number of algorithms");
        if (algorithms < 1 || algorithms > MAX_ALGORITHMS) {
            throw in.malformed("the Spec ID has no or too many algorithms");
        }
        Map<Integer, Integer> sizes = new LinkedHashMap<>();
        for (int i = 0; i < algorithms; i++) {
            int algorithm = in.u16("the Spec ID's algorithm");
            if (sizes.put(algorithm, digestSize(in, algorithm)) != null) {
                throw in.malformed("the Spec ID names an algorithm twice");
            }
        }
        in.take(in.u8("the Spec ID's vendor information"), "the Spec ID's vendor information");
        if (!in.atEnd()) {
            throw in.malformed("bytes follow the Spec ID");
        }
        return new SpecId(sizes);
    }

    private static int digestSize(LogCursor in, int algorithm) throws MalformedEventLogException {
        int size = in.u16("the Spec ID's digest size");
        boolean wrong =
                HashAlg.ofId(algorithm).map(bank -> bank.length() != size).orElse(size < 1 || size > MAX_DIGEST);
        if (wrong) {
            throw in.malformed("the Spec ID gives an algorithm a digest size that it does not have");
        }
        return size;
    }
}
