package dev.kekkai.admin.rest.view;

/**
 * How a KEK is to be made.
 *
 * @param newKeyring that a new keyring is wanted although the token holds keys of another one
 */
public record CreateOrder(boolean newKeyring) {}
