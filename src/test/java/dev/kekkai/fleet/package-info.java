@NullMarked
package dev.kekkai.fleet;

import org.jspecify.annotations.NullMarked;
