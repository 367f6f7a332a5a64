package dev.concord.server;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;

/** Which way the dependencies go: crdt ← wire ← server → store. */
@AnalyzeClasses(
        packages = "dev.concord",
        importOptions = {ImportOption.DoNotIncludeTests.class, ArchitectureTest.NoSharedTests.class})
class ArchitectureTest {
    static final class NoSharedTests implements ImportOption {
        @Override
        public boolean includes(Location location) {
            return !location.contains("/dev/concord/testing/");
        }
    }

    private static final String ROOT = "dev.concord.server";
    private static final String ROOM = ROOT + ".room";

    private static DescribedPredicate<JavaClass> oursOutside(String... packages) {
        return JavaClass.Predicates.resideInAPackage("dev.concord..")
                .and(JavaClass.Predicates.resideOutsideOfPackages(packages));
    }

    @ArchTest
    static final ArchRule all_modules_are_looked_at = classes()
            .that(JavaClass.Predicates.simpleName("Document")
                    .or(JavaClass.Predicates.simpleName("WireCodec"))
                    .or(JavaClass.Predicates.simpleName("RoomStore"))
                    .or(JavaClass.Predicates.simpleName("ConcordServer")))
            .should(com.tngtech.archunit.lang.conditions.ArchConditions.containNumberOfElements(
                    DescribedPredicate.equalTo(4)));

    @ArchTest
    static final ArchRule netty_is_for_http_and_ws = noClasses()
            .that()
            .resideOutsideOfPackages(ROOT + ".http..", ROOT + ".ws..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.netty..");

