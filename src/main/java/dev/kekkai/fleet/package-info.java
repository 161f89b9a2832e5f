/**
 * Which machines may ask for a tenant's keys, and what they are held to: nodes, their groups' policies, what was last seen of each. What grants
 * power follows from the authority chain; the rest is what was observed.
 */
@NullMarked
package dev.kekkai.fleet;

import org.jspecify.annotations.NullMarked;
