package dev.concord.server.ai;

import dev.concord.ai.Cancellation;
import dev.concord.ai.EditPlan;
import dev.concord.ai.EditPlanner;
import dev.concord.crdt.Document;
import dev.concord.crdt.Operation;
import dev.concord.server.auth.Caller;
import dev.concord.server.config.AiLimits;
import dev.concord.server.refusal.Refusal;
import dev.concord.server.refusal.Refusal.Kind;
import dev.concord.store.AiRun;
import dev.concord.store.AiRuns;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has edits planned, keeps the plans, and carries out what people decide about them. Thread-safe.
 *
 * <p>A plan is kept in the store, pinned to elements, so any instance can apply it. Applying captures a version first, then hands ordinary
 * operations to the room. Their site is named after the run: whoever wrote a text can be told from its ids, and a run whose instance died between
 * applying and saying so is recognised by them.
 */
public final class EditRuns {
    private static final Logger AUDIT = LoggerFactory.getLogger("dev.concord.audit");
    private static final Logger LOG = LoggerFactory.getLogger(EditRuns.class);

    private static final String LABEL = "/ai: ";
    private static final int MAX_LABEL = 200;
    private static final int CONTEXT = 60;
    /** For a room on this instance that has not received yet what the plan was made on. */
    private static final int TRIES = 20;

    private static final long PAUSE_MILLIS = 250;

    private final @Nullable EditPlanner planner;
    private final AiRuns runs;
    private final RoomCopy rooms;
    private final VersionCapture versions;
    private final AiCalls calls;
    private final AiEvents events;
    private final AiLimits limits;
    private final LongSupplier clock;
    private final Supplier<String> names;

    /**
     * No runs yet.
     *
     * @param planner plans; null when no model is configured
     * @param runs keeps plans
     * @param rooms the rooms
     * @param versions captures a room before it is changed
     * @param calls runs and counts
     * @param events is notified of tokens
     * @param limits lengths and times
     * @param clock unix ms
     * @param names unique names, of letters and digits, that cannot be guessed
     */
    public EditRuns(
            @Nullable EditPlanner planner,
            AiRuns runs,
            dev.concord.server.room.RoomDirectory rooms,
            VersionCapture versions,
            AiCalls calls,
            AiEvents events,
            AiLimits limits,
            LongSupplier clock,
            Supplier<String> names) {
        this.planner = planner;
        this.runs = runs;
        this.rooms = new RoomCopy(rooms);
        this.versions = versions;
        this.calls = calls;
        this.events = events;
        this.limits = limits;
        this.clock = clock;
        this.names = names;
    }

    /**
     * Has edits planned. Nothing is changed.
     *
     * @param caller who asks
     * @param roomId what to edit
     * @param instruction what to do
     * @param author a name for people, null for none
     * @param cancellation when nobody waits any more
     * @return completes with the plan, or with a {@link Refusal}
     */
    public CompletableFuture<RunView> plan(
            Caller caller,
            String roomId,
            @Nullable String instruction,
            @Nullable String author,
            Cancellation cancellation) {
        try {
            if (instruction == null || !VisibleText.isIn(instruction)) {
                throw new Refusal(Kind.INVALID, "bad_instruction", "instruction must have a visible character");
            }
            if (instruction.length() > limits.instructionChars()) {
                throw new Refusal(
                        Kind.INVALID,
                        "instruction_too_long",
                        "instruction may have " + limits.instructionChars() + " characters");
            }
            if (author != null && author.length() > limits.authorChars()) {
                throw new Refusal(
                        Kind.INVALID, "bad_author", "author may have " + limits.authorChars() + " characters");
            }
            EditPlanner asked = planner;
            if (asked == null) {
                throw Refusals.notConfigured();
            }
            Refusals.requireWrite(caller, roomId);
            calls.charge(caller.key(), roomId);
            String name = author == null || !VisibleText.isIn(author) ? "somebody" : author.strip();
            return calls.run(
                    "ai",
                    limits.run(),
                    cancellation,
                    () -> planNow(asked, caller, roomId, instruction.strip(), name, cancellation));
        } catch (Refusal refusal) {
            return CompletableFuture.failedFuture(refusal);
        }
    }

