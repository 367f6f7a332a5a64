package dev.concord.server.cluster;

import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;

/**
 * Carries messages between the instances, fast and without a promise: any of them may be lost, come twice or out of order. What must not
 * be lost is found by comparing. Thread-safe; no method blocks.
 */
public interface Bus {
    /**
     * Names this instance.
     *
     * @return unique among all that ever run
     */
    String instance();

    /**
     * Subscribes to a channel, and again by itself after every lost connection. Own messages come as well.
     *
     * @param channel see {@link Channels}
     * @param receiver called on a thread of the bus's own: hand over and return
     */
    void subscribe(String channel, Consumer<byte[]> receiver);

    /**
     * Ends the subscription to a channel.
     *
     * @param channel from {@link #subscribe}
     */
    void unsubscribe(String channel);

    /**
     * Sends to all that are subscribed to a channel; lost when there is no connection just now.
     *
     * @param channel see {@link Channels}
     * @param message not changed afterwards
     * @return how many instances are subscribed, this one included; 0 when the message was lost
     */
    CompletionStage<Long> publish(String channel, byte[] message);

    /**
     * Whether messages have a chance to get through.
     *
     * @return false while there is no connection
     */
    boolean isConnected();

    /**
     * Names what to call after each time that the connection was made, all channels subscribed again.
     *
     * @param listener called on a thread of the bus's own
     */
    void onConnected(Runnable listener);
}
