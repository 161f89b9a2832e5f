/** What the admin API says, as records: their components are the JSON's fields. Times are ISO 8601 in UTC, or null; nothing in them is secret. */
@NullMarked
package dev.kekkai.admin.rest.view;

import org.jspecify.annotations.NullMarked;
