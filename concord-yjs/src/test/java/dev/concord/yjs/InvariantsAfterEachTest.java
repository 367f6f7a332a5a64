package dev.concord.yjs;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Checks the invariants of every document that a test made. Registered for all tests in META-INF/services. */
public final class InvariantsAfterEachTest implements BeforeEachCallback, AfterEachCallback {
    private static final ExtensionContext.Namespace NAMESPACE =
            ExtensionContext.Namespace.create(InvariantsAfterEachTest.class);

    /** Made by the service loader. */
    public InvariantsAfterEachTest() {}

    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(NAMESPACE).put(DocumentWatch.class, DocumentWatch.start());
    }

    @Override
    public void afterEach(ExtensionContext context) {
        context.getStore(NAMESPACE)
                .remove(DocumentWatch.class, DocumentWatch.class)
                .finish();
    }
}
