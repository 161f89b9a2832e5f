package dev.kekkai.admin.rest;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import dev.kekkai.admin.rest.view.Problem;
import dev.kekkai.audit.AuditException;
import io.quarkus.oidc.OIDCException;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.ForbiddenException;
import io.quarkus.security.UnauthorizedException;
import io.quarkus.security.identity.CurrentIdentityAssociation;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.container.ContainerRequestContext;
import org.jboss.logging.Logger;
import org.jboss.resteasy.reactive.RestResponse;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Turns whatever ended a call into the problem that its caller reads; the only place that does. Refusals are recorded first. */
@Singleton
public class Problems {
    /** The media type of RFC 9457. */
    static final String TYPE = "application/problem+json";

    private static final Logger LOG = Logger.getLogger(Problems.class);

    private final Front front;
    private final CurrentIdentityAssociation association;

    Problems(Front front, CurrentIdentityAssociation association) {
        this.front = front;
        this.association = association;
    }

    static Problem of(ProblemCode code, String detail) {
        return new Problem(
                "urn:kekkai:problem:" + code.word(), code.title(), code.status(), code.word(), detail, code.next());
    }

    private static RestResponse<Problem> answer(ProblemCode code, String detail) {
        RestResponse.ResponseBuilder<Problem> answer = RestResponse.ResponseBuilder.<Problem>create(
                        code.status(), code.title())
                .entity(of(code, detail))
                .type(TYPE);
        switch (code) {
            case NOT_AUTHENTICATED -> answer.header("WWW-Authenticate", "Bearer realm=\"kekkai\"");
            case CREDENTIALS_REFUSED ->
                answer.header("WWW-Authenticate", "Bearer realm=\"kekkai\", error=\"invalid_token\"");
            case STARTING, ISSUER_UNAVAILABLE, HSM_UNAVAILABLE, STORE_UNAVAILABLE, FLEET_NOT_KNOWN ->
                answer.header("Retry-After", "5");
            default -> {}
        }
        return answer.build();
    }

    /** What our own code found wrong. */
    @ServerExceptionMapper
    public RestResponse<Problem> problem(ProblemException e) {
        return answer(e.code(), String.valueOf(e.getMessage()));
    }

    /** Nobody is logged in, and somebody must be. */
    @ServerExceptionMapper
    public Uni<RestResponse<Problem>> unauthorized(UnauthorizedException e, ContainerRequestContext call) {
        return refused(ProblemCode.NOT_AUTHENTICATED, "login", "anonymous", call, "no credentials were sent");
    }

    /** Somebody tried to log in. Why it did not succeed is not told to a stranger, and a token is not repeated anywhere. */
    @ServerExceptionMapper
    public Uni<RestResponse<Problem>> failed(AuthenticationFailedException e, ContainerRequestContext call) {
        return refused(
                ProblemCode.CREDENTIALS_REFUSED,
                "login",
                "anonymous",
                call,
                "the token is not one of the configured issuer for the configured audience, or has expired");
    }

    /** A token came, and the issuer's keys are not to be had. */
    @ServerExceptionMapper
    public RestResponse<Problem> issuerAway(OIDCException e) {
        LOG.warnf("a token could not be checked: %s", e.getMessage());
        return answer(ProblemCode.ISSUER_UNAVAILABLE, "its keys could not be read");
    }

    /** Somebody is logged in, and may not. */
    @ServerExceptionMapper
    public Uni<RestResponse<Problem>> forbidden(ForbiddenException e, ContainerRequestContext call) {
        return association.getDeferredIdentity().onItem().transformToUni(identity -> {
            String has = String.join(", ", identity.getRoles().stream().sorted().toList());
            return refused(
                    ProblemCode.ROLE_MISSING,
                    Verbs.of(call.getMethod(), call.getUriInfo().getPath()),
                    Callers.name(identity),
                    call,
                    has.isEmpty() ? "you have no role here" : "your role is " + has);
        });
    }

    private Uni<RestResponse<Problem>> refused(
            ProblemCode code, String action, String caller, ContainerRequestContext call, String why) {
        String what = call.getMethod() + " " + call.getUriInfo().getPath();
        return Uni.createFrom()
                .item(() -> {
                    try {
                        front.get().logins().refused(action, caller, what + ": " + why);
                        return answer(code, why);
                    } catch (AuditException e) {
                        return answer(ProblemCode.AUDIT_UNWRITABLE, "the refusal could not be recorded");
                    } catch (ProblemException starting) {
                        return problem(starting);
                    }
                })
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    /** A body that is no JSON. */
    @ServerExceptionMapper
    public RestResponse<Problem> json(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        String where = at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
        return answer(
                ProblemCode.BODY_NOT_UNDERSTOOD,
                where
                        + (e instanceof UnrecognizedPropertyException unknown
                                ? "there is no field '" + unknown.getPropertyName() + "'"
                                : "this is not the JSON that is expected there"));
    }

    /** A body that is other JSON; without this the framework would answer it, with nothing. */
    @ServerExceptionMapper
    public RestResponse<Problem> otherJson(MismatchedInputException e) {
        return json(e);
    }

    /** What the framework found wrong: no such path, method, media type. */
    @ServerExceptionMapper
    public RestResponse<Problem> framework(WebApplicationException e) {
        if (e.getCause() instanceof JsonProcessingException json) {
            return json(json);
        }
        int status = e.getResponse().getStatus();
        ProblemCode code =
                switch (status) {
                    case 400 -> ProblemCode.PARAMETER_NOT_UNDERSTOOD;
                    case 404 -> ProblemCode.NO_SUCH_RESOURCE;
                    case 405 -> ProblemCode.METHOD_NOT_ALLOWED;
                    case 406 -> ProblemCode.NOT_ACCEPTABLE;
                    case 413 -> ProblemCode.TOO_LARGE;
                    case 415 -> ProblemCode.UNSUPPORTED_MEDIA_TYPE;
                    default -> ProblemCode.INTERNAL;
                };
        if (code == ProblemCode.INTERNAL) {
            LOG.warnf(e, "an admin API call ended with HTTP %d", status);
        }
        return answer(code, code.title());
    }

    /** A mistake of ours: logged, and nothing of it told. */
    @ServerExceptionMapper
    public RestResponse<Problem> unforeseen(RuntimeException e) {
        LOG.error("an admin API call failed in an unforeseen way", e);
        return answer(ProblemCode.INTERNAL, "the server's log says what");
    }
}
