package dev.concord.server.config;

/** A setting has a value that cannot be used. The message is one line: the variable, the problem, what is accepted. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    ConfigException(String variable, String problem, String accepted) {
        super(variable + ": " + problem + "; accepted: " + accepted);
    }
}
