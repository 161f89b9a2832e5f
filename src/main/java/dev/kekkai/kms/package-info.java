/**
 * The Kubernetes KMS API, v2 and v1beta1, on a unix socket: what kube-apiserver calls. Maps protobuf to {@code dev.kekkai.dek} and back,
 * within the limits that the apiserver enforces; no crypto.
 *
 * <p>DEKs arrive and leave as protobuf bytes, which cannot be wiped; that is the one exception to the rule that key bytes live in
 * types that can be destroyed (hence no heap dumps and no swap). The copy that is handed on is a {@code Secret} and is destroyed on every path.
 */
@NullMarked
package dev.kekkai.kms;

import org.jspecify.annotations.NullMarked;
