package dev.kekkai.admin.rest.view;

/** A key of ours that is on the token and not in the store: {@code kekkai key adopt} on the host registers it. */
public record UnregisteredView(int number, String versionId, String mechanism) {}
