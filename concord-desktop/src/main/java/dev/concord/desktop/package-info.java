/**
 * A desktop editor in Swing on {@code concord-client}, as an example for editors in any toolkit. {@link dev.concord.desktop.TextBinding}
 * connects a text component with a session; everything runs on Swing's event thread, which is the session's loop.
 */
@NullMarked
package dev.concord.desktop;

import org.jspecify.annotations.NullMarked;
