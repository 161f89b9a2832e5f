package dev.kekkai.tpm.structure;

import dev.kekkai.tpm.TpmException.Malformed;
import java.util.ArrayList;
import java.util.List;

/** {@code TPML_PCR_SELECTION} (Part 2 §10.9.7): at most {@value #MAX_BANKS} banks, in an order that counts. */
public record PcrSelectionList(List<PcrSelection> selections) {
    static final int MAX_BANKS = 16;

    public PcrSelectionList {
        selections = List.copyOf(selections);
    }

    public static PcrSelectionList of(PcrSelection... selections) {
        return new PcrSelectionList(List.of(selections));
    }

    public static PcrSelectionList read(TpmReader in) throws Malformed {
        int count = in.count(MAX_BANKS, "TPML_PCR_SELECTION.count");
        List<PcrSelection> selections = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            selections.add(PcrSelection.read(in));
        }
        return new PcrSelectionList(selections);
    }

    public void write(TpmWriter out) {
        out.u32(selections.size());
        selections.forEach(selection -> selection.write(out));
    }
}
