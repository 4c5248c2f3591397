package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code bin/sluice} with JDKs that only print how they were called, and a Maven that only counts its runs. */
@DisabledOnOs(OS.WINDOWS)
@Timeout(120)
final class LauncherTest {
    private static final Path SCRIPT = Path.of("..", "bin", "sluice");
    private static final int NEWER_THAN_ANY = 9_000;

    @TempDir
    private Path temporary;

    private Path home;
    private final Map<String, String> environment = new TreeMap<>();

    @BeforeEach
    void copyScript() throws IOException {
        home = Files.createDirectories(temporary.resolve("folder with blanks"));
        Files.createDirectory(home.resolve("bin"));
        Files.copy(SCRIPT, home.resolve("bin/sluice"));
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("HOME", temporary.toString());
    }

    @Test
    void startsAToolWithAllItsArguments() throws Exception {
        installed();
        Path jdk = jdk("17.0.15");
        environment.put("SLUICE_JAVA_HOME", jdk.toString());

        Result result = run(script(), "send", "-m", "two words", "", "*");

        assertThat(result.exitCode).isEqualTo(7);
        assertThat(result.err).isEmpty();
        assertThat(result.lines())
                .contains("-XX:TieredStopAtLevel=1", "-cp", home.toRealPath().resolve("lib") + "/*")
                .endsWith("io.sluice.cli.SluiceCli", "send", "-m", "two words", "", "*");
    }

