/** Trials: runs of the real server under hostile conditions that look for one kind of fault. {@code ./concord trial}. */
@org.jspecify.annotations.NullMarked
package dev.concord.bench.trial;
