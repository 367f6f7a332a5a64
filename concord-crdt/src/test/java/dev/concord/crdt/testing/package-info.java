/**
 * Checks for collaborative text, for any implementation: write a {@link dev.concord.crdt.testing.Replica} around yours and hand it to
 * {@link dev.concord.crdt.testing.ReplicaChecks}.
 *
 * <p>Plain Java: no test framework, no other dependency, not even the engine. Everything random comes from seeds.
 */
package dev.concord.crdt.testing;
