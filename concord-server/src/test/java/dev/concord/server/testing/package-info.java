/** A real Redis for tests, and a network that can be broken on demand; for the tests of other modules, too. */
package dev.concord.server.testing;
