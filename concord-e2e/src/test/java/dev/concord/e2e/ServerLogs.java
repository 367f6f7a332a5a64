package dev.concord.e2e;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.LifecycleMethodExecutionExceptionHandler;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;

/** Prints what the servers of a test class logged when one of its tests fails. */
final class ServerLogs
        implements TestExecutionExceptionHandler, LifecycleMethodExecutionExceptionHandler, AfterAllCallback {
    private static final List<ServerProcess> WATCHED = new CopyOnWriteArrayList<>();

    static void watch(ServerProcess server) {
        WATCHED.add(server);
    }

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        print();
        throw failure;
    }

    @Override
    public void handleBeforeAllMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        print();
        throw failure;
    }

    @Override
    public void handleBeforeEachMethodExecutionException(ExtensionContext context, Throwable failure) throws Throwable {
        print();
        throw failure;
    }

    @Override
    public void afterAll(ExtensionContext context) {
        WATCHED.clear();
    }

    private static void print() {
        WATCHED.forEach(server -> System.out.print(server.log()));
    }
}
