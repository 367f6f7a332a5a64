package dev.concord.ai.gemini;

import com.google.genai.errors.ApiException;
import dev.concord.ai.AiException;
import dev.concord.ai.Cancellation;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.function.Supplier;
import okhttp3.Interceptor;
import okhttp3.OkHttpClient;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/**
 * Makes the client's blocking calls stoppable, and says what their failures mean. The client runs its interceptors on the thread that calls,
 * which is how a call under way is found.
 */
final class Calls {
    private static final ThreadLocal<@Nullable Running> RUNNING = new ThreadLocal<>();
    private final OkHttpClient http;

    private static final class Running {
        final Cancellation cancellation;
        Cancellation.Registration registration = () -> {};

        Running(Cancellation cancellation) {
            this.cancellation = cancellation;
        }
    }

    Calls(Duration timeout) {
        this.http = new OkHttpClient.Builder()
                .callTimeout(timeout)
                // The call's time-out alone decides; the defaults for parts of it are shorter.
                .connectTimeout(timeout)
                .readTimeout(timeout)
                .writeTimeout(timeout)
                .addInterceptor(Calls::register)
                .build();
    }

    /** The HTTP client to be used for the calls. */
    OkHttpClient http() {
        return http;
    }

    private static Response register(Interceptor.Chain chain) throws IOException {
        Running current = RUNNING.get();
        if (current != null) {
            current.registration = current.cancellation.onCancel(chain.call()::cancel);
        }
        return chain.proceed(chain.request());
    }

    /** Runs one call of the client. */
    <T> T run(String doing, Cancellation cancellation, Supplier<T> call) {
        cancellation.check();
        Running current = new Running(cancellation);
        RUNNING.set(current);
        try {
            return call.get();
        } catch (RuntimeException failure) {
            // A cancelled call fails like one whose connection broke.
            cancellation.check();
            throw meaning(doing, failure);
        } finally {
            RUNNING.remove();
            current.registration.close();
        }
    }

    private static AiException meaning(String doing, RuntimeException failure) {
        if (failure instanceof ApiException answer) {
            // The service's own message may quote the request, and with it a document.
            return new AiException(
                    AiException.Reason.UPSTREAM,
                    "Gemini refused to " + doing + ": HTTP " + answer.code() + " " + answer.status(),
                    null);
        }
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof InterruptedIOException) {
                return new AiException(
                        AiException.Reason.TIMEOUT, "Gemini did not " + doing + " in the time allowed", failure);
            }
        }
        Throwable cause = failure.getCause() == null ? failure : failure.getCause();
        return new AiException(
                AiException.Reason.UPSTREAM,
                "Gemini could not be reached to " + doing + ": "
                        + cause.getClass().getSimpleName(),
                failure);
    }
}
