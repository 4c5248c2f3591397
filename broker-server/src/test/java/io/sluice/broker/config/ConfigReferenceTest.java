package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Regenerate the file with {@code mvn test -pl broker-server -am -Dtest=ConfigReferenceTest -Dsluice.regenerate}. */
final class ConfigReferenceTest {
    private static final Path FILE = Path.of("..", "config", "sluice.yaml");

    @Test
    void theFileInTheRepositoryIsTheOneGeneratedFromTheKeys() throws IOException {
        if (System.getProperty("sluice.regenerate") != null) {
            Files.writeString(FILE, ConfigReference.text());
        }

        assertThat(Files.readString(FILE))
                .as("config/sluice.yaml; -Dsluice.regenerate writes it anew")
                .isEqualTo(ConfigReference.text());
    }

    @Test
    void holdsEveryKeyOnceWithItsDefault() {
        LoadedConfig loaded = new ConfigLoader().load(FILE, Map.of(), Map.of());

        assertThat(loaded.config()).isEqualTo(BrokerConfig.defaults());
        // A key that stood there twice would not have loaded, one that did not would be a default.
        assertThat(loaded.origins().values()).allMatch(origin -> origin.startsWith("file "));
    }

    @Test
    void holdsTheSentenceAndTheValuesOfEveryKey() {
        String text = unwrapped(ConfigReference.text());

        for (ConfigKey<?> key : ConfigKeys.all()) {
            assertThat(key.sentence()).endsWith(".").doesNotContain("\n");
            assertThat(text).containsOnlyOnce(key.sentence()).contains("Takes " + key.allowed() + ".");
        }
        for (ConfigKey<?> part : OverflowRules.PARTS) {
            assertThat(text).contains(part.name() + ": " + part.sentence() + " Takes " + part.allowed() + ".");
        }
    }

    @Test
    void itsExampleLoads() throws IOException {
        String example = ConfigReference.text()
                .lines()
                .map(line -> line.startsWith("  # overflow:") || line.startsWith("  #   - {")
                        ? line.replaceFirst("# ", "")
                        : line)
                .filter(line -> !line.equals("  overflow: []"))
                .collect(Collectors.joining("\n"));
        Path file = Files.createTempFile("example", ".yaml");
        try {
            Files.writeString(file, example);

            assertThat(new ConfigLoader()
                            .load(file, Map.of(), Map.of())
                            .config()
                            .overflow())
                    .hasSize(3);
        } finally {
            Files.delete(file);
        }
    }

    @Test
    void staysWithinTheWidthOfAPage() {
        assertThat(ConfigReference.text().lines()).allMatch(line -> line.length() <= 110);
    }

    private static String unwrapped(String text) {
        return text.replaceAll("\n *# *", " ");
    }
}
