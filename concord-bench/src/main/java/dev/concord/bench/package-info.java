/** Benchmarks of the engine, each of which checks the text that it ends with. */
@NullMarked
package dev.concord.bench;

import org.jspecify.annotations.NullMarked;
