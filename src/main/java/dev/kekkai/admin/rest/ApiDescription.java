package dev.kekkai.admin.rest;

import jakarta.ws.rs.core.Application;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;

/** What is said of the API as a whole. */
@OpenAPIDefinition(
        info =
                @Info(
                        title = "Kekkai admin API",
                        version = "1",
                        description =
                                "For operators and consoles. Errors are application/problem+json (RFC 9457) with a stable code and what to do next."
                                        + " docs/admin-api.md has the conventions."),
        security = {@SecurityRequirement(name = "bearer"), @SecurityRequirement(name = "certificate")})
@SecurityScheme(
        securitySchemeName = "bearer",
        type = SecuritySchemeType.HTTP,
        scheme = "bearer",
        bearerFormat = "JWT",
        description = "An access token of the configured OpenID Connect issuer")
@SecurityScheme(
        securitySchemeName = "certificate",
        type = SecuritySchemeType.MUTUALTLS,
        description = "A client certificate of the configured authority")
public class ApiDescription extends Application {}
