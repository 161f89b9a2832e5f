/** The port through which every decision is recorded before it takes effect. */
@NullMarked
package dev.kekkai.audit;

import org.jspecify.annotations.NullMarked;
