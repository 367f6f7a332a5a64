package dev.concord.server.http;

import dev.concord.server.room.RoomView;
import java.lang.ref.SoftReference;
import java.lang.ref.WeakReference;
import java.util.LinkedHashMap;
import java.util.Map;

/** The JSON of rooms that were asked for last, so that all who ask for the same state of a room share its bytes. Thread-safe. */
final class WrittenViews {
    private static final int KEPT = 64;

    private record Written(WeakReference<RoomView> view, SoftReference<byte[]> json) {}

    private final Map<String, Written> written = new LinkedHashMap<>(KEPT, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Written> eldest) {
            return size() > KEPT;
        }
    };

    /** The JSON of a view; not to be changed. */
    byte[] json(RoomView view) {
        Written known;
        synchronized (written) {
            known = written.get(view.room());
        }
        if (known != null && known.view().refersTo(view)) {
            byte[] json = known.json().get();
            if (json != null) {
                return json;
            }
        }
        byte[] json = Responses.bytes(RoomRoutes.json(view));
        synchronized (written) {
            written.put(view.room(), new Written(new WeakReference<>(view), new SoftReference<>(json)));
        }
        return json;
    }
}
