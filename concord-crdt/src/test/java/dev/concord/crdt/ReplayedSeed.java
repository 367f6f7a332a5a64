package dev.concord.crdt;

import java.util.List;
import net.jqwik.api.lifecycle.AroundTryHook;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.TryExecutionResult;
import net.jqwik.api.lifecycle.TryExecutor;
import net.jqwik.api.lifecycle.TryLifecycleContext;

/**
 * A property takes one seed. When a try fails, the command that runs it again is printed; that command gives the seed in
 * {@code concord.seed}, which then takes the place of those that jqwik draws.
 */
public final class ReplayedSeed implements AroundTryHook {
    private static final String GIVEN = System.getProperty("concord.seed", "");

    /** Made by the service loader. */
    public ReplayedSeed() {}

    @Override
    public TryExecutionResult aroundTry(TryLifecycleContext context, TryExecutor aTry, List<Object> parameters) {
        boolean seeded = parameters.size() == 1 && parameters.get(0) instanceof Long;
        if (!seeded) {
            return aTry.execute(parameters);
        }
        TryExecutionResult result = aTry.execute(GIVEN.isEmpty() ? parameters : List.of(Long.valueOf(GIVEN)));
        if (result.isFalsified()) {
            String test = context.containerClass().getSimpleName() + "#"
                    + context.targetMethod().getName();
            Seeds.printReplay(test, (Long) parameters.get(0));
        }
        return result;
    }

    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    /** Outside of the check of the invariants, so that its failures are replayed as well. */
    @Override
    public int aroundTryProximity() {
        return -20;
    }
}
