package dev.kekkai.attestation.prover;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.command.CapabilityCommands;
import dev.kekkai.tpm.command.Entity;
import dev.kekkai.tpm.command.NvCommands;
import dev.kekkai.tpm.command.Tpm;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.Hierarchy;
import dev.kekkai.tpm.structure.NvAttributes;
import dev.kekkai.tpm.structure.NvPublic;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Certificates that the maker left in NV (TCG EK Credential Profile 2.5, §2.2.1.4 and §2.2.1.5): one for each EK, and in
 * {@code 0x01C00100–0x01C001FF} the CAs above, one after the other across indices. They are read as bytes; who trusts them judges them.
 */
final class EkCertificates {
    private static final int NV = 0x0100_0000;
    private static final int FIRST_OF_CHAIN = 0x01C0_0100;
    private static final int LAST_OF_CHAIN = 0x01C0_01FF;
    private static final int MAX_CHAIN = 65_536;

    private final NvCommands nv;
    private final List<Integer> indices;

    private EkCertificates(NvCommands nv, List<Integer> indices) {
        this.nv = nv;
        this.indices = indices;
    }

    /** Looks which indices there are. */
    static EkCertificates in(Tpm tpm) throws TpmException {
        return new EkCertificates(new NvCommands(tpm), new CapabilityCommands(tpm).handles(NV));
    }

    /** Whether there is a certificate for the EK of this template. */
    boolean has(EkTemplate template) {
        return indices.contains(template.certificateIndex());
    }

    /** The EK's certificate and what there is of its chain, DER; empty if the EK has none. */
    List<byte[]> chain(EkTemplate template) throws TpmException {
        if (!has(template)) {
            return List.of();
        }
        List<byte[]> chain = new ArrayList<>(split(read(template.certificateIndex())));
        ByteArrayOutputStream above = new ByteArrayOutputStream();
        for (int index : indices) {
            if (index >= FIRST_OF_CHAIN && index <= LAST_OF_CHAIN && above.size() < MAX_CHAIN) {
                above.writeBytes(read(index));
            }
        }
        chain.addAll(split(above.toByteArray()));
        return List.copyOf(chain);
    }

    /** By the index's own empty authorisation value where that is allowed, as the profile wants it, else by the owner's. */
    private byte[] read(int index) throws TpmException {
        NvPublic area = nv.readPublic(index);
        Entity authorising = area.has(NvAttributes.AUTH_READ) ? NvCommands.index(area) : Entity.of(Hierarchy.OWNER);
        return nv.read(authorising, area);
    }

    /** Cuts DER SEQUENCEs with two bytes of length, as every certificate is, and leaves out what fills the index up behind them. */
    static List<byte[]> split(byte[] bytes) {
        List<byte[]> certificates = new ArrayList<>();
        int at = 0;
        while (bytes.length - at > 4 && bytes[at] == 0x30 && (bytes[at + 1] & 0xFF) == 0x82) {
            int end = at + 4 + ((bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF);
            if (end > bytes.length) {
                break;
            }
            certificates.add(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }
        return certificates;
    }
}
