package dev.kekkai.tpm.structure;

/** {@code TPMA_NV} (Part 2 §13.4), bit by bit. */
public final class NvAttributes {
    public static final int PP_WRITE = 1;
    public static final int OWNER_WRITE = 1 << 1;
    public static final int AUTH_WRITE = 1 << 2;
    public static final int POLICY_WRITE = 1 << 3;
    /** {@code TPM_NT} in bits 4 to 7: a 64-bit number that only grows. */
    public static final int COUNTER = 1 << 4;

    public static final int PP_READ = 1 << 16;
    public static final int OWNER_READ = 1 << 17;
    public static final int AUTH_READ = 1 << 18;
    public static final int POLICY_READ = 1 << 19;
    public static final int NO_DA = 1 << 25;
    public static final int WRITTEN = 1 << 29;

    private NvAttributes() {}
}
