/**
 * The admin API: JSON over TLS for operators and consoles elsewhere, {@code /api/v1}. Resources are thin: they ask the services, and say the answer
 * in the records of {@link dev.kekkai.admin.rest.view}. Every operation names the roles that may call it; what names none answers nobody. Errors
 * are problems by RFC 9457, made in one place.
 */
@NullMarked
package dev.kekkai.admin.rest;

import org.jspecify.annotations.NullMarked;
