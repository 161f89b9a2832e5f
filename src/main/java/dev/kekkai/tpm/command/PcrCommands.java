package dev.kekkai.tpm.command;

import dev.kekkai.tpm.TpmException;
import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.TpmException.Unavailable;
import dev.kekkai.tpm.session.Authorization;
import dev.kekkai.tpm.structure.HashAlg;
import dev.kekkai.tpm.structure.PcrSelection;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.TpmReader;
import dev.kekkai.tpm.structure.TpmWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** Platform configuration registers (Part 3 §22). */
public record PcrCommands(Tpm tpm) {
    private static final int MAX_DIGESTS = 8;
    private static final int ATTEMPTS = 5;

    /**
     * TPM2_PCR_Read, as often as it takes: a TPM gives eight values at a time. If one was extended meanwhile, all are read anew.
     *
     * @return values by PCR; PCRs of a bank that is not allocated are missing
     */
    public SortedMap<Integer, byte[]> read(PcrSelection selection, Authorization... sessions) throws TpmException {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            SortedMap<Integer, byte[]> values = new TreeMap<>();
            if (readAll(selection, values, sessions)) {
                return values;
            }
        }
        throw new Unavailable("the PCRs changed " + ATTEMPTS + " times while they were being read");
    }

    /** TPM2_PCR_Extend: value = H(value ‖ digest), in each of these banks. */
    public void extend(int pcr, Map<HashAlg, byte[]> digests, Authorization... authorizations) throws TpmException {
        TpmWriter out = new TpmWriter().u32(digests.size());
        digests.forEach((bank, digest) -> out.u16(bank.id()).bytes(digest));
        tpm.run(CommandCode.PCR_EXTEND, List.of(Entity.pcr(pcr)), out, (none, in) -> none, authorizations);
    }

    /** Whether all values are of one moment. */
    private boolean readAll(PcrSelection wanted, Map<Integer, byte[]> values, Authorization... sessions)
            throws TpmException {
        List<Integer> left = new ArrayList<>(wanted.pcrs());
        long moment = -1;
        while (!left.isEmpty()) {
            Answer answer = readSome(without(wanted, left), sessions);
            if (moment >= 0 && answer.updateCounter != moment) {
                return false;
            }
            moment = answer.updateCounter;
            if (answer.values.isEmpty()) {
                return true;
            }
            values.putAll(answer.values);
            left.removeAll(answer.values.keySet());
        }
        return true;
    }

    private record Answer(long updateCounter, Map<Integer, byte[]> values) {}

    private static PcrSelection without(PcrSelection wanted, List<Integer> left) {
        byte[] bitmap = new byte[wanted.bitmap().length];
        left.forEach(pcr -> bitmap[pcr / 8] |= (byte) (1 << pcr % 8));
        return new PcrSelection(wanted.bank(), bitmap);
    }

    private Answer readSome(PcrSelection asked, Authorization... sessions) throws TpmException {
        TpmWriter out = new TpmWriter();
        PcrSelectionList.of(asked).write(out);
        return tpm.run(CommandCode.PCR_READ, List.of(), out, (none, in) -> answer(asked, in), sessions);
    }

    private static Answer answer(PcrSelection asked, TpmReader in) throws Malformed {
        long updateCounter = in.u32("pcrUpdateCounter");
        List<Integer> read = new ArrayList<>();
        for (PcrSelection given : PcrSelectionList.read(in).selections()) {
            read.addAll(given.pcrs());
            if (given.bank() != asked.bank() || !asked.pcrs().containsAll(given.pcrs())) {
                throw in.malformed("pcrSelectionOut", "has PCRs that were not asked for");
            }
        }
        if (in.count(MAX_DIGESTS, "TPML_DIGEST.count") != read.size()) {
            throw in.malformed("TPML_DIGEST.count", "is not the number of PCRs selected");
        }
        Map<Integer, byte[]> values = new TreeMap<>();
        for (int pcr : read) {
            byte[] value = in.sized(HashAlg.MAX_LENGTH, "TPM2B_DIGEST");
            if (value.length != asked.bank().length()) {
                throw in.malformed("TPM2B_DIGEST", "is no digest of the bank");
            }
            values.put(pcr, value);
        }
        return new Answer(updateCounter, values);
    }
}
