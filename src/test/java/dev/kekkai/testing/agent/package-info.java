/** Small gateways for tests of the agent: the real wire over real TLS and real verdicts, with a DekService in memory behind them. */
@NullMarked
package dev.kekkai.testing.agent;

import org.jspecify.annotations.NullMarked;
