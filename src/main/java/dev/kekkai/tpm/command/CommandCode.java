package dev.kekkai.tpm.command;

/** {@code TPM_CC} (Part 2 §6.5), and what the command's header needs to be known by. */
public enum CommandCode {
    EVICT_CONTROL(0x120, 1),
    NV_UNDEFINE_SPACE(0x122, 1),
    CLEAR(0x126, 1),
    NV_DEFINE_SPACE(0x12A, 1),
    CREATE_PRIMARY(0x131, 1, true),
    NV_INCREMENT(0x134, 1),
    NV_WRITE(0x137, 1),
    STARTUP(0x144, 0),
    SHUTDOWN(0x145, 0),
    ACTIVATE_CREDENTIAL(0x147, 2),
    POLICY_NV(0x149, 1),
    NV_READ(0x14E, 1),
    POLICY_SECRET(0x151, 1),
    CREATE(0x153, 1),
    HMAC(0x155, 1),
    LOAD(0x157, 1, true),
    QUOTE(0x158, 1),
    SIGN(0x15D, 1),
    UNSEAL(0x15E, 1),
    CONTEXT_LOAD(0x161, 0, true),
    CONTEXT_SAVE(0x162, 0),
    FLUSH_CONTEXT(0x165, 0),
    LOAD_EXTERNAL(0x167, 0, true),
    NV_READ_PUBLIC(0x169, 0),
    POLICY_AUTHORIZE(0x16A, 0),
    POLICY_COMMAND_CODE(0x16C, 0),
    POLICY_OR(0x171, 0),
    READ_PUBLIC(0x173, 0),
    START_AUTH_SESSION(0x176, 0, true),
    VERIFY_SIGNATURE(0x177, 0),
    GET_CAPABILITY(0x17A, 0),
    GET_RANDOM(0x17B, 0),
    PCR_READ(0x17E, 0),
    POLICY_PCR(0x17F, 0),
    POLICY_RESTART(0x180, 0),
    PCR_EXTEND(0x182, 1),
    POLICY_GET_DIGEST(0x189, 0);

    private final int code;
    private final int authHandles;
    private final boolean givesHandle;

    CommandCode(int code, int authHandles) {
        this(code, authHandles, false);
    }

    CommandCode(int code, int authHandles, boolean givesHandle) {
        this.code = code;
        this.authHandles = authHandles;
        this.givesHandle = givesHandle;
    }

    public int code() {
        return code;
    }

    /** How many of its handles, the first ones, have to be authorised. */
    int authHandles() {
        return authHandles;
    }

    /** Whether the response begins with a handle that has to be flushed. */
    boolean givesHandle() {
        return givesHandle;
    }

    /** The TCG's name, for example {@code TPM2_NV_READ}. */
    @Override
    public String toString() {
        return "TPM2_" + name();
    }
}
