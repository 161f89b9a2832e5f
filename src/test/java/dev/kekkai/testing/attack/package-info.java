/** Attacks on gateways, each a test with a name that says it, to be run against one in this process and one in its own. */
@NullMarked
package dev.kekkai.testing.attack;

import org.jspecify.annotations.NullMarked;
