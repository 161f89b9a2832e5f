package dev.kekkai.fleet.policy;

import dev.kekkai.attestation.pcr.BankName;
import dev.kekkai.attestation.pcr.Digest;
import dev.kekkai.attestation.policy.Alternative;
import dev.kekkai.attestation.policy.Policy;
import dev.kekkai.attestation.policy.Rule;
import dev.kekkai.attestation.verdict.TrustClass;
import dev.kekkai.fleet.FleetException;
import dev.kekkai.tpm.structure.HashAlg;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads a policy, or one alternative of one. */
public final class PolicyDocument {
    /** Largest document, of all alternatives together. */
    public static final int MOST_BYTES = 256 * 1024;

    private static final Set<String> POLICY =
            Set.of("bank", "at-least", "firmware-floor", "audit-only", "alternatives");
    private static final Set<String> ONE = Set.of("bank", "name", "rules");
    private static final Set<String> ALTERNATIVE = Set.of("name", "state", "rules");
    private static final Set<String> RULE = Set.of("pcr", "values", "log-allows", "log-requires", "log-forbids");

    private PolicyDocument() {}

    /**
     * A whole policy.
     *
     * @param file what to call the document in complaints
     * @throws FleetException that names the line, what is wrong there, and what was expected
     */
    public static Policy read(String file, byte[] document) throws FleetException {
        DocumentTree root = DocumentTree.parse(file, document);
        Map<String, DocumentTree> fields = root.fields(POLICY);
        HashAlg bank = fields.containsKey("bank") ? bank(fields.get("bank")) : HashAlg.SHA256;
        TrustClass atLeast = fields.containsKey("at-least") ? trust(fields.get("at-least")) : TrustClass.VOUCHED;
        OptionalLong floor = fields.containsKey("firmware-floor")
                ? OptionalLong.of(firmware(fields.get("firmware-floor")))
                : OptionalLong.empty();
        boolean auditOnly =
                fields.containsKey("audit-only") && fields.get("audit-only").flag();
        List<Alternative> alternatives = new ArrayList<>();
        for (DocumentTree each :
                DocumentTree.required(fields, "alternatives", root).items()) {
            alternatives.add(alternative(each, bank));
        }
        try {
            return new Policy(bank, atLeast, floor, auditOnly, alternatives);
        } catch (IllegalArgumentException e) {
            throw new FleetException(file + ": " + e.getMessage(), e);
        }
    }

    /** One alternative with its bank, as {@code kekkai policy add} takes it: the same keys, and it is always PENDING. */
    public static Alternative readAlternative(String file, byte[] document) throws FleetException {
        DocumentTree root = DocumentTree.parse(file, document);
        Map<String, DocumentTree> fields = root.fields(ONE);
        HashAlg bank = fields.containsKey("bank") ? bank(fields.get("bank")) : HashAlg.SHA256;
        return alternative(root, fields, Alternative.State.PENDING, bank);
    }

    private static Alternative alternative(DocumentTree tree, HashAlg bank) throws FleetException {
        Map<String, DocumentTree> fields = tree.fields(ALTERNATIVE);
        return alternative(
                tree,
                fields,
                fields.containsKey("state") ? state(fields.get("state")) : Alternative.State.PENDING,
                bank);
    }

    private static Alternative alternative(
            DocumentTree tree, Map<String, DocumentTree> fields, Alternative.State state, HashAlg bank)
            throws FleetException {
        DocumentTree named = DocumentTree.required(fields, "name", tree);
        String name = named.text();
        if (!name.matches("[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")) {
            throw named.complaint("the name of an alternative has 1 to 64 letters, digits and ._+-: '" + name + "'");
        }
        List<Rule> rules = new ArrayList<>();
        for (DocumentTree each : DocumentTree.required(fields, "rules", tree).items()) {
            rules.add(rule(each, bank));
        }
        try {
            return new Alternative(name, state, rules);
        } catch (IllegalArgumentException e) {
            throw tree.complaint(String.valueOf(e.getMessage()));
        }
    }

    private static Rule rule(DocumentTree tree, HashAlg bank) throws FleetException {
        Map<String, DocumentTree> fields = tree.fields(RULE);
        int pcr = DocumentTree.required(fields, "pcr", tree).number();
        if (fields.size() != 2) {
            throw tree.complaint("a rule has 'pcr' and one of values, log-allows, log-requires, log-forbids");
        }
        for (Map.Entry<String, DocumentTree> field : fields.entrySet()) {
            if (!field.getKey().equals("pcr")) {
                return rule(field.getKey(), pcr, digests(field.getValue(), bank), tree);
            }
        }
        throw tree.complaint("a rule says nothing");
    }

    private static Rule rule(String kind, int pcr, Set<Digest> digests, DocumentTree tree) throws FleetException {
        try {
            return switch (kind) {
                case "values" -> new Rule.Value(pcr, digests);
                case "log-allows" -> new Rule.LogAllows(pcr, digests);
                case "log-requires" -> new Rule.LogRequires(pcr, digests);
                default -> new Rule.LogForbids(pcr, digests);
            };
        } catch (IllegalArgumentException e) {
            throw tree.complaint(String.valueOf(e.getMessage()));
        }
    }

    static Set<Digest> digests(DocumentTree tree, HashAlg bank) throws FleetException {
        Set<Digest> digests = new HashSet<>();
        for (DocumentTree each : tree.items()) {
            digests.add(digest(each, bank));
        }
        return digests;
    }

    static Digest digest(DocumentTree tree, HashAlg bank) throws FleetException {
        try {
            return new Digest(bank, tree.text().toLowerCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw tree.complaint(String.valueOf(e.getMessage()));
        }
    }

    static HashAlg bank(DocumentTree tree) throws FleetException {
        return BankName.parse(tree.text()).orElseThrow(() -> tree.complaint("expected sha1, sha256, sha384 or sha512"));
    }

    private static TrustClass trust(DocumentTree tree) throws FleetException {
        String word = tree.text();
        Optional<TrustClass> found = Arrays.stream(TrustClass.values())
                .filter(each -> each.word().equals(word))
                .findFirst();
        return found.orElseThrow(() -> tree.complaint("expected vouched, virtual or hardware"));
    }

    private static Alternative.State state(DocumentTree tree) throws FleetException {
        return switch (tree.text()) {
            case "pending" -> Alternative.State.PENDING;
            case "active" -> Alternative.State.ACTIVE;
            case "retired" -> Alternative.State.RETIRED;
            default -> throw tree.complaint("expected pending, active or retired");
        };
    }

    private static long firmware(DocumentTree tree) throws FleetException {
        if (!tree.text().matches("[0-9a-f]{16}")) {
            throw tree.complaint(
                    "expected the TPM's firmware version as 16 hex digits in quotes, as a verdict shows it");
        }
        return Long.parseUnsignedLong(tree.text(), 16);
    }
}
