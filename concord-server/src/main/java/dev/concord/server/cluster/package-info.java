/**
 * What a server needs of the others that serve the same rooms, as ports: a {@link dev.concord.server.cluster.Bus} that carries hints
 * and may lose them, and a {@link dev.concord.server.cluster.PresenceBoard} on which everybody sees who is where. One server alone uses
 * {@link dev.concord.server.cluster.Cluster#solo()}.
 */
@NullMarked
package dev.concord.server.cluster;

import org.jspecify.annotations.NullMarked;
