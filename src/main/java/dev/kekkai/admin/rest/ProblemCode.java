package dev.kekkai.admin.rest;

import java.util.Locale;

/** Every way in which a call can fail. The codes are stable: clients may switch on them. A new one may be added, none is ever renamed. */
enum ProblemCode {
    BODY_NOT_UNDERSTOOD(400, "The body is not what this operation takes", "compare it with the API's description"),
    PARAMETER_NOT_UNDERSTOOD(400, "A parameter is not what this operation takes", "correct it and call again"),
    IDEMPOTENCY_KEY_REQUIRED(
            400,
            "A change needs an Idempotency-Key",
            "send a header Idempotency-Key with a value of your own for each change (a UUID, say), and the same one when you try again"),
    NOT_AUTHENTICATED(
            401, "Nobody is logged in", "send a bearer token of the configured issuer, or a client certificate"),
    CREDENTIALS_REFUSED(
            401,
            "The credentials are not accepted",
            "get a new token from the configured issuer, for the configured audience; the audit trail has this refusal"),
    ROLE_MISSING(
            403,
            "You may not do this",
            "ask for the role that the API's description names, or have somebody do it who has it"),
    OWN_REQUEST(403, "Nobody approves what they asked for", "have somebody else approve it"),
    NO_SUCH_RESOURCE(404, "There is no such thing here", "look at the API's description for what there is"),
    NO_SUCH_KEYRING(404, "There is no such keyring", "list the keyrings"),
    NO_SUCH_VERSION(404, "There is no such key version", "list the versions of the keyring"),
    NO_SUCH_TENANT(404, "There is no such tenant", "list the tenants; tenants.folder has a file for each"),
    NO_SUCH_CLAIM(404, "No such machine waits", "list the claims; one that is enrolled meanwhile is among the nodes"),
    NO_SUCH_NODE(404, "There is no such node", "list the nodes"),
    NO_SUCH_POLICY(404, "There is no such policy", "list the policies"),
    NO_SUCH_APPROVAL(404, "There is no such approval", "list the approvals"),
    FLEET_NOT_SERVED(
            404, "This server has no nodes", "ask a server of the role gateway: standalone serves one node, its own"),
    METHOD_NOT_ALLOWED(405, "This is not done to that", "look at the API's description for what can be done"),
    NOT_ACCEPTABLE(406, "It is not to be had in that form", "accept application/json"),
    REFUSED(409, "What it is about does not allow it", "the detail says what to do instead"),
    APPROVAL_CLOSED(
            409, "This approval was decided, or is void", "get it to see; ask for it anew if it is still wanted"),
    STORE_NOT_BELIEVED(409, "The store is not believed", "see docs/authority.md; on the host: kekkai store reconcile"),
    KEY_NOT_USABLE(409, "A key in the HSM is missing or unsafe", "the detail names it; see docs/failure-modes.md"),
    NOT_MEASURED(
            409,
            "What this node measured is not known, or cannot be compared",
            "let it attest; with a file of its own identity, kekkai policy diff on the host compares too"),
    IDEMPOTENCY_KEY_IN_USE(409, "The same change is under way", "wait, then call again with the same Idempotency-Key"),
    PRECONDITION_FAILED(412, "It has changed since you looked", "get it again, decide again, and send its new ETag"),
    TOO_LARGE(413, "The body is too large", "no operation takes more than 16 KiB"),
    UNSUPPORTED_MEDIA_TYPE(415, "The body is of another type", "send application/json"),
    IDEMPOTENCY_KEY_REUSED(
            422,
            "This Idempotency-Key was used for another change",
            "use a new key for each change, and the old one only to repeat it"),
    TOO_MANY_CHANGES(429, "Too many changes are remembered", "wait an hour; one order can enrol many nodes"),
    TOO_MANY_STREAMS(429, "Too many event streams are open", "close one, or poll the overview"),
    TOO_MANY_CALLS(429, "Too many calls are under way", "call again in a moment"),
    INTERNAL(500, "Something unforeseen went wrong", "the server's log has more; tell us"),
    STARTING(503, "The server does not serve yet, or no more", "call again in a few seconds"),
    ISSUER_UNAVAILABLE(
            503,
            "The configured issuer cannot be reached, so that no token can be checked",
            "see to the issuer; a client certificate, and kekkai on the host, work without it"),
    HSM_UNAVAILABLE(
            503, "The HSM cannot be reached or failed", "the detail says why; it is looked for by itself, call again"),
    STORE_UNAVAILABLE(503, "The store cannot be reached or failed", "call again; see what the detail says"),
    FLEET_NOT_KNOWN(
            503,
            "Nodes and policies are not known, and nobody is let in",
            "see to the database; the detail says what is wrong with it"),
    AUDIT_UNWRITABLE(
            503, "The audit trail cannot be read or written", "see to the disk: what cannot be recorded is not done"),
    DEADLINE(
            504,
            "It took too long",
            "it may still be under way: look before you try again, with the same Idempotency-Key");

    private final int status;
    private final String title;
    private final String next;

    ProblemCode(int status, String title, String next) {
        this.status = status;
        this.title = title;
        this.next = next;
    }

    int status() {
        return status;
    }

    String title() {
        return title;
    }

    String next() {
        return next;
    }

    /** Lower case with hyphens. */
    String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
