/** JMH benchmarks of single calls. */
@NullMarked
package dev.concord.bench.micro;

import org.jspecify.annotations.NullMarked;
