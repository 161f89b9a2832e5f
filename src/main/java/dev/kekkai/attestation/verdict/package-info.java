/** What is said about a node: accepted or refused, why, and what was expected where something else was found. */
@NullMarked
package dev.kekkai.attestation.verdict;

import org.jspecify.annotations.NullMarked;
