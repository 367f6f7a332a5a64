package dev.concord.ai;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.concord.ai", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {
    @ArchTest
    static final ArchRule the_ports_know_no_provider_and_no_other_module = classes()
            .that()
            .resideInAPackage("dev.concord.ai")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("java..", "dev.concord.ai", "org.jspecify..");

    @ArchTest
    static final ArchRule the_module_knows_no_other_module = noClasses()
            .that()
            .resideInAPackage("dev.concord.ai..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.concord.crdt..", "dev.concord.wire..", "dev.concord.store..", "dev.concord.server..");

    @ArchTest
    static final ArchRule nobody_reads_the_time = noClasses()
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime");

    @ArchTest
    static final ArchRule no_cycles =
            slices().matching("dev.concord.(**)").should().beFreeOfCycles();
}
