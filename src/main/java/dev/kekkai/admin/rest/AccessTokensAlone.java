package dev.kekkai.admin.rest;

import io.quarkus.arc.Unremovable;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.consumer.JwtContext;
import org.jose4j.jwt.consumer.Validator;
import org.jose4j.jwx.JsonWebStructure;
import org.jspecify.annotations.Nullable;

/**
 * Takes access tokens and no other that the issuer signs: an ID token names its client as audience, lies in browsers and logs, and says that somebody
 * logged in there, not that they may do anything here. Told apart by the header {@code typ} (RFC 8725, §3.11; RFC 9068, §2.1), by Keycloak's claim
 * {@code typ}, and by claims that only other kinds have (OpenID Connect Core 1.0, §3.1.3.6 and §3.3.2.11; Back-Channel Logout 1.0, §2.4).
 */
@Singleton
@Unremovable
public class AccessTokensAlone implements Validator {
    private static final Set<String> HEADERS = Set.of("jwt", "at+jwt", "application/at+jwt");
    private static final List<String> OF_OTHERS = List.of("at_hash", "c_hash", "s_hash", "events");

    /** Why it is none, or null. */
    @Override
    public @Nullable String validate(JwtContext context) {
        for (JsonWebStructure part : context.getJoseObjects()) {
            String type = part.getHeader("typ");
            if (type != null && !HEADERS.contains(type.toLowerCase(Locale.ROOT))) {
                return "the header's typ is of another kind of token";
            }
        }
        JwtClaims claims = context.getJwtClaims();
        Object type = claims.getClaimValue("typ");
        if (type != null && !(type instanceof String word && word.equalsIgnoreCase("Bearer"))) {
            return "the claim typ is of another kind of token";
        }
        return OF_OTHERS.stream().anyMatch(claims::hasClaim) ? "it has a claim of another kind of token" : null;
    }
}
