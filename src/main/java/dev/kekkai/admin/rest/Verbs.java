package dev.kekkai.admin.rest;

/** What a call asks for, as the audit trail names it. */
final class Verbs {
    private static final String POLICY = "/api/v1/tenants/[^/]+/policies/.*";

    private Verbs() {}

    /** For what reads, {@code api.read}; for what changes, the verb that {@code kekkai key}, {@code node} or {@code policy} records. */
    static String of(String method, String path) {
        if (!method.equals("POST")) {
            return "api.read";
        }
        if (path.matches(POLICY)) {
            return "policy.put";
        }
        return switch (path.substring(path.lastIndexOf('/') + 1)) {
            case "nodes" -> "node.enroll";
            case "evict" -> "node.evict";
            case "re-baseline" -> "node.re-baseline";
            case "versions" -> "key.create";
            case "rotations" -> "key.rotate";
            case "retire" -> "key.retire";
            case "disable" -> "key.disable";
            case "enable" -> "key.enable";
            case "destroy" -> "key.destroy";
            case "approve", "reject" -> "approval.decide";
            default -> "api.change";
        };
    }
}
