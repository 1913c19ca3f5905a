package dev.pluglm.task.data;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;

import org.junit.jupiter.api.Test;

class WithoutTensorsTest {

    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS).importPackages("dev.pluglm");

    @Test
    void scoresAndLabelledDataKnowNoTensorsAndNoModel() {
        noClasses().that().resideInAnyPackage("dev.pluglm.metric..", "dev.pluglm.task.data..").should()
                .dependOnClassesThat().resideInAnyPackage("org.bytedeco..", "dev.pluglm.tensor..", "dev.pluglm.model..",
                        "dev.pluglm.training..").check(CLASSES);
    }

    @Test
    void scoresKnowNothingOfWhereTheirInputsCameFrom() {
        noClasses().that().resideInAPackage("dev.pluglm.metric..").should().dependOnClassesThat()
                .resideInAnyPackage("dev.pluglm.task..", "dev.pluglm.memory..", "dev.pluglm.corpus..").check(CLASSES);
    }
}
