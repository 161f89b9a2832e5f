/**
 * Who may use an entity, and what passes between us and the TPM unseen and unchanged (Part 1 §19 to 21): passwords, HMAC sessions and policy
 * sessions salted to a key of the TPM, parameter encryption with AES-128-CFB.
 */
@NullMarked
package dev.kekkai.tpm.session;

import org.jspecify.annotations.NullMarked;
