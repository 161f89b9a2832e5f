/** What an operator of the admin API has: certificates, tokens of an issuer, and a client. */
@NullMarked
package dev.kekkai.testing.admin;

import org.jspecify.annotations.NullMarked;
