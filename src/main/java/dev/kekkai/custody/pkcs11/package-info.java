/**
 * KEKs in a PKCS#11 token. One thread owns one session, and resolves key handles once for it. Threads share a bounded queue of work and the
 * {@link dev.kekkai.custody.pkcs11.TokenLink}, the one way into the module, whose state says whether anybody may go in. What fails climbs the ladder of
 * {@link dev.kekkai.custody.pkcs11.Rung}s: {@link dev.kekkai.custody.pkcs11.Worker} takes a request up it, {@link dev.kekkai.custody.pkcs11.Recovery} brings the
 * token back, {@link dev.kekkai.custody.pkcs11.Watch} writes off threads that do not come out; see docs/decisions/0008. Built on the raw {@code C_}
 * functions of the IAIK wrapper (org.xipki:ipkcs11wrapper), see docs/decisions/0003.
 */
@NullMarked
package dev.kekkai.custody.pkcs11;

import org.jspecify.annotations.NullMarked;
