package dev.kekkai.admin.rest;

import dev.kekkai.config.AdminApi.Role;

/** The words of {@link Role} as annotations can have them; a test compares them. */
final class Roles {
    static final String VIEWER = "viewer";
    static final String OPERATOR = "operator";
    static final String APPROVER = "approver";
    static final String AUDITOR = "auditor";

    private Roles() {}
}
