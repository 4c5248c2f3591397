package io.sluice.broker;

import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;

/**
 * Holds the table of packages that the documentation calls the architecture: who may use whom.
 *
 * <p>Every rule is a function of a root package. It runs on the product, and on {@code io.sluice.archfixture}, which
 * breaks it on purpose: so a rule that no longer sees anything fails too.
 */
class ArchitectureTest {
    /**
     * Each package, and what it may use beside itself and {@code base}. The rows are ordered: a package uses only rows
     * above its own. A package that does not exist yet does no harm.
     */
    private static final String TABLE = """
            base        |
            message     |
            config      |
            metrics     |
            auth        | config message
            transport   | config metrics
            storage     | config message metrics
            destination | message metrics storage
            delivery    | message metrics transport storage destination
            session     | config message metrics auth transport storage destination delivery
            protocols   | config message metrics transport delivery session
            cluster     | config message metrics storage destination
            admin       | config message metrics auth transport storage destination delivery session cluster
            server      | config message metrics auth transport storage destination delivery session protocols cluster admin
            """;

    private static final Map<String, Set<String>> MAY_USE = parse(TABLE);

    private static final Pattern VAGUE_NAME = Pattern.compile(".*(Impl|Manager|Utils?|Helper)|I\\p{Upper}.*");

    private static final JavaClasses PRODUCT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("io.sluice");

    private static final JavaClasses FIXTURE = new ClassFileImporter().importPackages("io.sluice.archfixture");

    @Test
    void noArrowOfTheTableGoesUp() {
        Set<String> above = new TreeSet<>();
        MAY_USE.forEach((row, uses) -> {
            assertThat(above).as("rows above " + row).containsAll(uses);
            above.add(row);
        });
    }

    @Test
    void packagesUseOnlyWhatTheTableAllows() {
        packagesUseOnlyWhatTheTableAllows("io.sluice.broker").check(PRODUCT);
    }

    @Test
    void forbiddenArrowsAreSeen() {
        assertThat(violations(packagesUseOnlyWhatTheTableAllows("io.sluice.archfixture.broker")))
                .containsExactly(
                        "base may not use server",
                        "protocols.stomp may not use protocols.mqtt",
                        "stray is in no row of the table");
    }

    @Test
    void everyPackageIsNullMarked() {
        packagesAreNullMarked("io.sluice").check(PRODUCT);
    }

    @Test
    void missingNullMarkIsSeen() {
        assertThat(violations(packagesAreNullMarked("io.sluice.archfixture.broker.stray")))
                .containsExactly("io.sluice.archfixture.broker.stray needs a package-info.java with @NullMarked");
    }

    @Test
    void namesSayTheDifference() {
        namesSayTheDifference("io.sluice").check(PRODUCT);
    }

    @Test
    void vagueNamesAreSeen() {
        assertThat(violations(namesSayTheDifference("io.sluice.archfixture")))
                .containsExactly(
                        "ILedger does not say what it is",
                        "LedgerHelper does not say what it is",
                        "LedgerImpl does not say what it is",
                        "LedgerManager does not say what it is",
                        "LedgerUtil does not say what it is",
                        "LedgerUtils does not say what it is");
    }

    private static ArchRule packagesUseOnlyWhatTheTableAllows(String root) {
        return everyClassBelow(root, "use only what the table of packages allows", user -> {
            String from = pathBelow(root, user);
            if (!MAY_USE.containsKey(row(from))) {
                return List.of(from + " is in no row of the table: " + user.getName());
            }
            List<String> forbidden = new ArrayList<>();
            for (Dependency dependency : user.getDirectDependenciesFromSelf()) {
                JavaClass used = dependency.getTargetClass().getBaseComponentType();
                String to = pathBelow(root, used);
                if (isBelow(root, used) && !mayUse(from, to)) {
                    forbidden.add(from + " may not use " + to + ": " + dependency.getDescription());
                }
            }
            return forbidden;
        });
    }

    private static ArchRule packagesAreNullMarked(String root) {
        return everyClassBelow(root, "be in a @NullMarked package", type -> {
            String name = type.getPackageName();
            return type.getPackage().isAnnotatedWith(NullMarked.class)
                    ? List.of()
                    : List.of(name + " needs a package-info.java with @NullMarked: " + type.getName());
        });
    }

    private static ArchRule namesSayTheDifference(String root) {
        return everyClassBelow(root, "have a name of their own", type -> {
            String name = type.getSimpleName();
            return VAGUE_NAME.matcher(name).matches()
                    ? List.of(name + " does not say what it is: " + type.getName())
                    : List.of();
        });
    }

    /** A rule that fails with everything that {@code complaints} returns about the classes below a package. */
    private static ArchRule everyClassBelow(String root, String should, Function<JavaClass, List<String>> complaints) {
        return classes().that().resideInAPackage(root + "..").should(new ArchCondition<>(should) {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                complaints.apply(type).forEach(complaint -> events.add(violated(type, complaint)));
            }
        });
    }

    private static boolean mayUse(String from, String to) {
        if (row(from).equals("protocols") && row(to).equals("protocols")) {
            // Each may use the SPI that they share, and itself with all below; never another protocol.
            return isProtocolsItself(from)
                    || isProtocolsItself(to)
                    || protocol(from).equals(protocol(to));
        }
        return row(from).equals(row(to))
                || row(to).equals("base")
                || MAY_USE.get(row(from)).contains(row(to));
    }

    private static boolean isProtocolsItself(String path) {
        return path.equals("protocols");
    }

    private static String protocol(String path) {
        return path.split("\\.", -1)[1];
    }

    /** The first name of a path: {@code storage} of {@code storage.journal}. */
    private static String row(String path) {
        return path.split("\\.", -1)[0];
    }

    private static boolean isBelow(String root, JavaClass type) {
        return type.getPackageName().equals(root) || type.getPackageName().startsWith(root + ".");
    }

    private static String pathBelow(String root, JavaClass type) {
        String name = type.getPackageName();
        return name.startsWith(root + ".") ? name.substring(root.length() + 1) : name;
    }

    /** What a rule says against the fixture: of each message the part before the colon, sorted, without repetition. */
    private static Set<String> violations(ArchRule rule) {
        Set<String> messages = new TreeSet<>();
        for (String line : rule.evaluate(FIXTURE).getFailureReport().getDetails()) {
            messages.add(line.substring(0, line.indexOf(':')));
        }
        return messages;
    }

    private static Map<String, Set<String>> parse(String table) {
        Map<String, Set<String>> mayUse = new LinkedHashMap<>();
        for (String line : table.lines().toList()) {
            int bar = line.indexOf('|');
            String uses = line.substring(bar + 1).trim();
            mayUse.put(line.substring(0, bar).trim(), uses.isEmpty() ? Set.of() : Set.of(uses.split(" +", -1)));
        }
        return mayUse;
    }
}
