/**
 * A desktop editor in Swing on {@code concord-client}: what an editor screen of any toolkit has to do. {@link dev.concord.desktop.TextBinding} joins a
 * text component and a session; everything lives on Swing's event thread, which is the session's loop.
 */
@NullMarked
package dev.concord.desktop;

import org.jspecify.annotations.NullMarked;
