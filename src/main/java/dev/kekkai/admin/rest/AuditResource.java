package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.AuditPage;
import dev.kekkai.audit.AuditSearch;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jspecify.annotations.Nullable;

/** The audit trail of this server, newest first. Reading it is for auditors alone: it says who did what. */
@Path("/api/v1/audit")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed(Roles.AUDITOR)
public class AuditResource {
    private static final Pattern PLACE = Pattern.compile("([0-9]{1,18}):([0-9]{1,18})");

    private final Front front;

    AuditResource(Front front) {
        this.front = front;
    }

    @GET
    @Operation(
            operationId = "searchAudit",
            summary =
                    "Records with exactly these values. A page may be short or empty and still have a next one: each call looks at 1 MiB")
    public AuditPage search(
            @QueryParam("action") @Nullable String action,
            @QueryParam("caller") @Nullable String caller,
            @QueryParam("api") @Nullable String api,
            @QueryParam("outcome") @Nullable String outcome,
            @QueryParam("uid") @Nullable String uid,
            @QueryParam("keyVersion") @Nullable String keyVersion,
            @QueryParam("from") @Nullable String from,
            @QueryParam("to") @Nullable String to,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        Map<String, String> fields = new HashMap<>();
        want(fields, "action", action);
        want(fields, "caller", caller);
        want(fields, "api", api);
        want(fields, "outcome", outcome);
        want(fields, "uid", uid);
        want(fields, "key_version", keyVersion);
        AuditSearch.Wanted wanted = new AuditSearch.Wanted(fields, time("from", from), time("to", to));
        int most = Paging.limit(limit);
        Optional<AuditSearch.Place> before = Optional.ofNullable(cursor).map(AuditResource::place);
        AuditSearch search = front.parts().search();
        AuditSearch.Page page = Work.of(() -> {
            try {
                return search.find(wanted, before, most);
            } catch (IllegalArgumentException e) {
                throw Paging.wrongCursor();
            }
        });
        return new AuditPage(
                page.records(),
                page.before()
                        .map(place -> Paging.encode(place.file() + ":" + place.end()))
                        .orElse(null));
    }

    private static void want(Map<String, String> fields, String name, @Nullable String value) {
        if (value != null) {
            fields.put(name, value);
        }
    }

    /** Two numbers: no cursor can name anything but a place in the trail. */
    private static AuditSearch.Place place(String cursor) {
        Matcher numbers = PLACE.matcher(Paging.decode(cursor));
        if (!numbers.matches()) {
            throw Paging.wrongCursor();
        }
        return new AuditSearch.Place(Long.parseLong(numbers.group(1)), Long.parseLong(numbers.group(2)));
    }

    /** As the trail writes it: with microseconds, whatever the caller left out. */
    private static String time(String name, @Nullable String text) {
        if (text == null) {
            return "";
        }
        try {
            Instant time = Instant.parse(text);
            return "%s.%06dZ"
                    .formatted(
                            Instant.ofEpochSecond(time.getEpochSecond())
                                    .toString()
                                    .replace("Z", ""),
                            time.getNano() / 1000);
        } catch (DateTimeParseException e) {
            throw new ProblemException(
                    ProblemCode.PARAMETER_NOT_UNDERSTOOD,
                    name + " is a time in ISO 8601 and UTC, such as 2026-01-31T12:00:00Z");
        }
    }
}