    @Test
    void startsTheBrokerWithItsMemory() throws Exception {
        installed();
        environment.put("SLUICE_JAVA_HOME", jdk("17.0.15").toString());

        Result result = run(script(), "broker", "--config", "my file.yaml");

        assertThat(result.lines())
                .contains("-Xmx512m", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError")
                .anyMatch(line -> line.matches("-XX:MaxDirectMemorySize=\\d+m"))
                .endsWith("io.sluice.broker.server.BrokerMain", "--config", "my file.yaml");
    }

    @Test
    void optionsOfTheUserComeLastAndMayNameAnotherCollector() throws Exception {
        installed();
        environment.put("SLUICE_JAVA_HOME", jdk("17.0.15").toString());
        environment.put("SLUICE_JAVA_OPTS", "-Xmx1g  -XX:+UseZGC -Da=*");

        List<String> lines = run(script(), "broker").lines();

        assertThat(lines).doesNotContain("-XX:+UseSerialGC");
        assertThat(lines.subList(lines.indexOf("-Xmx512m") + 1, lines.indexOf("-cp")))
                .endsWith("-Xmx1g", "-XX:+UseZGC", "-Da=*");
    }

    @Test
    void newerJdksAreToldNotToWarn() throws Exception {
        installed();
        environment.put("SLUICE_JAVA_HOME", jdk("21.0.1").toString());
        assertThat(run(script(), "listen").out)
                .doesNotContain("--enable-native")
                .doesNotContain("--sun-misc");

        environment.put("SLUICE_JAVA_HOME", jdk("22").toString());
        assertThat(run(script(), "listen").out)
                .contains("--enable-native-access")
                .doesNotContain("--sun-misc");

        environment.put("SLUICE_JAVA_HOME", jdk("25-ea").toString());
        assertThat(run(script(), "listen").lines())
                .contains("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow");
    }

    @Test
    void javaHomeThatIsTooOldIsSkippedWithOneLine() throws Exception {
        installed();
        Path old = jdk("1.8.0_402");
        Path newest = jdk(NEWER_THAN_ANY + ".0.1");
        jdk("17.0.2");
        environment.put("JAVA_HOME", old.toString());
        environment.put("PATH", newest.resolve("bin") + ":" + environment.get("PATH"));

        Result result = run(script(), "version");

        assertThat(result.err)
                .isEqualTo("sluice: JAVA_HOME=" + old + " is Java 1.8.0_402, 17 or newer is needed: skipped\n");
        assertThat(result.out)
                .contains("Java " + NEWER_THAN_ANY + ".0.1 in " + newest.toRealPath() + ": the newest of ");
    }

    @Test
    void javaHomeGoesBeforeANewerJdk() throws Exception {
        installed();
        Path chosen = jdk("17.0.15");
        environment.put("JAVA_HOME", chosen.toString());
        environment.put("PATH", jdk(NEWER_THAN_ANY + "").resolve("bin") + ":" + environment.get("PATH"));

        assertThat(run(script(), "version").out).contains("Java 17.0.15 in " + chosen + ": named by JAVA_HOME");
    }

    @Test
    void ofTwoJdksInThePathTheNewerIsTaken() throws Exception {
        installed();
        String older = jdk(NEWER_THAN_ANY + ".0.9").resolve("bin").toString();
        String newer = jdk(NEWER_THAN_ANY + ".0.10").resolve("bin").toString();
        environment.put("PATH", older + ":" + newer + ":" + environment.get("PATH"));

        assertThat(run(script(), "version").out).contains("Java " + NEWER_THAN_ANY + ".0.10 in ");
    }

    @Test
    void aWrongSluiceJavaHomeIsAnError() throws Exception {
        installed();
        environment.put("SLUICE_JAVA_HOME", "/nowhere");

        Result result = run(script(), "listen");

        assertThat(result.exitCode).isEqualTo(1);
        assertThat(result.err).isEqualTo("sluice: SLUICE_JAVA_HOME=/nowhere has no bin/java\n");
    }

    @Test
    void isFoundThroughSymbolicLinks() throws Exception {
        installed();
        environment.put("SLUICE_JAVA_HOME", jdk("17").toString());
        Path other = Files.createDirectory(temporary.resolve("elsewhere"));
        Files.createSymbolicLink(other.resolve("absolute"), script());
        Files.createSymbolicLink(other.resolve("relative"), Path.of("absolute"));

        assertThat(run(other.resolve("relative"), "listen").lines())
                .contains(home.toRealPath().resolve("lib") + "/*");
    }

    @Test
    void aCheckoutIsBuiltOnFirstUseAndAfterChangesOnly() throws Exception {
        checkout();
        Result first = run(script(), "listen");
        assertThat(first.err).isEqualTo("sluice: building (first use)…\n");
        assertThat(first.lines()).contains(home.toRealPath().resolve("dist/target/sluice/lib") + "/*");

        assertThat(run(script(), "listen").err).isEmpty();

        Files.setLastModifiedTime(
                home.resolve("cli/src/Main.java"), FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(run(script(), "listen").err).isEqualTo("sluice: building (cli/src/Main.java has changed)…\n");
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void severalStartsAtOnceBuildOnce() throws Exception {
        checkout();
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(script(), "listen"));
        }
        for (Process process : processes) {
            assertThat(resultOf(process).exitCode).isEqualTo(7);
        }
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void theLockOfADeadProcessIsBroken() throws Exception {
        checkout();
        Process dead = new ProcessBuilder("true").start();
        assertThat(dead.waitFor(20, TimeUnit.SECONDS)).isTrue();
        Path lock = Files.createDirectories(home.resolve("dist/target/sluice.lock"));
        Files.writeString(lock.resolve("pid"), dead.pid() + "\n");

        assertThat(run(script(), "listen").exitCode).isEqualTo(7);
        assertThat(lock).doesNotExist();
    }

    @Test
    void aBuildThatFailsLeavesNothingBehind() throws Exception {
        checkout();
        Files.createFile(home.resolve("fail"));
        Result failed = run(script(), "listen");
        assertThat(failed.exitCode).isEqualTo(1);
        assertThat(failed.out).isEmpty();
        assertThat(failed.err).contains("the build failed");
        assertThat(home.resolve("dist/target/sluice.lock")).doesNotExist();

        Files.delete(home.resolve("fail"));
        assertThat(run(script(), "listen").exitCode).isEqualTo(7);
    }

    @ParameterizedTest
    @CsvSource({
        // Version 2, seen from within a container: the group's own limit is at the mount.
        "0::/, sys/fs/cgroup/memory.max, 1073741824, 1073741824",
        "0::/, sys/fs/cgroup/memory.max, max, 8589934592",
        // A path that the container cannot see.
        "0::/../outside, sys/fs/cgroup/memory.max, 1073741824, 1073741824",
        "0::/a/b, sys/fs/cgroup/a/memory.max, 1073741824, 1073741824",
        "4:memory:/a/b, sys/fs/cgroup/memory/a/memory.limit_in_bytes, 1073741824, 1073741824",
        "'4:cpu,memory:/a', sys/fs/cgroup/memory/memory.limit_in_bytes, 1073741824, 1073741824",
        "4:memory:/, sys/fs/cgroup/memory/memory.limit_in_bytes, 9223372036854771712, 8589934592",
        // Another controller says nothing about memory.
        "4:cpu:/, sys/fs/cgroup/memory/memory.limit_in_bytes, 1073741824, 8589934592",
    })
    void theMemoryLimitIsTheContainersOrTheMachines(String group, String file, String content, long expected)
            throws Exception {
        Path root = temporary.resolve("root");
        Files.createDirectories(root.resolve("proc/self"));
        Files.writeString(root.resolve("proc/meminfo"), "MemFree: 1 kB\nMemTotal:        8388608 kB\nCached: 2 kB\n");
        Files.writeString(root.resolve("proc/self/cgroup"), "9:name=systemd:/x\n" + group + "\n");
        Files.createDirectories(root.resolve(file).getParent());
        Files.writeString(root.resolve(file), content + "\n");

        assertThat(ofFunction("memory_limit '" + root + "'; echo $limit")).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"134217728, 256", "1073741824, 819", "68719476736, 6144"})
    void directMemoryIsFourFifthsOfTheLimitWithinBounds(long limitBytes, long expectedMib) throws Exception {
        assertThat(ofFunction("memory_limit() { limit=" + limitBytes + "; }; broker_memory; echo $direct_mib"))
                .isEqualTo(expectedMib);
    }

    private long ofFunction(String commands) throws Exception {
        return Long.parseLong(run(Path.of("bash"), "-c", ". '" + script() + "'; " + commands)
                .out
                .strip());
    }

    private void installed() throws IOException {
        Files.createDirectory(home.resolve("lib"));
    }

    private void checkout() throws IOException {
        Files.createFile(home.resolve("pom.xml"));
        Files.createDirectories(home.resolve("cli/src"));
        Files.createFile(home.resolve("cli/src/Main.java"));
        Path tools = Files.createDirectory(temporary.resolve("tools"));
        executable(tools.resolve("mvn"), "echo run >>builds; [ ! -f fail ] || exit 1; mkdir -p dist/target/sluice/lib");
        environment.put("SLUICE_JAVA_HOME", jdk("17.0.15").toString());
        environment.put("PATH", tools + ":" + environment.get("PATH"));
    }

    private int builds() throws IOException {
        return Files.readAllLines(home.resolve("builds")).size();
    }

    private Path jdk(String version) throws IOException {
        Path jdk = temporary.resolve("jdk " + version);
        Files.createDirectories(jdk.resolve("bin"));
        Files.writeString(jdk.resolve("release"), "IMPLEMENTOR=\"Nobody\"\nJAVA_VERSION=\"" + version + "\"\n");
        executable(jdk.resolve("bin/java"), "printf '%s\\n' \"$@\"; exit 7");
        return jdk;
    }

    private static void executable(Path file, String body) throws IOException {
        Files.writeString(file, "#!/bin/sh\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private Path script() {
        return home.resolve("bin/sluice");
    }

    private Result run(Path script, String... arguments) throws Exception {
        return resultOf(start(script, arguments));
    }

    private Process start(Path script, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(temporary.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    private static Result resultOf(Process process) throws Exception {
        // Both streams hold little, so that neither blocks while the other is read.
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, err);
    }

    private record Result(int exitCode, String out, String err) {
        List<String> lines() {
            return List.of(out.split("\n", -1)).subList(0, out.split("\n", -1).length - 1);
        }
    }
}
