package dev.kekkai.fleet.policy;

import dev.kekkai.attestation.eventlog.EventLog;
import dev.kekkai.attestation.eventlog.MalformedEventLogException;
import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;

/** Makes an alternative of what is known before a node boots it: a release's manifest, or the event log of a machine that did. */
public final class Prediction {
    private static final Set<String> MANIFEST = Set.of("name", "bank", "pcrs");
    private static final Set<String> PCR = Set.of("pcr", "values", "measured");

    private Prediction() {}

    /**
     * By a manifest: of each PCR either the values that it may have in the end, or what will be measured into it, in order. Several such lists are
     * several PCR values.
     */
    public static Alternative ofManifest(String file, byte[] document) throws FleetException {
        DocumentTree root = DocumentTree.parse(file, document);
        Map<String, DocumentTree> fields = root.fields(MANIFEST);
        HashAlg bank = fields.containsKey("bank") ? PolicyDocument.bank(fields.get("bank")) : HashAlg.SHA256;
        String name = DocumentTree.required(fields, "name", root).text();
        List<Rule> rules = new ArrayList<>();
        for (DocumentTree each : DocumentTree.required(fields, "pcrs", root).items()) {
            rules.add(rule(each, bank));
        }
        return alternative(file, name, rules);
    }

    private static Rule rule(DocumentTree tree, HashAlg bank) throws FleetException {
        Map<String, DocumentTree> fields = tree.fields(PCR);
        int pcr = DocumentTree.required(fields, "pcr", tree).number();
        if (fields.size() != 2) {
            throw tree.complaint("of a PCR, 'values' or 'measured' is said, and not both");
        }
        try {
            if (fields.containsKey("values")) {
                return new Rule.Value(pcr, PolicyDocument.digests(fields.get("values"), bank));
            }
            if (pcr >= 17 && pcr <= 22) {
                throw tree.complaint("PCR " + pcr + " does not begin at zero: say its values");
            }
            List<Digest> measured = new ArrayList<>();
            for (DocumentTree each :
                    DocumentTree.required(fields, "measured", tree).items()) {
                measured.add(PolicyDocument.digest(each, bank));
            }
            return new Rule.Value(pcr, Set.of(extended(bank, measured)));
        } catch (IllegalArgumentException e) {
            throw tree.complaint(String.valueOf(e.getMessage()));
        }
    }

    /** What a PCR is that began at zero and was extended by these (TPM 2.0 Part 1, §17.2). */
    static Digest extended(HashAlg bank, List<Digest> measured) {
        byte[] value = new byte[bank.length()];
        for (Digest digest : measured) {
            value = bank.digest(value, digest.bytes());
        }
        return Digest.of(bank, value);
    }

    /**
     * By an event log: the values that it replays to.
     *
     * @param log as the kernel hands it on
     * @param events that rules on the events are wanted in place of values: each event that was measured is allowed, in any order
     */
    public static Alternative ofLog(String name, HashAlg bank, byte[] log, SortedSet<Integer> pcrs, boolean events)
            throws FleetException {
        EventLog read;
        try {
            read = EventLog.parse(log);
        } catch (MalformedEventLogException e) {
            throw new FleetException("the event log cannot be read: " + e.getMessage(), e);
        }
        List<Rule> rules = new ArrayList<>();
        for (int pcr : pcrs) {
            if (!read.measures(pcr) || !read.covers(bank, pcr)) {
                throw new FleetException("the event log has no " + BankName.of(bank) + " digests of PCR " + pcr
                        + ": leave it out, or choose another bank");
            }
            try {
                rules.add(
                        events
                                ? new Rule.LogAllows(pcr, new HashSet<>(read.digests(bank, pcr)))
                                : new Rule.Value(pcr, Set.of(read.replay(bank, pcr))));
            } catch (IllegalArgumentException e) {
                throw new FleetException(String.valueOf(e.getMessage()), e);
            }
        }
        return alternative("the event log", name, rules);
    }

    private static Alternative alternative(String of, String name, List<Rule> rules) throws FleetException {
        try {
            return new Alternative(name, Alternative.State.PENDING, rules);
        } catch (IllegalArgumentException e) {
            throw new FleetException(of + ": " + e.getMessage(), e);
        }
    }
}
