/** Copies of audit records for a syslog server. */
@NullMarked
package dev.kekkai.audit.syslog;

import org.jspecify.annotations.NullMarked;
