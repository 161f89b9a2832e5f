/** What this host remembers of the authority chain, as a file in the state folder; and a store as a document. */
@NullMarked
package dev.kekkai.authority.file;

import org.jspecify.annotations.NullMarked;