    private RunView planNow(
            EditPlanner asked,
            Caller caller,
            String roomId,
            String instruction,
            String author,
            Cancellation cancellation) {
        String id = names.get();
        RoomCopy.Copy copy = rooms.of(roomId, site(id));
        Document document = copy.document();
        EditPlan plan = asked.plan(document.text(), instruction, cancellation);
        cancellation.check();
        PinnedEdits edits = PinnedEdits.of(plan.edits(), document);
        long now = clock.getAsLong();
        String summary =
                plan.summary().isEmpty() && !plan.finished() ? "(stopped before it had finished)" : plan.summary();
        AiRun run = new AiRun(
                id,
                roomId,
                copy.epoch(),
                author,
                instruction,
                summary,
                edits.toJson(),
                AiRun.State.PENDING,
                now,
                now + limits.kept().toMillis());
        if (!runs.add(run)) {
            throw Refusal.noSuchRoom();
        }
        events.aiTokens(plan.usage().inputTokens(), plan.usage().outputTokens());
        AUDIT.atInfo()
                .addKeyValue("room", roomId)
                .addKeyValue("user", caller.key())
                .addKeyValue("author", author)
                .addKeyValue("run", id)
                .addKeyValue("edits", plan.edits().size())
                .addKeyValue("rounds", plan.rounds())
                .addKeyValue("tokens_in", plan.usage().inputTokens())
                .addKeyValue("tokens_out", plan.usage().outputTokens())
                .log("edits were planned");
        return view(run, edits, document, plan.finished());
    }

    /**
     * The runs of a room that wait for a decision, newest first.
     *
     * @param caller who asks
     * @param roomId the room
     * @return completes with the runs, or with a {@link Refusal}
     */
    public CompletableFuture<List<RunView>> pending(Caller caller, String roomId) {
        return calls.decide("runs", () -> {
            requireRead(caller, roomId);
            List<AiRun> waiting = runs.pending(roomId, clock.getAsLong(), limits.waiting());
            if (waiting.isEmpty()) {
                return List.<RunView>of();
            }
            Document document = rooms.of(roomId, "view").document();
            return waiting.stream()
                    .map(run -> view(run, PinnedEdits.fromJson(run.edits()), document, true))
                    .toList();
        });
    }

    /**
     * One run, whatever became of it.
     *
     * @param caller who asks
     * @param roomId its room
     * @param id the run
     * @return completes with the run, or with a {@link Refusal}
     */
    public CompletableFuture<RunView> run(Caller caller, String roomId, String id) {
        return calls.decide("runs", () -> {
            requireRead(caller, roomId);
            AiRun run = runs.find(roomId, id).orElseThrow(Refusals::noSuchRun);
            return view(
                    run,
                    PinnedEdits.fromJson(run.edits()),
                    rooms.of(roomId, "view").document(),
                    true);
        });
    }

    /**
     * Applies a plan: captures a version, then makes its edits in one go. Once only.
     *
     * @param caller who confirms
     * @param roomId its room
     * @param id the run
     * @return completes when the edits are durable, or with a {@link Refusal}: 409 when the plan is stale or decided already
     */
    public CompletableFuture<Decision> apply(Caller caller, String roomId, String id) {
        return calls.decide("apply", () -> {
            Refusals.requireWrite(caller, roomId);
            return applyNow(caller, roomId, id);
        });
    }

    private Decision applyNow(Caller caller, String roomId, String id) {
        AiRun run = runs.find(roomId, id).orElseThrow(Refusals::noSuchRun);
        long now = clock.getAsLong();
        if (!runs.claim(roomId, id, now, now + limits.claim().toMillis())) {
            throw decided(runs.find(roomId, id).orElseThrow(Refusals::noSuchRun), now);
        }
        AiRun.State end = AiRun.State.PENDING;
        try {
            RunApplication application = new RunApplication(rooms, run, site(id), TRIES, PAUSE_MILLIS);
            application.prepare();
            if (application.wasApplied()) {
                end = AiRun.State.APPLIED;
                return application.decision(null, 0);
            }
            Long version = application.isEmpty() ? null : (Long) versions.capture(roomId, label(run), run.author());
            List<Operation> operations = application.apply();
            end = AiRun.State.APPLIED;
            AUDIT.atInfo()
                    .addKeyValue("room", roomId)
                    .addKeyValue("user", caller.key())
                    .addKeyValue("author", run.author())
                    .addKeyValue("run", id)
                    .addKeyValue("version", version)
                    .addKeyValue("ops", String.join(" ", ids(operations)))
                    .log("planned edits were applied");
            return application.decision(version, operations.size());
        } catch (RunApplication.StaleException stale) {
            end = AiRun.State.STALE;
            throw new Refusal(
                    Kind.CONFLICT,
                    "stale",
                    "the text that this run replaces has changed; nothing was applied. Ask again for a new plan");
        } catch (RunApplication.UnknownOutcomeException unknown) {
            // Stays claimed: whoever takes over looks whether the edits are there.
            end = AiRun.State.APPLYING;
            throw new Refusal(
                    Kind.UNAVAILABLE,
                    "outcome_unknown",
                    "the store did not confirm whether the edits are stored; look at the room, and try again in a minute");
        } finally {
            settle(roomId, id, end);
        }
    }