    @ArchTest
    static final ArchRule lettuce_is_the_redis_adapters = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".redis..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.lettuce..", "reactor..");

    @ArchTest
    static final ArchRule redis_knows_the_cluster_ports_only = noClasses()
            .that()
            .resideInAPackage(ROOT + ".redis..")
            .should()
            .dependOnClassesThat(oursOutside(ROOT + ".redis", ROOT + ".cluster"));

    @ArchTest
    static final ArchRule the_cluster_ports_stand_alone = noClasses()
            .that()
            .resideInAPackage(ROOT + ".cluster..")
            .should()
            .dependOnClassesThat(oursOutside(ROOT + ".cluster"));

    @ArchTest
    static final ArchRule micrometer_is_the_metrics = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.micrometer..", "io.prometheus..");

    @ArchTest
    static final ArchRule no_database_in_the_server = noClasses()
            .that()
            .resideInAPackage(ROOT + "..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..", "com.zaxxer..", "org.flywaydb..");

    @ArchTest
    static final ArchRule only_the_root_knows_the_store_adapters = noClasses()
            .that()
            .resideInAPackage(ROOT + ".*..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.concord.store.*..");

    @ArchTest
    static final ArchRule a_room_knows_no_adapter = noClasses()
            .that()
            .resideInAPackage(ROOT + ".room..")
            .should()
            .dependOnClassesThat(oursOutside(
                    ROOM + "..",
                    ROOT + ".auth",
                    ROOT + ".cluster",
                    ROOT + ".config",
                    "dev.concord.crdt",
                    "dev.concord.wire",
                    "dev.concord.store"));

    @ArchTest
    static final ArchRule a_room_knows_its_wings_through_ports_only = noClasses()
            .that()
            .resideInAPackage(ROOM)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOM + ".*..");

    @ArchTest
    static final ArchRule no_wing_of_a_room_knows_another =
            slices().matching(ROOM + ".(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule only_the_peers_speak_to_the_cluster = noClasses()
            .that()
            .resideInAPackage(ROOM + "..")
            .and()
            .resideOutsideOfPackage(ROOM + ".peers")
            .should()
            .dependOnClassesThat()
            .resideInAPackage(ROOT + ".cluster..");

    @ArchTest
    static final ArchRule only_the_root_knows_the_wings_but_for_replay = noClasses()
            .that()
            .resideInAPackage(ROOT + ".*..")
            .and()
            .resideOutsideOfPackage(ROOM + "..")
            .should()
            .dependOnClassesThat(JavaClass.Predicates.resideInAPackage(ROOM + ".*..")
                    .and(DescribedPredicate.not(JavaClass.Predicates.simpleName("Replay"))));

    /** Cycles between packages are not all: within the room's packages no class may need one that needs it. */
    @ArchTest
    static final ArchRule no_cycles_between_the_classes_of_a_room = slices().assignedFrom(new SliceAssignment() {
                @Override
                public SliceIdentifier getIdentifierOf(JavaClass type) {
                    String name = type.getName();
                    int inner = name.indexOf('$');
                    return type.getPackageName().startsWith(ROOM)
                            ? SliceIdentifier.of(inner < 0 ? name : name.substring(0, inner))
                            : SliceIdentifier.ignore();
                }

                @Override
                public String getDescription() {
                    return "the top-level classes of " + ROOM;
                }
            })
            .should()
            .beFreeOfCycles();

    /** These compile a regular expression at each call, on an event loop for each message. */
    @ArchTest
    static final ArchRule no_regular_expression_is_compiled_for_a_message = noClasses()
            .that()
            .resideInAnyPackage(
                    ROOM + "..", ROOT + ".ws..", ROOT + ".redis..", ROOT + ".cluster..", "dev.concord.wire..")
            .should()
            .callMethod(String.class, "matches", String.class)
            .orShould()
            .callMethod(String.class, "replaceAll", String.class, String.class)
            .orShould()
            .callMethod(String.class, "replaceFirst", String.class, String.class)
            .orShould()
            .callMethod(String.class, "split", String.class)
            .orShould()
            .callMethod(java.util.regex.Pattern.class, "matches", String.class, CharSequence.class);

    /** Readers of messages need not know with what they were read. */
    @ArchTest
    static final ArchRule no_json_library_in_the_records_of_the_wire = noClasses()
            .that()
            .resideInAPackage("dev.concord.wire..")
            .and()
            .doNotHaveFullyQualifiedName("dev.concord.wire.WireCodec")
            .and()
            .haveNameNotMatching("dev\\.concord\\.wire\\.WireCodec\\$.*")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.fasterxml..");

    @ArchTest
    static final ArchRule the_codec_shows_no_json_library = methods()
            .that()
            .areDeclaredInClassesThat()
            .resideInAPackage("dev.concord.wire..")
            .and()
            .areDeclaredInClassesThat()
            .arePublic()
            .and()
            .arePublic()
            .should(new ArchCondition<>("have no Jackson type in their signatures") {
                @Override
                public void check(JavaMethod method, ConditionEvents events) {
                    boolean shown = method.getAllInvolvedRawTypes().stream()
                            .anyMatch(type -> type.getPackageName().startsWith("com.fasterxml"));
                    if (shown) {
                        events.add(SimpleConditionEvent.violated(method, method.getFullName()));
                    }
                }
            });

    @ArchTest
    static final ArchRule a_room_asks_its_loop_for_the_time_and_makes_no_threads = noClasses()
            .that()
            .resideInAPackage(ROOT + ".room..")
            .should()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(Thread.class, java.util.concurrent.Executors.class);

    @ArchTest
    static final ArchRule config_stands_alone = noClasses()
            .that()
            .resideInAPackage(ROOT + ".config..")
            .should()
            .dependOnClassesThat(oursOutside(ROOT + ".config"));

    @ArchTest
    static final ArchRule who_may_do_what_knows_nothing_of_what_is_done = noClasses()
            .that()
            .resideInAPackage(ROOT + ".auth..")
            .should()
            .dependOnClassesThat(oursOutside(ROOT + ".auth..", ROOT + ".config", "dev.concord.store"));

    @ArchTest
    static final ArchRule tokens_are_read_in_one_place = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".auth.jwt..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("com.nimbusds..");

    @ArchTest
    static final ArchRule metrics_know_what_they_count_only = noClasses()
            .that()
            .resideInAPackage(ROOT + ".metrics..")
            .should()
            .dependOnClassesThat(oursOutside(ROOT + ".metrics", ROOT + ".room", ROOT + ".ai", "dev.concord.wire"));

    @ArchTest
    static final ArchRule history_knows_rooms_and_the_store_port_only = noClasses()
            .that()
            .resideInAPackage(ROOT + ".history..")
            .should()
            .dependOnClassesThat(oursOutside(
                    ROOT + ".history",
                    ROOT + ".refusal",
                    ROOM + "..",
                    ROOT + ".config",
                    "dev.concord.crdt",
                    "dev.concord.store"));

    @ArchTest
    static final ArchRule a_websocket_starts_from_a_checked_request = noClasses()
            .that()
            .resideInAPackage(ROOT + ".ws..")
            .should()
            .dependOnClassesThat(oursOutside(
                    ROOT + ".ws",
                    ROOT + ".auth",
                    ROOT + ".input",
                    ROOT + ".room",
                    ROOT + ".config",
                    "dev.concord.crdt",
                    "dev.concord.wire"));

    @ArchTest
    static final ArchRule http_does_not_know_the_root_the_metrics_or_the_store = noClasses()
            .that()
            .resideInAPackage(ROOT + ".http..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(ROOT, ROOT + ".metrics..", "dev.concord.store..");

    @ArchTest
    static final ArchRule refusals_know_nothing_of_how_they_travel = noClasses()
            .that()
            .resideInAPackage(ROOT + ".refusal..")
            .should()
            .dependOnClassesThat(oursOutside(ROOT + ".refusal", ROOT + ".room"));

    @ArchTest
    static final ArchRule models_are_asked_through_ports = noClasses()
            .that()
            .resideInAPackage(ROOT + ".*..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.concord.ai.*..", "com.google.genai..", "dev.langchain4j..");

    @ArchTest
    static final ArchRule what_asks_models_knows_no_transport = noClasses()
            .that()
            .resideInAnyPackage(ROOT + ".ai..", ROOT + ".search..")
            .should()
            .dependOnClassesThat(oursOutside(
                    ROOT + ".ai",
                    ROOT + ".search",
                    ROOT + ".auth",
                    ROOT + ".refusal",
                    ROOT + ".room",
                    ROOT + ".config",
                    "dev.concord.ai",
                    "dev.concord.crdt",
                    "dev.concord.store"));

    @ArchTest
    static final ArchRule the_models_know_no_other_module = noClasses()
            .that()
            .resideInAPackage("dev.concord.ai..")
            .should()
            .dependOnClassesThat(oursOutside("dev.concord.ai.."));

    @ArchTest
    static final ArchRule the_engine_knows_no_other_module = noClasses()
            .that()
            .resideInAPackage("dev.concord.crdt..")
            .should()
            .dependOnClassesThat(oursOutside("dev.concord.crdt.."));

    @ArchTest
    static final ArchRule the_wire_knows_the_engine_only = noClasses()
            .that()
            .resideInAPackage("dev.concord.wire..")
            .should()
            .dependOnClassesThat(oursOutside("dev.concord.wire..", "dev.concord.crdt.."));

    @ArchTest
    static final ArchRule the_store_knows_no_other_module = noClasses()
            .that()
            .resideInAPackage("dev.concord.store..")
            .should()
            .dependOnClassesThat(oursOutside("dev.concord.store.."));

    @ArchTest
    static final ArchRule no_cycles =
            slices().matching("dev.concord.(**)").should().beFreeOfCycles();
}
