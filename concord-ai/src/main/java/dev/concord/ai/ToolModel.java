package dev.concord.ai;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A model that answers by calling tools. Implementations are thread-safe; a {@link Conversation} is one thread's. */
public interface ToolModel {
    /** The type of a tool's argument. */
    enum Type {
        /** A whole number. */
        INTEGER,
        /** A text. */
        STRING
    }

    /**
     * An argument of a tool; every argument is required.
     *
     * @param name as the model writes it
     * @param type what it takes
     * @param description for the model
     */
    record Parameter(String name, Type type, String description) {}

    /**
     * A tool that the model may call.
     *
     * @param name letters and underscores
     * @param description for the model
     * @param parameters in the order in which they are shown
     */
    record Tool(String name, String description, List<Parameter> parameters) {}

    /**
     * A call that the model wants made. Nothing in it has been checked.
     *
     * @param id names the call where the service gives it a name
     * @param name whatever the model wrote
     * @param arguments whatever the model wrote
     */
    record Call(@Nullable String id, String name, Map<String, Object> arguments) {}

    /**
     * The answer to a call.
     *
     * @param call what was called
     * @param response sent back as an object
     */
    record Result(Call call, Map<String, Object> response) {}

    /**
     * What the model said in one turn.
     *
     * @param text its words, possibly empty
     * @param calls the calls it wants made; none when it has finished
     * @param usage what the turn cost
     */
    record Turn(String text, List<Call> calls, Usage usage) {}

    /** One exchange with the model, which remembers all of it. */
    interface Conversation {
        /**
         * The model's next turn.
         *
         * @param results answers to exactly the calls of the last turn, in their order; empty for the first turn
         * @param cancellation ends the call early
         * @return what it said
         * @throws AiException when it said nothing
         */
        Turn next(List<Result> results, Cancellation cancellation);
    }

    /**
     * Begins an exchange; calls nobody yet.
     *
     * @param instructions what the model is and must do, from the program
     * @param tools all that it may call
     * @param message the parts of the first message, from people
     * @return the exchange
     */
    Conversation converse(String instructions, List<Tool> tools, List<String> message);
}
