package dev.kekkai.tpm.structure;

/** Permanent handles of the hierarchies ({@code TPM_RH}, Part 2 §7.4). */
public enum Hierarchy {
    OWNER(0x4000_0001),
    NULL(0x4000_0007),
    LOCKOUT(0x4000_000A),
    ENDORSEMENT(0x4000_000B),
    PLATFORM(0x4000_000C);

    private final int handle;

    Hierarchy(int handle) {
        this.handle = handle;
    }

    public int handle() {
        return handle;
    }

    /** Its name is its handle (Part 1 §16). */
    public byte[] entityName() {
        return new TpmWriter().u32(handle).toBytes();
    }
}
