package io.sluice.broker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.sluice.broker.base.LogLines;
import io.sluice.broker.config.ConfigChange;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.LoadedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the daemon does when it is told to read its configuration again. */
final class DaemonReloadTest {
    @TempDir
    private Path directory;

    private Path file;
    private Broker broker;
    private Statistics statistics;
    private Reload reload;

    @BeforeEach
    void start() throws IOException {
        file = directory.resolve("sluice.yaml");
        write("stats: {file: %s, interval: 100 ms}", "before");
        ConfigSource source =
                new ConfigSource(file, Map.of("SLUICE_CONF_SHUTDOWN_PATIENCE", "1 s"), Map.of("listen.port", "0"));
        LoadedConfig loaded = source.read();
        broker = Broker.start(loaded.config());
        statistics = new Statistics(
                broker, loaded.config().stats(), Statistics.open(loaded.config().stats()));
        reload = new Reload(source, loaded, broker, statistics);
    }

    @AfterEach
    void close() {
        broker.close();
        statistics.finish(broker.counters());
    }

    @Test
    void readsFileVariablesAndFlagsAgainAndTellsEachKeyInALine() throws IOException {
        write(
                "stats: {file: %s, interval: 100 ms}\nshutdown: {patience: 2 s, leave-over: 3 s}\nlisten: {backlog: 7}",
                "before");
        try (LogLines log = LogLines.of("io.sluice.reload")) {
            assertThat(reload.run())
                    .extracting(ConfigChange::key)
                    .containsExactly("listen.backlog", "shutdown.leave-over");
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(0)).contains("listen.backlog: 1024 -> 7 needs a restart");
            assertThat(log.lines().get(1)).contains("shutdown.leave-over: 10 s -> 3 s (live)");
        }
        assertThat(broker.config().shutdown().leaveOverMs()).isEqualTo(3_000);
        assertThat(broker.config().shutdown().patienceMs())
                .as("the variable comes first")
                .isEqualTo(1_000);
        assertThat(reload.loaded().config()).isEqualTo(broker.config());
        assertThat(reload.loaded().origins()).containsEntry("shutdown.leave-over", "file " + file + " line 2");
    }

    @Test
    void theStatisticsGoOnInAnotherFile() throws IOException {
        await().atMost(Duration.ofSeconds(30)).until(() -> lines("before") > 1);
        write("stats: {file: %s, interval: 100 ms}", "after");
        reload.run();
        long before = lines("before");
        await().atMost(Duration.ofSeconds(30)).until(() -> lines("after") > 3);
        assertThat(lines("before")).isEqualTo(before);
    }

    @Test
    void aStatisticsFileThatCannotBeWrittenChangesNothing() throws IOException {
        write("stats: {file: %s, interval: 100 ms}\nconnections: {max: 1}", "no/such/folder");
        int connections = broker.maxConnections();
        try (LogLines log = LogLines.of("io.sluice.reload")) {
            assertThatThrownBy(reload::run).isInstanceOf(ConfigException.class);
            assertThat(log.lines()).hasSize(2);
            assertThat(log.lines().get(0)).contains("stats.file: cannot write the statistics file");
            assertThat(log.lines().get(1)).contains("nothing has changed");
            reload.runLogged();
            assertThat(log.lines()).hasSize(4);
        }
        assertThat(broker.maxConnections()).isEqualTo(connections);
        long before = lines("before");
        await().atMost(Duration.ofSeconds(30)).until(() -> lines("before") > before + 1);
    }

    @Test
    void aRefusedReloadLeavesNoFileOpen() throws IOException {
        write("stats: {file: %s, interval: 100 ms}\nmemory: {max: 1024 GiB}", "after");
        assertThatThrownBy(reload::run).isInstanceOf(ConfigException.class);
        long before = lines("before");
        await().atMost(Duration.ofSeconds(30)).until(() -> lines("before") > before + 1);
        assertThat(lines("after")).isZero();
    }

    private void write(String yaml, String statsFile) throws IOException {
        Files.writeString(file, String.format(yaml, directory.resolve(statsFile)) + "\n");
    }

    private long lines(String statsFile) throws IOException {
        return Files.readAllLines(directory.resolve(statsFile)).size();
    }
}
