package dev.concord.crdt;

import java.util.ArrayList;
import java.util.List;

/** Collects operations as objects. */
final class OperationList implements OperationSink {
    private final List<Operation> operations = new ArrayList<>(1);

    @Override
    public void insert(
            String site,
            long counter,
            int length,
            String value,
            String anchorSite,
            long anchorCounter,
            Side anchorSide) {
        ElementId anchor = anchorCounter == 0 ? ElementId.HEAD : new ElementId(anchorSite, anchorCounter);
        operations.add(
                new Operation.Insert(new ElementId(site, counter), new Anchor(anchor, anchorSide), value, length));
    }

    @Override
    public void delete(String site, long counter, int length) {
        operations.add(new Operation.Delete(new ElementId(site, counter), length));
    }

    List<Operation> list() {
        return operations;
    }
}
