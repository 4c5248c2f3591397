package io.sluice.docker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** What can be said about the files in {@code docker/} without running them. */
class DeploymentFilesTest {
    private static final Path FOLDER = SluiceImage.root().resolve("docker");

    @Test
    void composePublishesOnThisMachineOnly() throws IOException {
        List<String> ports = new ArrayList<>();
        services().values().forEach(service -> ports.addAll(strings(service.get("ports"))));
        assertThat(ports).hasSize(4).allMatch(port -> port.startsWith("127.0.0.1:"));
    }

    @Test
    void composeGivesTheBrokerTimeToDrainAndNothingItDoesNotNeed() throws IOException {
        assertThat(services().get("broker"))
                .containsEntry("stop_grace_period", "20s")
                .containsEntry("read_only", true)
                .containsEntry("cap_drop", List.of("ALL"))
                .containsEntry("security_opt", List.of("no-new-privileges:true"));
    }

    @Test
    void composeMountsFilesThatAreThere() throws IOException {
        List<String> mounted = new ArrayList<>();
        services()
                .values()
                .forEach(service -> strings(service.get("volumes")).stream()
                        .filter(volume -> volume.startsWith("./"))
                        .forEach(volume -> mounted.add(volume.substring(0, volume.indexOf(':')))));
        assertThat(mounted)
                .hasSize(4)
                .allSatisfy(path -> assertThat(FOLDER.resolve(path)).exists());
        assertThat(Files.readString(FOLDER.resolve("prometheus/prometheus.yml")))
                .contains("credentials_file: /run/secrets/admin-token");
    }

    @Test
    void prometheusTakesConfigurationAndRules() throws Exception {
        promtool("check", "config", "--syntax-only", "prometheus.yml");
        promtool("check", "rules", "alerts.yml");
    }

    @Test
    void alertsFireWhenTheyShould() throws Exception {
        promtool("test", "rules", "alerts-test.yml");
    }

    private static void promtool(String... arguments) throws Exception {
        Path folder = FOLDER.resolve("prometheus");
        List<String> command = new ArrayList<>(List.of("promtool"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            System.out.println("SKIPPED promtool " + arguments[0] + " " + arguments[1] + ": no promtool in PATH");
            abort("no promtool");
            return;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Map<String, Object>> services() throws IOException {
        Object compose = new Load(LoadSettings.builder().build())
                .loadFromString(Files.readString(FOLDER.resolve("compose.yaml")));
        return (Map<String, Map<String, Object>>) ((Map<String, Object>) compose).get("services");
    }

    @SuppressWarnings("unchecked")
    private static List<String> strings(Object list) {
        return list == null ? List.of() : (List<String>) list;
    }
}
