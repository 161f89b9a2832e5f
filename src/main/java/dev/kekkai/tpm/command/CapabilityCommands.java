package dev.kekkai.tpm.command;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.TpmReader;
import dev.kekkai.tpm.structure.TpmWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/** TPM2_GetCapability (Part 3 §30.2), for the few capabilities of use here. */
public record CapabilityCommands(Tpm tpm) {
    private static final int HANDLES = 1;
    private static final int PCRS = 5;
    private static final int PROPERTIES = 6;
    private static final int MAX_PER_ANSWER = 254;
    private static final int MAX_HANDLES = 4096;
    private static final int MAX_BANKS = 16;
    private static final int MAX_BITMAP = 4;

    /** What is defined or loaded, ascending, from a handle on and of its kind (its upper 8 bits). */
    public List<Integer> handles(int first, Authorization... sessions) throws TpmException {
        List<Integer> all = new ArrayList<>();
        int next = first;
        while (all.size() < MAX_HANDLES) {
            int before = all.size();
            boolean more = get(HANDLES, next, MAX_PER_ANSWER, in -> readHandles(in, all), sessions);
            if (!more || all.size() == before) {
                return List.copyOf(all);
            }
            next = all.getLast() + 1;
        }
        throw new Malformed("TPML_HANDLE", "has more than " + MAX_HANDLES + " handles", 0);
    }

    /** Properties ({@code TPM_PT}) with their values, unsigned 32 bits, from one on. */
    public Map<Integer, Long> properties(int first, int count, Authorization... sessions) throws TpmException {
        Map<Integer, Long> properties = new TreeMap<>();
        get(PROPERTIES, first, count, in -> readProperties(in, properties), sessions);
        return properties;
    }

    /** One property, if the TPM has it. */
    public OptionalLong property(int property, Authorization... sessions) throws TpmException {
        Long value = properties(property, 1, sessions).get(property);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    /** The PCRs of each bank that is allocated; banks of hashes not known here are left out. */
    public List<PcrSelection> pcrBanks(Authorization... sessions) throws TpmException {
        List<PcrSelection> banks = new ArrayList<>();
        get(PCRS, 0, 1, in -> readBanks(in, banks), sessions);
        return List.copyOf(banks);
    }

    private boolean get(int capability, int property, int count, Body body, Authorization... sessions)
            throws TpmException {
        return tpm.run(
                CommandCode.GET_CAPABILITY,
                List.of(),
                new TpmWriter().u32(capability).u32(property).u32(count),
                (none, in) -> {
                    int more = in.u8("moreData");
                    if (more > 1) {
                        throw in.malformed("moreData", "is neither NO nor YES");
                    }
                    if (in.u32("TPMS_CAPABILITY_DATA.capability") != capability) {
                        throw in.malformed("TPMS_CAPABILITY_DATA.capability", "is not the one that was asked for");
                    }
                    body.read(in);
                    return more == 1;
                },
                sessions);
    }

    private interface Body {
        void read(TpmReader in) throws Malformed;
    }

    private static void readHandles(TpmReader in, List<Integer> all) throws Malformed {
        int count = in.count(MAX_PER_ANSWER, "TPML_HANDLE.count");
        for (int i = 0; i < count; i++) {
            all.add(in.bits32("TPML_HANDLE.handle"));
        }
    }

    private static void readProperties(TpmReader in, Map<Integer, Long> properties) throws Malformed {
        int count = in.count(MAX_PER_ANSWER, "TPML_TAGGED_TPM_PROPERTY.count");
        for (int i = 0; i < count; i++) {
            properties.put(in.bits32("TPMS_TAGGED_PROPERTY.property"), in.u32("TPMS_TAGGED_PROPERTY.value"));
        }
    }

    private static void readBanks(TpmReader in, List<PcrSelection> banks) throws Malformed {
        int count = in.count(MAX_BANKS, "TPML_PCR_SELECTION.count");
        for (int i = 0; i < count; i++) {
            int hash = in.u16("TPMS_PCR_SELECTION.hash");
            int length = in.u8("TPMS_PCR_SELECTION.sizeofSelect");
            if (length > MAX_BITMAP) {
                throw in.malformed("TPMS_PCR_SELECTION.sizeofSelect", "is more than " + MAX_BITMAP);
            }
            byte[] bitmap = in.bytes(length, "TPMS_PCR_SELECTION.pcrSelect");
            HashAlg.ofId(hash)
                    .map(bank -> new PcrSelection(bank, bitmap))
                    .filter(bank -> !bank.pcrs().isEmpty())
                    .ifPresent(banks::add);
        }
    }
}
