package dev.concord.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

@AnalyzeClasses(packages = "dev.concord.client", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {
    @ArchTest
    static final ArchRule only_the_http_package_needs_java_net_http = noClasses()
            .that()
            .resideOutsideOfPackage("dev.concord.client.http")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("java.net.http..");

    @ArchTest
    static final ArchRule the_session_knows_no_adapter_file_or_thread = noClasses()
            .that()
            .resideInAPackage("dev.concord.client")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.concord.client.*..", "java.nio.file..", "java.nio.channels..", "java.util.concurrent.locks..")
            .orShould()
            .dependOnClassesThat()
            .haveNameMatching("java\\.util\\.concurrent\\.(Executor|Scheduled|CompletableFuture|Thread).*")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(System.class, "currentTimeMillis");

    @ArchTest
    static final ArchRule adapters_do_not_know_each_other =
            slices().matching("dev.concord.client.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule the_module_knows_the_engine_and_the_wire_only = classes()
            .that()
            .resideInAPackage("dev.concord.client..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "dev.concord.client..",
                    "dev.concord.crdt",
                    "dev.concord.wire",
                    "com.fasterxml.jackson.databind..",
                    "org.jspecify..");

    @ArchTest
    static void the_public_types_are_the_reviewed_ones(JavaClasses module) throws IOException {
        List<String> types = module.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getFullName)
                .filter(name -> !name.endsWith("package-info") && !name.endsWith("module-info"))
                .sorted()
                .toList();
        assertEquals(Files.readAllLines(Path.of("src/test/resources/public-types.txt")), types);
    }
}
