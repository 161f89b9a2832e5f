/** The store in SQL, in the subset that SQLite and PostgreSQL share. No SQL anywhere else. */
@NullMarked
package dev.kekkai.store.sql;

import org.jspecify.annotations.NullMarked;
