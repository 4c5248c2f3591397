package io.sluice.systemtest;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;
import plainsocket.Conformance;
import plainsocket.PlainClient;

/** The conformance suite shares no code with what it tries: a mistake made twice would not be found. */
class IndependenceTest {
    private final JavaClasses suite = new ClassFileImporter().importPackages("plainsocket");

    @Test
    void theSuiteIsFound() {
        assertTrue(suite.contain(Conformance.class));
        assertTrue(suite.contain(PlainClient.class));
    }

    @Test
    void theSuiteUsesTheStandardLibraryAlone() {
        classes()
                .that()
                .resideInAPackage("plainsocket..")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("plainsocket..", "java..")
                .check(suite);
    }
}
