package dev.kekkai.attestation.prover;

import java.util.Arrays;

/** What a maker left in NV, cut into certificates: each lies in the input, in order, and none overlaps another. */
public final class NvChainTarget {
    private NvChainTarget() {}

    public static void fuzzerTestOneInput(byte[] input) {
        int at = 0;
        for (byte[] certificate : EkCertificates.split(input)) {
            if (!Arrays.equals(certificate, Arrays.copyOfRange(input, at, at + certificate.length))) {
                throw new AssertionError("a certificate is not what lies there");
            }
            at += certificate.length;
        }
    }
}
