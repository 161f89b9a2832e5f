/** The one YAML file, read strictly into records. Nothing reads configuration anywhere else. */
@NullMarked
package dev.kekkai.config;

import org.jspecify.annotations.NullMarked;
