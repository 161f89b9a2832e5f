/** JMH micro-benchmarks of what a call passes through; {@code bin/bench --micro} runs them. */
@NullMarked
package dev.kekkai.bench.micro;

import org.jspecify.annotations.NullMarked;
