package dev.concord.server.config;

/** A setting has a value that cannot be used. The message is one line: the variable, the problem, what is accepted. */
public final class ConfigException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Names the variable.
     *
     * @param variable its name
     * @param problem what is wrong with its value, without repeating a secret
     * @param accepted what would be right
     */
    public ConfigException(String variable, String problem, String accepted) {
        super(variable + ": " + problem + "; accepted: " + accepted);
    }
}
