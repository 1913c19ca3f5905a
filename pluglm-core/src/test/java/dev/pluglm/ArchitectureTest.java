package dev.pluglm;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.util.List;

/** The house rules that a machine can check: data flows one way, and only the rooms for it know libtorch. */
class ArchitectureTest {

    /** A package imports only what lies before it; packages that are not named here come after all of these. */
    private static final List<String> ROAD =
            List.of("problem", "disk", "tensor", "text", "model", "memory", "checkpoint", "parity");

    private static final List<String> WITHOUT_TENSORS = List.of("problem", "disk", "text", "memory");

    private static JavaClasses classes;

    @BeforeAll
    static void read() {
        classes = new ClassFileImporter().withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                .importPackages("dev.pluglm");
    }

    @Test
    void theClassesOfThisJavaCanBeRead() {
        assertTrue(classes.contain("dev.pluglm.problem.Problem"),
                "ArchUnit read no classes, is it too old for this Java?");
        assertTrue(classes.size() > 10, () -> "only " + classes.size() + " classes were read");
    }

    @Test
    void packagesHaveNoCircles() {
        slices().matching("dev.pluglm.(*)..").should().beFreeOfCycles().check(classes);
    }

    @Test
    void aPackageImportsOnlyWhatLiesBeforeItOnTheRoad() {
        for (int at = 0; at < ROAD.size(); at++) {
            String[] allowed = ROAD.subList(0, at + 1).stream().map(ArchitectureTest::within).toArray(String[]::new);
            noClasses().that().resideInAPackage(within(ROAD.get(at)))
                    .should().dependOnClassesThat(
                            resideInAPackage("dev.pluglm..").and(not(resideInAnyPackage(allowed))))
                    .allowEmptyShould(true).check(classes);
        }
    }

    @Test
    void textAndMemoryKnowNoTensors() {
        for (String room : WITHOUT_TENSORS) {
            noClasses().that().resideInAPackage(within(room))
                    .should().dependOnClassesThat().resideInAPackage("org.bytedeco..")
                    .allowEmptyShould(true).check(classes);
        }
    }

    private static String within(String room) {
        return "dev.pluglm." + room + "..";
    }
}
