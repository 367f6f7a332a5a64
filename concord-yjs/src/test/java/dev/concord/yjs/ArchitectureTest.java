package dev.concord.yjs;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
    private static final JavaClasses ENGINE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages("dev.concord.yjs");

    @Test
    void theEngineDependsOnTheJdkOnly() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideOutsideOfPackages("java..", "dev.concord.yjs..", "org.jspecify..")
                .check(ENGINE);
    }

    @Test
    void theEngineAndTheProtocolsDoNotKnowEachOther() {
        noClasses()
                .that()
                .resideInAPackage("dev.concord.yjs")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.concord.yjs.protocol")
                .check(ENGINE);
        noClasses()
                .that()
                .resideInAPackage("dev.concord.yjs.protocol")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.concord.yjs")
                .check(ENGINE);
    }

    @Test
    void theEngineKnowsNoClockThreadSocketOrChance() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .haveNameMatching("java\\.(util\\.concurrent|time|net|nio\\.file|util\\.Random|lang\\.Thread).*")
                .orShould()
                .callMethod(System.class, "nanoTime")
                .orShould()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Math.class, "random")
                .check(ENGINE);
    }

    @Test
    void thePublicTypesAreTheReviewedOnes() throws IOException {
        List<String> types = ENGINE.stream()
                .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
                .map(JavaClass::getFullName)
                .filter(name -> !name.endsWith("package-info") && !name.endsWith("module-info"))
                .sorted()
                .toList();
        assertEquals(Files.readAllLines(Path.of("src/test/resources/public-types.txt")), types);
    }
}
