package dev.concord.store;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.concord.store", importOptions = ImportOption.DoNotIncludeTests.class)
class ModuleRulesTest {
    private static final String JDBC = "dev.concord.store.jdbc..";

    @ArchTest
    static final ArchRule only_the_jdbc_adapter_knows_databases = noClasses()
            .that()
            .resideOutsideOfPackage(JDBC)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "java.sql..",
                    "javax.sql..",
                    "org.sqlite..",
                    "org.postgresql..",
                    "com.zaxxer.hikari..",
                    "org.flywaydb..");

    @ArchTest
    static final ArchRule the_port_knows_no_adapter = noClasses()
            .that()
            .resideInAPackage("dev.concord.store")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.concord.store.*..");

    @ArchTest
    static final ArchRule adapters_do_not_know_each_other =
            slices().matching("dev.concord.store.(*)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule no_cycles =
            slices().matching("dev.concord.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule the_module_knows_no_other_module = classes()
            .that()
            .resideInAPackage("dev.concord.store..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "java..",
                    "javax.sql..",
                    "dev.concord.store..",
                    "org.slf4j..",
                    "org.jspecify..",
                    "org.sqlite..",
                    "org.postgresql..",
                    "com.zaxxer.hikari..",
                    "org.flywaydb..");

    @ArchTest
    static final ArchRule only_the_default_clock_reads_the_time = noClasses()
            .that()
            .doNotHaveFullyQualifiedName("dev.concord.store.jdbc.SqliteStore")
            .and()
            .doNotHaveFullyQualifiedName("dev.concord.store.jdbc.PostgresStore")
            .should()
            .callMethod(System.class, "currentTimeMillis");
}
