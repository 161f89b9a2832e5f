package dev.kekkai.tpm.structure;

/**
 * Policies of endorsement keys (TCG EK Credential Profile 2.5, B.6). A: {@code TPM2_PolicySecret} of the endorsement hierarchy. B: A, or
 * C, which is {@code TPM2_PolicyAuthorizeNV} of an index that its owner may define.
 */
public enum EkPolicy {
    A,
    B;

    private static final int CC_POLICY_SECRET = 0x151;
    private static final int CC_POLICY_OR = 0x171;
    private static final int CC_POLICY_AUTHORIZE_NV = 0x192;

    /** {@code TPMA_NV} of PolicyC's index: owner and policy write, owner and auth and policy read, noDA, written. */
    private static final int POLICY_INDEX_ATTRIBUTES = 0x220F_1008;

    /** The policy's digest under a hash. */
    public byte[] digest(HashAlg hash) {
        byte[] a = policyA(hash);
        return this == A ? a : hash.digest(new byte[hash.length()], code(CC_POLICY_OR), a, policyC(hash));
    }

    /** PolicyA: TPM2_PolicySecret(TPM_RH_ENDORSEMENT) without a policyRef. */
    public static byte[] policyA(HashAlg hash) {
        byte[] named = hash.digest(new byte[hash.length()], code(CC_POLICY_SECRET), Hierarchy.ENDORSEMENT.entityName());
        return hash.digest(named);
    }

    /** PolicyC: TPM2_PolicyAuthorizeNV of the index for that hash. */
    public static byte[] policyC(HashAlg hash) {
        byte[] index = new TpmWriter()
                .u32(policyIndex(hash))
                .u16(hash.id())
                .u32(POLICY_INDEX_ATTRIBUTES)
                .sized(policyA(hash))
                .u16(2 + hash.length())
                .toBytes();
        return hash.digest(new byte[hash.length()], code(CC_POLICY_AUTHORIZE_NV), Names.of(hash, index));
    }

    private static int policyIndex(HashAlg hash) {
        return switch (hash) {
            case SHA256 -> 0x01C0_7F01;
            case SHA384 -> 0x01C0_7F02;
            case SHA512 -> 0x01C0_7F03;
            case SHA1 -> throw new IllegalArgumentException("the profile has no policy index for SHA-1");
        };
    }

    private static byte[] code(int command) {
        return new TpmWriter().u32(command).toBytes();
    }
}
