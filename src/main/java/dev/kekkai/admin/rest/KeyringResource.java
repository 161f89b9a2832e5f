package dev.kekkai.admin.rest;

import dev.kekkai.admin.rest.view.KeyringPage;
import dev.kekkai.admin.rest.view.KeyringSummary;
import dev.kekkai.admin.rest.view.RotationPage;
import dev.kekkai.admin.rest.view.RotationView;
import dev.kekkai.admin.rest.view.VersionPage;
import dev.kekkai.admin.rest.view.VersionView;
import dev.kekkai.keyring.KeyringView;
import dev.kekkai.keyring.Snapshot;
import dev.kekkai.store.StoredVersion;
import jakarta.annotation.security.RolesAllowed;
import jakarta.ws.rs.DefaultValue;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import java.time.Instant;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.jboss.resteasy.reactive.RestResponse;
import org.jspecify.annotations.Nullable;

/** Keyrings, their versions and the rotations to them, as they are. */
@Path("/api/v1/keyrings")
@Produces(MediaType.APPLICATION_JSON)
@RolesAllowed({Roles.VIEWER, Roles.OPERATOR, Roles.APPROVER, Roles.AUDITOR})
public class KeyringResource {
    private final Front front;

    KeyringResource(Front front) {
        this.front = front;
    }

    @GET
    @Operation(operationId = "listKeyrings", summary = "The keyrings that this server has in service")
    public KeyringPage list(
            @QueryParam("cursor") @Nullable String cursor, @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        Instant now = Instant.now();
        List<KeyringSummary> all = Keyrings.all(front.parts()).stream()
                .map(keyring -> Views.keyring(keyring.snapshot(), now))
                .toList();
        Paging.Page<KeyringSummary> page = Paging.of(all, KeyringSummary::tenant, cursor, limit);
        return new KeyringPage(page.items(), page.next());
    }

    @GET
    @Path("/{keyring}")
    @Operation(
            operationId = "getKeyring",
            summary = "One keyring as it is in service, from memory; its ETag goes into If-Match of a change")
    public RestResponse<KeyringSummary> get(@PathParam("keyring") String keyring) {
        Snapshot snapshot = Keyrings.served(front.parts(), keyring).snapshot();
        return RestResponse.ResponseBuilder.ok(Views.keyring(snapshot, Instant.now()))
                .header(HttpHeaders.ETAG, Keyrings.tag(Keyrings.byNumber(snapshot)))
                .build();
    }

    @GET
    @Path("/{keyring}/versions")
    @Operation(
            operationId = "listVersions",
            summary = "Its versions as they are stored, and what the token holds besides")
    public RestResponse<VersionPage> versions(
            @PathParam("keyring") String keyring,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        KeyringView view = Keyrings.view(front.parts(), keyring);
        Paging.Page<StoredVersion> page = Paging.of(view.versions(), KeyringResource::place, cursor, limit);
        VersionPage answer = new VersionPage(
                page.items().stream().map(Views::of).toList(),
                cursor == null ? view.unregistered().stream().map(Views::of).toList() : List.of(),
                view.problem(),
                page.next());
        return RestResponse.ResponseBuilder.ok(answer)
                .header(HttpHeaders.ETAG, Keyrings.tag(view.versions()))
                .build();
    }

    @GET
    @Path("/{keyring}/versions/{version}")
    @Operation(operationId = "getVersion", summary = "One version, by its number or version id")
    public RestResponse<VersionView> version(
            @PathParam("keyring") String keyring, @PathParam("version") String version) {
        KeyringView view = Keyrings.view(front.parts(), keyring);
        return RestResponse.ResponseBuilder.ok(Views.of(Keyrings.version(view, version)))
                .header(HttpHeaders.ETAG, Keyrings.tag(view.versions()))
                .build();
    }

    @GET
    @Path("/{keyring}/rotations")
    @Operation(operationId = "listRotations", summary = "The rotations to its versions, and how far they are")
    public RotationPage rotations(
            @PathParam("keyring") String keyring,
            @QueryParam("cursor") @Nullable String cursor,
            @QueryParam("limit") @DefaultValue(Paging.LIMIT) int limit) {
        KeyringView view = Keyrings.view(front.parts(), keyring);
        Instant now = Instant.now();
        Paging.Page<StoredVersion> page = Paging.of(view.versions(), KeyringResource::place, cursor, limit);
        return new RotationPage(
                page.items().stream()
                        .map(version -> Views.rotation(version, view.versions(), now))
                        .toList(),
                page.next());
    }

    @GET
    @Path("/{keyring}/rotations/{version}")
    @Operation(operationId = "getRotation", summary = "How far the rotation to a version is")
    public RotationView rotation(@PathParam("keyring") String keyring, @PathParam("version") String version) {
        KeyringView view = Keyrings.view(front.parts(), keyring);
        return Views.rotation(Keyrings.version(view, version), view.versions(), Instant.now());
    }

    /** Text in the order of the numbers. */
    private static String place(StoredVersion version) {
        return "%010d".formatted(version.kek().number());
    }
}