    private void settle(String roomId, String id, AiRun.State end) {
        if (end == AiRun.State.APPLYING) {
            return;
        }
        try {
            runs.move(roomId, id, AiRun.State.APPLYING, end);
        } catch (RuntimeException e) {
            // What was applied is found by its ids, and what was not can be claimed again after a while.
            LOG.atWarn()
                    .addKeyValue("room", roomId)
                    .addKeyValue("run", id)
                    .log("the end of a run could not be stored: {}", e.toString());
        }
    }

    /**
     * Declines a plan; nothing is changed.
     *
     * @param caller who declines
     * @param roomId its room
     * @param id the run
     * @return completes when it is noted, or with a {@link Refusal}: 409 when it is decided already
     */
    public CompletableFuture<Decision> decline(Caller caller, String roomId, String id) {
        return calls.decide("decline", () -> {
            Refusals.requireWrite(caller, roomId);
            if (!runs.move(roomId, id, AiRun.State.PENDING, AiRun.State.DECLINED)) {
                throw decided(runs.find(roomId, id).orElseThrow(Refusals::noSuchRun), clock.getAsLong());
            }
            AUDIT.atInfo()
                    .addKeyValue("room", roomId)
                    .addKeyValue("user", caller.key())
                    .addKeyValue("run", id)
                    .log("planned edits were declined");
            return Decision.declined();
        });
    }

    private static Refusal decided(AiRun run, long now) {
        return switch (run.state()) {
            case APPLIED -> new Refusal(Kind.CONFLICT, "already_applied", "this run has been applied already");
            case DECLINED -> new Refusal(Kind.CONFLICT, "declined", "this run was declined; ask again for a new plan");
            case STALE -> new Refusal(Kind.CONFLICT, "stale", "this run is stale; ask again for a new plan");
            case APPLYING -> new Refusal(Kind.CONFLICT, "being_applied", "this run is being applied");
            case PENDING ->
                run.expiresAt() <= now
                        ? new Refusal(
                                Kind.CONFLICT, "expired", "this run has waited too long; ask again for a new plan")
                        : new Refusal(Kind.CONFLICT, "being_applied", "somebody is deciding on this run at the moment");
        };
    }

    private void requireRead(Caller caller, String roomId) {
        if (!caller.mayRead(roomId)) {
            throw Refusal.noSuchRoom();
        }
    }

    private RunView view(AiRun run, PinnedEdits edits, Document document, boolean finished) {
        boolean waits = run.state() == AiRun.State.PENDING;
        String state = waits && run.expiresAt() <= clock.getAsLong()
                ? "expired"
                : run.state().name().toLowerCase(Locale.ROOT);
        boolean stale =
                run.state() == AiRun.State.STALE || (waits && edits.isKnown(document) && !edits.holds(document));
        List<RunView.Edit> shown = new ArrayList<>();
        for (PinnedEdit edit : edits.list()) {
            int at = edit.offsetIn(document);
            boolean there = waits && at >= 0 && edit.holds(document);
            int end = there ? at + edit.removed().length() : at;
            shown.add(new RunView.Edit(
                    edit.index(),
                    there ? at : -1,
                    edit.removed(),
                    edit.text(),
                    there ? document.text(whole(document, at - CONTEXT), at) : "",
                    there ? document.text(end, whole(document, end + CONTEXT)) : ""));
        }
        return new RunView(
                run.id(),
                state,
                run.author(),
                run.instruction(),
                run.summary(),
                shown,
                stale,
                finished,
                run.createdAt(),
                run.expiresAt());
    }

    private static int whole(Document document, int offset) {
        int inside = Math.max(0, Math.min(document.length(), offset));
        if (inside == 0 || inside == document.length()) {
            return inside;
        }
        return Character.isLowSurrogate(document.text(inside, inside + 1).charAt(0)) ? inside - 1 : inside;
    }

    private static String label(AiRun run) {
        String label = LABEL + run.instruction().replaceAll("\\s+", " ");
        return label.length() <= MAX_LABEL
                ? label
                : label.substring(
                        0, Character.isHighSurrogate(label.charAt(MAX_LABEL - 1)) ? MAX_LABEL - 1 : MAX_LABEL);
    }

    private static List<String> ids(List<Operation> operations) {
        return operations.stream()
                .map(op -> (op instanceof Operation.Delete ? "-" : "+") + op.id() + "/" + op.length())
                .toList();
    }

    private static String site(String runId) {
        return "ai-" + runId;
    }
}
