/**
 * The ciphertext format: what a wrapped DEK looks like in etcd. Pure functions over bytes; no I/O, no keys, no cryptography.
 *
 * <h2>The bytes of version 1</h2>
 *
 * Lengths in bytes, numbers big-endian and unsigned.
 *
 * <pre>{@code
 *   0        1        2           3              19          20
 *   ┌────────┬────────┬───────────┬──────────────┬───────────┬──────┬──────────────┬───────┐
 *   │ 1      │ layout │ mechanism │ version id   │ iv length │ iv   │ box length   │ box   │   single (layout 1)
 *   │ 1 byte │ 1      │ 1         │ 16           │ 1         │      │ 2            │       │
 *   └────────┴────────┴───────────┴──────────────┴───────────┴──────┴──────────────┴───────┘
 *    ╰──────────── header, 19 ───────────────────╯
 *
 *   ┌─────── as above ─────────────────────────────────────────────────────┬─────────┬──────┐
 *   │ header │ iv length │ iv │ box length │ box (a sealed 32-byte key)    │ leaf iv │ leaf │   batch (layout 2)
 *   │ 19     │ 1         │    │ 2          │                               │ 12      │ rest │
 *   └──────────────────────────────────────────────────────────────────────┴─────────┴──────┘
 *
 *   box AAD  = "kekkai/env/1" ‖ header
 *   leaf     = AES-256-GCM(batch key, leaf iv, DEK, AAD = "kekkai/leaf/1" ‖ everything before the leaf), tag of 16 at its end
 * }</pre>
 *
 * <table>
 *   <caption>Mechanisms. KEK is the version's AES key; MK its second key; LP(x) is a u32 length and x</caption>
 *   <tr><th>code</th><th>iv</th><th>box</th></tr>
 *   <tr><td>1</td><td>12 or 16</td><td>AES-256-GCM(KEK, iv, plaintext, AAD): ciphertext ‖ tag 16</td></tr>
 *   <tr><td>2</td><td>16</td><td>c ‖ HMAC-SHA-256(MK, LP(AAD) ‖ iv ‖ c), c = AES-256-CBC(KEK, iv, PKCS#7(plaintext))</td></tr>
 *   <tr><td>5</td><td>32, the salt</td><td>AES-256-GCM(wk, last 12 bytes of the salt, plaintext, AAD): ciphertext ‖ tag 16, where wk =
 *   TPM2_HMAC(KEK, u32 1 ‖ "kekkai/m5/1" ‖ 0x00 ‖ salt ‖ SHA-256(AAD) ‖ u32 256), SP 800-108r1 §4.1 with one block</td></tr>
 * </table>
 *
 * Codes 3 and 4 are reserved for ever. An IV that the module makes itself stands in the iv field too, so the bytes never depend on the
 * vendor. {@link dev.kekkai.envelope.AssociatedData} has two more domains, for canaries and probes, which have a single's form and never
 * open as a DEK.
 *
 * <p>Sizes for a DEK of 32 bytes: single 82 (mechanism 1 with an IV of 12), 118 (2), 102 (5); batch 142, 178, 162. A box and a leaf
 * have at most 65,535 bytes, a whole envelope at most 65,665. {@link dev.kekkai.envelope.EnvelopeLength} computes them.
 *
 * <h2>Reading</h2>
 *
 * {@link dev.kekkai.envelope.Envelope#parse} is strict: exact lengths, no trailing bytes, nothing unknown. One envelope has one encoding, and
 * parsing and encoding are each other's inverse. What parses is well-formed, not authentic: a leaf ends where the
 * envelope ends, so a batch whose leaf was cut short or made longer parses, and its tag refuses it.
 *
 * <p>What a batch reveals, and why it is as strong as a single: {@code docs/envelope.md}.
 *
 * <h2>The promise</h2>
 *
 * Envelopes lie in etcd and its backups for years. Every later version of Kekkai reads what this one wrote; any change to the bytes, to
 * what is authenticated, or to how a key is derived takes a new first byte, and version 1 stays readable beside it. The vectors in
 * {@code src/test/resources/envelope/v1.json} hold that promise: they were made by code that shares nothing with this package
 * ({@code generate.py} beside them), they are never regenerated, entries are only ever added, and no later version may fail them.
 */
@NullMarked
package dev.kekkai.envelope;

import org.jspecify.annotations.NullMarked;
