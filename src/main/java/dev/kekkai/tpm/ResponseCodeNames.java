package dev.kekkai.tpm;

import java.util.HashMap;
import java.util.Map;

/** The names of {@code TPM_RC} values (Part 2 §6.6.3, tables 16 to 18), without {@code TPM_RC_}. */
final class ResponseCodeNames {
    /** By the whole code. */
    static final Map<Integer, String> FORMAT_ZERO = names("""
            100 INITIALIZE 101 FAILURE 103 SEQUENCE 10b PRIVATE 119 HMAC 120 DISABLED 121 EXCLUSIVE 124 AUTH_TYPE
            125 AUTH_MISSING 126 POLICY 127 PCR 128 PCR_CHANGED 12d UPGRADE 12e TOO_MANY_CONTEXTS 12f AUTH_UNAVAILABLE
            130 REBOOT 131 UNBALANCED 142 COMMAND_SIZE 143 COMMAND_CODE 144 AUTHSIZE 145 AUTH_CONTEXT 146 NV_RANGE
            147 NV_SIZE 148 NV_LOCKED 149 NV_AUTHORIZATION 14a NV_UNINITIALIZED 14b NV_SPACE 14c NV_DEFINED
            150 BAD_CONTEXT 151 CPHASH 152 PARENT 153 NEEDS_TEST 154 NO_RESULT 155 SENSITIVE
            01e BAD_TAG
            901 CONTEXT_GAP 902 OBJECT_MEMORY 903 SESSION_MEMORY 904 MEMORY 905 SESSION_HANDLES 906 OBJECT_HANDLES
            907 LOCALITY 908 YIELDED 909 CANCELED 90a TESTING 910 REFERENCE_H0 911 REFERENCE_H1 912 REFERENCE_H2
            913 REFERENCE_H3 914 REFERENCE_H4 915 REFERENCE_H5 916 REFERENCE_H6 918 REFERENCE_S0 919 REFERENCE_S1
            91a REFERENCE_S2 91b REFERENCE_S3 91c REFERENCE_S4 91d REFERENCE_S5 91e REFERENCE_S6 920 NV_RATE
            921 LOCKOUT 922 RETRY 923 NV_UNAVAILABLE
            """);

    /** By the lowest six bits. */
    static final Map<Integer, String> FORMAT_ONE = names("""
            01 ASYMMETRIC 02 ATTRIBUTES 03 HASH 04 VALUE 05 HIERARCHY 07 KEY_SIZE 08 MGF 09 MODE 0a TYPE 0b HANDLE
            0c KDF 0d RANGE 0e AUTH_FAIL 0f NONCE 10 PP 12 SCHEME 15 SIZE 16 SYMMETRIC 17 TAG 18 SELECTOR
            1a INSUFFICIENT 1b SIGNATURE 1c KEY 1d POLICY_FAIL 1f INTEGRITY 20 TICKET 21 RESERVED_BITS 22 BAD_AUTH
            23 EXPIRED 24 POLICY_CC 25 BINDING 26 CURVE 27 ECC_POINT
            """);

    private ResponseCodeNames() {}

    private static Map<Integer, String> names(String table) {
        String[] words = table.strip().split("\\s+", -1);
        Map<Integer, String> names = new HashMap<>();
        for (int i = 0; i < words.length; i += 2) {
            names.put(Integer.parseInt(words[i], 16), words[i + 1]);
        }
        return Map.copyOf(names);
    }
}
