package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ConfigPrinterTest {
    @TempDir
    Path directory;

    @Test
    void saysOfEveryKeyWhereItCameFrom() throws IOException {
        Path file = Files.writeString(directory.resolve("s.yaml"), "listen:\n  port: 1\n");
        LoadedConfig loaded = new ConfigLoader()
                .load(
                        file,
                        Map.of("SLUICE_CONF_LOG_LEVEL", "warn"),
                        Map.of("delivery.overflow", "[{pattern: /topic/**, policy: latest}]"));

        assertThat(ConfigPrinter.print(loaded).lines())
                .contains(
                        "  host: 127.0.0.1  # default",
                        "  port: 1  # file " + file + " line 2",
                        "  overflow:  # flag --set",
                        "    - {pattern: \"/topic/**\", policy: latest}",
                        "    max-age: off  # default",
                        "  max: auto  # default",
                        "  level: warn  # environment SLUICE_CONF_LOG_LEVEL");
    }

    @Test
    void everyKeyHasOneLine() {
        LoadedConfig loaded = new ConfigLoader().load(null, Map.of(), Map.of());

        assertThat(ConfigPrinter.print(loaded).lines().filter(line -> line.endsWith("  # default")))
                .hasSize(loaded.origins().size());
    }

    @Test
    void quotesTextThatYamlWouldReadAsSomethingElse() throws IOException {
        for (String text :
                new String[] {"::", "*", "# x", " a ", "null", "~", "a: b", "\"\\", "é\ud83d\ude00", "-", "%"}) {
            BrokerConfig defaults = BrokerConfig.defaults();
            BrokerConfig config = new BrokerConfig(
                    defaults.listen(),
                    defaults.transport(),
                    defaults.connections(),
                    defaults.nativeWire(),
                    defaults.destinations(),
                    defaults.queues(),
                    defaults.sendQueue(),
                    defaults.overflow(),
                    defaults.memory(),
                    defaults.shutdown(),
                    new StatsConfig(text, 1000),
                    defaults.log(),
                    defaults.admin());

            String printed = ConfigPrinter.print(new LoadedConfig(config, Map.of()));

            Path file = Files.writeString(directory.resolve("s.yaml"), printed);
            assertThat(new ConfigLoader().load(file, Map.of(), Map.of()).config())
                    .isEqualTo(config);
        }
    }

    @Test
    void aFileNameCannotBreakOutOfItsComment() throws IOException {
        Path file = Files.writeString(directory.resolve("a\nlog: {level: debug}"), "listen:\n  port: 1\n");

        LoadedConfig loaded = new ConfigLoader().load(file, Map.of(), Map.of());
        Path printed = Files.writeString(directory.resolve("printed.yaml"), ConfigPrinter.print(loaded));

        assertThat(new ConfigLoader().load(printed, Map.of(), Map.of()).config())
                .isEqualTo(loaded.config());
    }
}
