package dev.concord.crdt;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What it takes to turn one state of a document into the text of another, by id. Between two elements that are visible in both,
 * what only the present shows is surplus and what only the version shows is missing; where the two read the same, as after a
 * restore of the same version, neither is.
 *
 * @param surplus to be deleted
 * @param missing to be typed again, in document order
 */
record RestorePlan(List<Replacements.Span> surplus, List<Piece> missing) {

    static RestorePlan of(List<Element> present, List<Element> version) {
        Map<ElementId, Integer> places = new HashMap<>(present.size() * 4 / 3 + 1);
        for (int i = 0; i < present.size(); i++) {
            places.put(present.get(i).id(), i);
        }
        RestorePlan plan = new RestorePlan(new ArrayList<>(), new ArrayList<>());
        List<Element> missing = new ArrayList<>();
        int at = 0;
        int last = -1;
        for (Element element : version) {
            if (requireNonNull(element, "element").value() == null) {
                continue;
            }
            Integer place = places.get(element.id());
            if (place == null) {
                throw new InvalidOperationException(
                        "version", "element " + element.id() + " is not in this document; is it a version of another?");
            }
            if (place <= last) {
                throw new InvalidOperationException(
                        "version", "element " + element.id() + " stands elsewhere in this document");
            }
            last = place;
            if (present.get(place).deleted()) {
                missing.add(element);
            } else {
                plan.settle(present.subList(at, place), missing);
                at = place + 1;
            }
        }
        plan.settle(present.subList(at, present.size()), missing);
        return plan;
    }

    private void settle(List<Element> between, List<Element> absent) {
        List<Element> visible =
                between.stream().filter(element -> !element.deleted()).toList();
        if (!text(visible).equals(text(absent))) {
            addRuns(visible, this::addSurplus);
            addRuns(absent, this::addMissing);
        }
        absent.clear();
    }

    private void addSurplus(List<Element> run) {
        ElementId id = run.get(0).id();
        surplus.add(new Replacements.Span(id.site(), id.counter(), run.size()));
    }

    private void addMissing(List<Element> run) {
        ElementId id = run.get(0).id();
        missing.add(new Piece(id.site(), id.counter(), run.size(), text(run)));
    }

    private static void addRuns(List<Element> elements, Consumer<List<Element>> runs) {
        int from = 0;
        for (int i = 1; i <= elements.size(); i++) {
            if (i == elements.size()
                    || !continues(elements.get(i - 1).id(), elements.get(i).id())) {
                runs.accept(elements.subList(from, i));
                from = i;
            }
        }
    }

    private static boolean continues(ElementId first, ElementId next) {
        return next.counter() == first.counter() + 1 && next.site().equals(first.site());
    }

    private static String text(List<Element> elements) {
        StringBuilder text = new StringBuilder();
        elements.forEach(element -> text.append(element.value()));
        return text.toString();
    }
}
