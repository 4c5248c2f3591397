package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import org.junit.jupiter.api.AfterEach;
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
        environment.put("SLUICE_ARCHIVES", "off");
    }

    @Test
    void startsAToolWithAllItsArguments() throws Exception {
        installed();
        Path jdk = jdk("17.0.15");
        environment.put("SLUICE_JAVA_HOME", jdk.toString());

        Result result = run(script(), "send", "-m", "two words", "", "*");

        assertThat(result.exitCode).isEqualTo(7);
        assertThat(result.err).isEmpty();
        assertThat(result.out).doesNotContain("terminal");
        assertThat(result.lines())
                .contains(
                        "-XX:TieredStopAtLevel=1", "-Dpicocli.ansi=false", "-cp", jar("sluice-broker-client-cli-1.jar"))
                .endsWith("io.sluice.cli.SluiceCli", "send", "-m", "two words", "", "*");
    }

    @Test
    void aClosedStandardInputIsAnEmptyOne() throws Exception {
        installed();
        Path jdk = jdk("17.0.15");
        executable(jdk.resolve("bin/java"), "readlink /proc/self/fd/0");
        environment.put("SLUICE_JAVA_HOME", jdk.toString());

        Result result = run(Path.of("bash"), "-c", "\"$0\" send -l <&-", script().toString());

        assertThat(result.out).isEqualTo("/dev/null\n");
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
    void startsTheLoadTestWithAMemoryThatDoesNotFollowTheMachine() throws Exception {
        installed("sluice-load-test-1.jar", "logback-classic-1.5.jar", "netty-transport-native-epoll-4.2-linux.jar");
        environment.put("SLUICE_JAVA_HOME", jdk("25").toString());

        Result result = run(script(), "load-test", "fan-out", "--size", "1 KiB");

        assertThat(result.exitCode).isEqualTo(7);
        assertThat(result.lines())
                .contains("-Xms512m", "-Xmx1g", "-XX:MaxDirectMemorySize=2g", "-XX:+UseSerialGC")
                .contains("-Dsluice.home=" + home.toRealPath())
                .contains("--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow")
                .contains(jar("netty-transport-native-epoll-4.2-linux.jar") + ":" + jar("sluice-load-test-1.jar"))
                .endsWith("io.sluice.loadtest.LoadTest", "fan-out", "--size", "1 KiB");
        assertThat(run(script(), "help", "load-test").lines()).endsWith("io.sluice.loadtest.LoadTest", "--help");
        assertThat(run(script(), "help", "load-test", "queue").lines())
                .endsWith("io.sluice.loadtest.LoadTest", "queue", "--help");
        assertThat(run(script(), "broker").out + run(script(), "listen").out).doesNotContain("sluice-load-test");
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

        assertThat(run(other.resolve("relative"), "listen").lines()).contains(jar("sluice-broker-client-cli-1.jar"));
    }

    @Test
    void aCheckoutIsBuiltOnFirstUseAndAfterChangesOnly() throws Exception {
        checkout();
        Result first = run(script(), "listen");
        assertThat(first.err).startsWith("sluice: building (first use)…\n");
        assertThat(first.lines()).contains(home.toRealPath().resolve("dist/target/sluice/lib") + "/a.jar");

        assertThat(run(script(), "listen").err).isEmpty();

        Files.setLastModifiedTime(
                home.resolve("cli/src/Main.java"), FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(run(script(), "listen").err).startsWith("sluice: building (cli/src/Main.java has changed)…\n");
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

    @Test
    void ctrlCDuringTheBuildEndsItAndTheNextStartBuilds() throws Exception {
        checkout();
        Files.createFile(home.resolve("slow"));
        // As a job of its own, so that the signal reaches the launcher and Maven, as the terminal's does; and not
        // ignoring it,
        // as all do that were started in the background.
        String line =
                "i='env --default-signal=INT'; $i true 2>/dev/null || i=; set -m; $i \"$0\" listen & echo $!; wait $!; echo $?";
        Process shell = start(Path.of("bash"), "-c", line, script().toString());
        var lines = shell.inputReader();
        String group = lines.readLine();
        await().atMost(60, TimeUnit.SECONDS).until(() -> Files.exists(home.resolve("builds")));

        run(Path.of("bash"), "-c", "kill -INT -- -" + group);

        assertThat(lines.readLine()).isEqualTo("130");
        assertThat(home.resolve("dist/target/sluice.lock")).doesNotExist();
        // The same signal ends them all, in no order.
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> run(Path.of("bash"), "-c", "kill -0 -- -" + group).exitCode != 0);
        Files.delete(home.resolve("slow"));
        assertThat(run(script(), "listen").exitCode).isEqualTo(7);
        assertThat(builds()).isEqualTo(2);
    }

    @Test
    void theOutputOfTheBuildGoesToStandardErrorWithoutEscapes() throws Exception {
        checkout();
        environment.put("MAVEN_OPTS", "-Da=b");

        Result result = run(script(), "send");

        assertThat(result.out).doesNotContain("maven");
        assertThat(result.err)
                .contains("maven: -Dstyle.color=never -Djansi.noreset=true")
                .contains(" -Da=b\n");
    }

    @Test
    void onceBuiltNoMavenIsNeeded() throws Exception {
        checkout();
        run(script(), "listen");
        Files.delete(temporary.resolve("tools/mvn"));

        assertThat(run(script(), "listen").exitCode).isEqualTo(7);
    }

    @Test
    void aBuildCanBeForbidden() throws Exception {
        checkout();
        environment.put("SLUICE_BUILD", "off");
        Result unbuilt = run(script(), "listen");
        assertThat(unbuilt.exitCode).isEqualTo(1);
        assertThat(unbuilt.err).isEqualTo("sluice: this checkout has not been built yet, and SLUICE_BUILD=off\n");

        environment.remove("SLUICE_BUILD");
        run(script(), "listen");
        environment.put("SLUICE_BUILD", "off");
        Files.setLastModifiedTime(
                home.resolve("cli/src/Main.java"), FileTime.from(Instant.now().plusSeconds(1)));
        assertThat(run(script(), "listen").exitCode).isEqualTo(7);
        assertThat(builds()).isEqualTo(1);
    }

    @Test
    void aReadOnlyCheckoutRunsWhatWasBuiltLast() throws Exception {
        checkout();
        run(script(), "listen");
        Files.setLastModifiedTime(
                home.resolve("cli/src/Main.java"), FileTime.from(Instant.now().plusSeconds(1)));
        readOnly();

        Result result = runUnprivileged("listen");

        assertThat(result.exitCode).isEqualTo(7);
        assertThat(result.err)
                .startsWith("sluice: cli/src/Main.java has changed, but ")
                .endsWith("cannot be written: what was built last runs\n");
    }

    @Test
    void theToolsDoNotGetTheBrokersLibraries() throws Exception {
        installed("logback-classic-1.5.jar", "netty-common-4.2.jar", "netty-transport-native-epoll-4.2-linux.jar");
        environment.put("SLUICE_JAVA_HOME", jdk("17.0.15").toString());

        assertThat(run(script(), "listen").lines())
                .contains(jar("netty-common-4.2.jar") + ":" + jar("sluice-broker-client-cli-1.jar"));
        assertThat(run(script(), "broker").lines())
                .contains(jar("logback-classic-1.5.jar")
                        + ":" + jar("netty-common-4.2.jar")
                        + ":" + jar("netty-transport-native-epoll-4.2-linux.jar")
                        + ":" + jar("sluice-broker-client-cli-1.jar"));
    }

    @Test
    void theFirstUseOfAToolMakesArchivesUnseenAndOnce() throws Exception {
        installed();
        Path archives = archivesOf(dumpingJdk("17.0.15"));
        environment.remove("SLUICE_ARCHIVES");

        Result first = run(script(), "listen");
        assertThat(first.err).isEmpty();
        assertThat(first.out).doesNotContain("SharedArchiveFile").doesNotContain("noise");
        awaitArchives(archives);

        for (int i = 0; i < 2; i++) {
            assertThat(run(script(), "listen").lines())
                    .contains("-XX:SharedArchiveFile=" + archives.resolve("tools.jsa"), "-Xlog:disable");
            assertThat(run(script(), "broker").lines())
                    .contains("-XX:SharedArchiveFile=" + archives.resolve("broker.jsa"));
        }
        assertThat(archives.resolve("work")).doesNotExist();
        assertThat(dumps()).isEqualTo(2);
    }

    @Test
    void severalFirstUsesAtOnceMakeOneSetOfArchives() throws Exception {
        installed();
        Path archives = archivesOf(dumpingJdk("17.0.15"));
        environment.remove("SLUICE_ARCHIVES");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(script(), "listen"));
        }
        for (Process process : processes) {
            assertThat(resultOf(process).err).isEmpty();
        }
        awaitArchives(archives);
        assertThat(dumps()).isEqualTo(2);
    }

    @Test
    void theBrokerStartsNoMakingOfArchives() throws Exception {
        installed();
        Path archives = archivesOf(dumpingJdk("17.0.15"));
        environment.remove("SLUICE_ARCHIVES");

        assertThat(run(script(), "broker").out).doesNotContain("SharedArchiveFile");

        assertThat(archives).doesNotExist();
    }

    @Test
    void archivesOfOtherJarsAndOnlyOfThoseAreReplacedThoughNeitherTimeNorSizeTells() throws Exception {
        installed();
        Path archives = archivesOf(dumpingJdk("17.0.15"));
        Path jar = home.resolve("lib/sluice-broker-client-cli-1.jar");
        Files.writeString(jar, "1");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
        environment.put("SLUICE_ARCHIVES", "now");
        run(script(), "version");
        assertThat(archives.resolve("tools.jsa")).isNotEmptyFile();
        run(script(), "version");
        assertThat(dumps()).isEqualTo(2);

        Files.writeString(jar, "2");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
        environment.put("SLUICE_ARCHIVES", "later");
        assertThat(run(script(), "broker").out).doesNotContain("SharedArchiveFile");
        assertThat(run(script(), "listen").out).doesNotContain("SharedArchiveFile");
        await().atMost(60, TimeUnit.SECONDS).until(() -> dumps() == 4 && Files.notExists(archives.resolve("work")));
        assertThat(run(script(), "listen").out).contains("SharedArchiveFile");

        // Unpacked once more, as from the image of a container: newer, and the same.
        Files.delete(jar);
        Files.writeString(jar, "2");
        Files.setLastModifiedTime(jar, FileTime.from(Instant.EPOCH));
        assertThat(run(script(), "listen").out).contains("SharedArchiveFile");
    }

    @Test
    void aJdkThatCannotMakeArchivesIsAskedOnce() throws Exception {
        installed();
        Path archives = archivesOf(dumpingJdk("17.0.15"));
        Files.createFile(temporary.resolve("cannot"));
        environment.put("SLUICE_ARCHIVES", "now");

        for (int i = 0; i < 2; i++) {
            Result result = run(script(), "listen");
            assertThat(result.err).isEmpty();
            assertThat(result.out).doesNotContain("SharedArchiveFile");
        }
        assertThat(archives.resolve("tools.jsa")).isEmptyFile();
        assertThat(dumps()).isEqualTo(2);
    }

    @Test
    void archivesOfAJdkThatIsGoneAreRemoved() throws Exception {
        installed();
        Path gone = archivesOf(dumpingJdk("17.0.14"));
        environment.put("SLUICE_ARCHIVES", "now");
        run(script(), "version");
        assertThat(gone.resolve("tools.jsa")).exists();
        Files.delete(temporary.resolve("jdk 17.0.14/bin/java"));

        Path kept = archivesOf(dumpingJdk("17.0.15"));
        run(script(), "version");

        assertThat(gone.resolve("tools.jsa")).doesNotExist();
        assertThat(kept.resolve("tools.jsa")).isNotEmptyFile();
    }

    @ParameterizedTest
    @CsvSource({"-XX:+UseZGC", "-Xshare:off", "-XX:AOTCache=mine", "-XX:SharedArchiveFile=mine"})
    void optionsOfTheUserThatForbidAnArchiveKeepItAway(String option) throws Exception {
        installed();
        Path archives = archivesOf(dumpingJdk("17.0.15"));
        environment.put("SLUICE_ARCHIVES", "now");
        environment.put("SLUICE_JAVA_OPTS", option);

        assertThat(run(script(), "listen").lines())
                .contains(option)
                .doesNotContain("-XX:SharedArchiveFile=" + archives.resolve("tools.jsa"));
        environment.remove("SLUICE_JAVA_OPTS");
        assertThat(run(script(), "listen").lines()).contains("-XX:SharedArchiveFile=" + archives.resolve("tools.jsa"));
    }

    @Test
    void aReadOnlyInstallationKeepsItsArchivesInTheCache() throws Exception {
        installed();
        Path jdk = dumpingJdk("17.0.15");
        Path cache = Files.createDirectory(temporary.resolve("my cache"));
        environment.put("XDG_CACHE_HOME", cache.toString());
        environment.put("SLUICE_ARCHIVES", "now");
        readOnly();
        Files.setPosixFilePermissions(cache, PosixFilePermissions.fromString("rwxrwxrwx"));

        Result result = runUnprivileged("listen");

        assertThat(result.exitCode).isEqualTo(7);
        assertThat(result.err).isEmpty();
        assertThat(result.lines())
                .contains("-XX:SharedArchiveFile=" + cache + "/sluice/archives" + home.toRealPath() + "/@/17.0.15" + jdk
                        + "/tools.jsa");
        assertThat(home.resolve("archives")).doesNotExist();
    }

    @Test
    void anArchiveOfAnotherUserIsNotTrusted() throws Exception {
        installed();
        Path jdk = dumpingJdk("17.0.15");
        Path cache = temporary.resolve("cache");
        environment.put("XDG_CACHE_HOME", cache.toString());
        environment.put("SLUICE_ARCHIVES", "later");
        Path archives = Path.of(cache + "/sluice/archives" + home.toRealPath() + "/@/17.0.15" + jdk);
        Files.createDirectories(archives);
        assumeTrue(Files.isWritable(Path.of("/")), "only root can be somebody else");
        readOnly();
        Files.writeString(archives.resolve("tools.jsa"), "not mine");

        Result result = runUnprivileged("listen");

        assertThat(result.exitCode).isEqualTo(7);
        assertThat(result.out).doesNotContain("SharedArchiveFile");
    }

    @ParameterizedTest
    @CsvSource({"17.0.15, 'cds*=off'", "23.0.1, 'cds*=off'", "24, 'cds*=off,aot*=off'"})
    void anArchiveThatDoesNotFitIsIgnoredInSilence(String version, String silenced) throws Exception {
        installed();
        dumpingJdk(version);
        environment.put("SLUICE_ARCHIVES", "now");

        assertThat(run(script(), "listen").lines())
                .containsSequence(
                        "-XX:+VerifySharedSpaces", "-Xlog:disable", "-Xlog:all=warning," + silenced + ":stderr");
    }

    @Test
    void withNothingWritableTheToolsStartAllTheSame() throws Exception {
        installed();
        dumpingJdk("17.0.15");
        environment.put("XDG_CACHE_HOME", "/nonexistent/cache");
        environment.remove("SLUICE_ARCHIVES");
        readOnly();

        Result result = runUnprivileged("listen");

        assertThat(result.exitCode).isEqualTo(7);
        assertThat(result.err).isEmpty();
    }

    @Test
    void helpForTheLaunchersOwnCommandsNeedsNoJava() throws Exception {
        installed();
        environment.put("SLUICE_JAVA_HOME", "/nowhere");

        for (String command : List.of("version", "completion")) {
            Result help = run(script(), "help", command);
            assertThat(help.exitCode).isZero();
            assertThat(help.out).startsWith("Usage: sluice " + command);
            assertThat(run(script(), command, "--help").out).isEqualTo(help.out);
        }
        assertThat(run(script(), "version", "x").exitCode).isEqualTo(2);
        assertThat(run(script(), "completion").exitCode).isEqualTo(2);
        assertThat(run(script(), "completion", "fish").exitCode).isEqualTo(2);
        assertThat(run(script(), "completion", "fish").out).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "li, listen",
        "\"\", broker config load-test version completion listen send --help --version",
        "help se, send",
        "completion '', bash zsh",
        "listen --, --help --port --wait-for",
        "listen -p 1 --p, --port",
        "check --format '', nagios prometheus json",
        "listen --format j, json",
        "top --sort a, age",
        "load-test '', --help fan-out queue",
        "load-test queue --, --help --json",
        "load-test queue --protocol n, native nats",
        "help load-test q, queue",
        "config d, diff",
        "config diff --a, --against",
        "help config d, diff",
        "version '', ''",
    })
    void completesCommandsAndOptions(String typed, String expected) throws Exception {
        installed();
        Path jdk = jdk("17.0.15");
        executable(jdk.resolve("bin/java"), """
                case $* in
                  *' help listen') printf '%s\\n' 'Usage: sluice listen [--nothing]' '' '      --help   Shows --that.' \\
                    '  -p, --port=PORT   A port' '                     --no-option' '  -W, --wait-for=SECONDS';;
                  *'LoadTest queue --help') printf '%s\\n' 'Usage: sluice load-test queue' '' '      --help' '      --json=FILE';;
                  *'ConfigMain diff --help') printf '%s\\n' '      --against=FILE' '      --help';;
                  *'ConfigMain --help') printf '%s\\n' '      --help' '' 'Commands:' '  diff  Says' '' '  x';;
                  *'LoadTest --help') printf '%s\\n' '      --help' '' 'Commands:' '  fan-out  Many' '  queue    One' '' '  x';;
                  *) printf '%s\\n' 'Usage: sluice' '' 'Commands:' '  listen  Subscribes' '  send    Publishes.' '' \\
                    'Exit codes:' '  two  2';;
                esac""");
        environment.put("SLUICE_JAVA_HOME", jdk.toString());

        String bash = "eval \"$(\"$0\" completion bash)\"; COMP_WORDS=(sluice " + typed
                + "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sluice; echo ${COMPREPLY[*]-}";
        assertThat(run(Path.of("bash"), "-c", bash, script().toString())).isEqualTo(new Result(0, expected + "\n", ""));

        assumeTrue(Files.isExecutable(Path.of("/usr/bin/zsh")) || Files.isExecutable(Path.of("/bin/zsh")));
        // zsh itself takes from the words what begins like the one to be completed.
        String zsh =
                "compdef() { }; compadd() { shift; for w; do [[ $w != $words[CURRENT]* ]] || printf '%s ' $w; done }; "
                        + "eval \"$(\"$0\" completion zsh)\"; words=(sluice " + typed + "); CURRENT=$#words; _sluice";
        Result completed = run(Path.of("zsh"), "-fc", zsh, script().toString());
        assertThat(completed.err).isEmpty();
        assertThat(completed.out.strip()).isEqualTo(expected);
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

    private void installed(String... furtherJars) throws IOException {
        Files.createDirectory(home.resolve("lib"));
        Files.createFile(home.resolve("lib/sluice-broker-client-cli-1.jar"));
        for (String jar : furtherJars) {
            Files.createFile(home.resolve("lib").resolve(jar));
        }
    }

    private String jar(String name) throws IOException {
        return home.toRealPath().resolve("lib").resolve(name).toString();
    }

    private void checkout() throws IOException {
        Files.createFile(home.resolve("pom.xml"));
        Files.createDirectories(home.resolve("cli/src"));
        Files.createFile(home.resolve("cli/src/Main.java"));
        Path tools = Files.createDirectory(temporary.resolve("tools"));
        executable(
                tools.resolve("mvn"),
                "echo run >>builds; echo \"maven: $MAVEN_OPTS\"; [ ! -f fail ] || exit 1; [ ! -f slow ] || sleep 100; "
                        + "mkdir -p dist/target/sluice/lib; : >dist/target/sluice/lib/a.jar");
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

    /** A JDK that makes archives: each dump is counted, and the file {@code cannot} makes it fail. */
    private Path dumpingJdk(String version) throws IOException {
        Path jdk = jdk(version);
        executable(jdk.resolve("bin/java"), """
                for argument; do
                  case $argument in
                    -XX:DumpLoadedClassList=*) echo noise; echo java/lang/Object >"${argument#*=}"; exit 0 ;;
                    -XX:SharedArchiveFile=*) file=${argument#*=} ;;
                  esac
                done
                case $* in
                  *-Xshare:dump*) echo x >>'%1$s/dumps'; [ -f '%1$s/cannot' ] || echo x >"$file"; exit 0 ;;
                  *-Xshare:on*) [ -f "$file" ]; exit ;;
                esac
                printf '%%s\\n' "$@"; exit 7""".formatted(temporary));
        Files.writeString(temporary.resolve("dumps"), "");
        Files.setPosixFilePermissions(temporary.resolve("dumps"), PosixFilePermissions.fromString("rw-rw-rw-"));
        environment.put("SLUICE_JAVA_HOME", jdk.toString());
        return jdk;
    }

    private Path archivesOf(Path jdk) throws IOException {
        String version = jdk.getFileName().toString().substring("jdk ".length());
        return Path.of(home.toRealPath() + "/archives/" + version + jdk);
    }

    private static void awaitArchives(Path archives) {
        await().atMost(60, TimeUnit.SECONDS)
                .until(() -> Files.exists(archives.resolve("tools.jsa")) && Files.notExists(archives.resolve("work")));
    }

    private long dumps() throws IOException {
        return Files.readAllLines(temporary.resolve("dumps")).size();
    }

    private void readOnly() throws Exception {
        assertThat(run(Path.of("chmod"), "-R", "a-w", home.toString()).exitCode).isZero();
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @AfterEach
    void writableForTheRemoval() throws Exception {
        run(Path.of("chmod"), "-R", "u+w", home.toString());
    }

    /** To root everything is writable. */
    private Result runUnprivileged(String... arguments) throws Exception {
        if (!Files.isWritable(home)) {
            return run(script(), arguments);
        }
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/setpriv")), "root and no setpriv");
        List<String> all =
                new ArrayList<>(List.of("--reuid=65534", "--regid=65534", "--clear-groups", script().toString()));
        all.addAll(List.of(arguments));
        return run(Path.of("setpriv"), all.toArray(String[]::new));
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
