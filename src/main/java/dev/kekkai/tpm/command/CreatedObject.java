package dev.kekkai.tpm.command;

import dev.kekkai.tpm.structure.PublicArea;

/**
 * An object outside the TPM.
 *
 * @param outPrivate {@code TPM2B_PRIVATE} without its size: encrypted by its parent, of use to nobody else
 */
public record CreatedObject(byte[] outPrivate, PublicArea publicArea) {}
