package dev.concord.crdt;

import java.util.List;
import net.jqwik.api.lifecycle.AroundTryHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.TryExecutionResult;
import net.jqwik.api.lifecycle.TryExecutor;
import net.jqwik.api.lifecycle.TryLifecycleContext;

/** Checks the invariants of every document that a try of a property made. Registered for all properties in META-INF/services. */
public final class InvariantsAfterEachTry implements AroundTryHook {
    /** Made by the service loader. */
    public InvariantsAfterEachTry() {}

    @Override
    public TryExecutionResult aroundTry(TryLifecycleContext context, TryExecutor aTry, List<Object> parameters) {
        DocumentWatch watch = DocumentWatch.start();
        TryExecutionResult result = aTry.execute(parameters);
        try {
            watch.finish();
        } catch (RuntimeException e) {
            return result.isFalsified() ? result : TryExecutionResult.falsified(e);
        }
        return result;
    }

    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }
}
