@NullMarked
package dev.kekkai.approval;

import org.jspecify.annotations.NullMarked;
