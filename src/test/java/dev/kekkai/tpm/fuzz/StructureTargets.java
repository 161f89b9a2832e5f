package dev.kekkai.tpm.fuzz;

import dev.kekkai.tpm.TpmException.Malformed;
import dev.kekkai.tpm.structure.AkTemplate;
import dev.kekkai.tpm.structure.Attest;
import dev.kekkai.tpm.structure.EkTemplate;
import dev.kekkai.tpm.structure.NvPublic;
import dev.kekkai.tpm.structure.PcrSelectionList;
import dev.kekkai.tpm.structure.PublicArea;
import dev.kekkai.tpm.structure.SavedContext;
import dev.kekkai.tpm.structure.Signature;
import dev.kekkai.tpm.structure.TpmReader;
import dev.kekkai.tpm.structure.TpmWriter;
import java.security.InvalidKeyException;
import java.util.Arrays;

/** Structures: what is accepted marshals back to the same bytes. */
public final class StructureTargets {
    private StructureTargets() {}

    /** TPMT_PUBLIC, its name, its template, and the key that it is. */
    public static final class PublicAreas {
        private PublicAreas() {}

        public static void fuzzerTestOneInput(byte[] input) {
            try {
                PublicArea area = PublicArea.parse(input);
                same(input, area.bytes());
                if (AkTemplate.matches(area) && EkTemplate.of(area).isPresent()) {
                    throw new AssertionError("no key is both");
                }
                area.parameters().publicKey();
            } catch (Malformed | InvalidKeyException e) {
                // That is what they are for.
            }
        }
    }

    /** TPMS_ATTEST. */
    public static final class Attests {
        private Attests() {}

        public static void fuzzerTestOneInput(byte[] input) {
            try {
                Attest.parse(input);
            } catch (Malformed e) {
                // That is what it is for.
            }
        }
    }

    /** TPMT_SIGNATURE. */
    public static final class Signatures {
        private Signatures() {}

        public static void fuzzerTestOneInput(byte[] input) {
            try {
                same(input, Signature.parse(input).bytes());
            } catch (Malformed e) {
                // That is what it is for.
            }
        }
    }

    /** TPML_PCR_SELECTION, TPM2B_NV_PUBLIC and TPMS_CONTEXT; the first byte says which. */
    public static final class Others {
        private Others() {}

        public static void fuzzerTestOneInput(byte[] input) {
            if (input.length == 0) {
                return;
            }
            byte[] bytes = Arrays.copyOfRange(input, 1, input.length);
            TpmReader in = new TpmReader(bytes);
            TpmWriter out = new TpmWriter();
            try {
                switch (input[0] & 3) {
                    case 0 -> PcrSelectionList.read(in).write(out);
                    case 1 -> out.sized(NvPublic.readSized(in).bytes());
                    default -> SavedContext.read(in).write(out);
                }
                same(Arrays.copyOf(bytes, in.offset()), out.toBytes());
            } catch (Malformed e) {
                // That is what it is for.
            }
        }
    }

    private static void same(byte[] input, byte[] output) {
        if (!Arrays.equals(input, output)) {
            throw new AssertionError("what was read does not marshal back to the same bytes");
        }
    }
}
