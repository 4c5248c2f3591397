package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SluiceCliTest {
    @Test
    void showsItsUsageWhenNothingIsAsked() throws Exception {
        RunningCommand command = RunningCommand.start();

        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).contains("  listen ").contains("  send ").contains("  broker ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"listen", "send", "top", "check", "drain", "reload"})
    void helpIsTheSameBothWays(String name) throws Exception {
        RunningCommand option = RunningCommand.start(name, "--help");
        RunningCommand subcommand = RunningCommand.start("help", name);

        assertThat(option.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(subcommand.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(option.out()).isEqualTo(subcommand.out()).startsWith("Usage: sluice " + name);
        assertThat(option.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"listen", "send"})
    void everyOptionTellsItsDefault(String name) throws Exception {
        RunningCommand help = RunningCommand.start(name, "--help");
        assertThat(help.exitCode()).isEqualTo(ExitCode.OK);

        List<String> options = List.of(help.out().replaceAll("\\s+", " ").split(" (?=-\\w, --)", -1));
        assertThat(options.subList(1, options.size()))
                .isNotEmpty()
                .filteredOn(option -> !option.startsWith("-V"))
                .allMatch(option -> option.contains("(default: "));
        assertThat(help.out()).contains("(default: 25000)").contains("in seconds");
    }

    @ParameterizedTest
    @ValueSource(strings = {"top", "check", "drain", "reload"})
    void everyOptionOfAnOperatorsCommandTellsItsDefault(String name) throws Exception {
        RunningCommand help = RunningCommand.start(name, "--help");
        assertThat(help.exitCode()).isEqualTo(ExitCode.OK);

        String options = help.out().replaceFirst("(?s)Exit codes:.*", "").replaceAll("\\s+", " ");
        assertThat(List.of(options.split(" (?=(-\\w, )?--\\w[a-z-]+[= ])", -1)))
                .filteredOn(option -> option.matches("(-\\w, )?--.*") && !option.matches("--(help|version) .*|-V, .*"))
                .hasSizeGreaterThanOrEqualTo(3)
                .allMatch(option -> option.contains("(default: "));
        assertThat(help.out()).contains("http://127.0.0.1:25001").contains("in seconds");
    }

    @Test
    void tellsItsVersion() throws Exception {
        RunningCommand command = RunningCommand.start("-V");

        assertThat(command.exitCode()).isEqualTo(ExitCode.OK);
        assertThat(command.out()).startsWith("sluice ");
    }

    @Test
    void suggestsTheCommandThatWasMeant() throws Exception {
        RunningCommand command = RunningCommand.start("lisen");

        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).isEqualTo("unknown command 'lisen', did you mean listen?; see: sluice --help\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "listen --bogus",
                "listen extra",
                "listen -h",
                "listen -p x",
                "listen -p 0",
                "listen -p 65536",
                "listen -C 0",
                "listen -C x",
                "listen -W 0",
                "listen -W -1",
                "listen -t $SYS/a",
                "listen -t /topic/*",
                "listen -t /a/#/b",
                "send -t /a/+",
                "send -t >",
                "send --count 0",
                "send --interval x",
                "send --size 5",
                "send --size 100 -m x",
                "help bogus"
            })
    void wrongUsageIsOneLineOnStandardError(String line) throws Exception {
        RunningCommand command = RunningCommand.start(line.split(" ", -1));

        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.out()).isEmpty();
        assertThat(command.err()).hasLineCount(1).endsWith("--help\n");
    }

    @Test
    void aWrongDestinationIsShownWithoutItsControlCharacters() throws Exception {
        RunningCommand command = RunningCommand.start("listen", "-t", "/topic/\u001b[2J");

        assertThat(command.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(command.err()).contains("'/topic/\\x1b[2J'").doesNotContain("\u001b");
    }

    @Test
    void saysThatNobodyListensAtThePort() throws Exception {
        int port = portThatNobodyHas();
        RunningCommand command = RunningCommand.start("listen", "-p", Integer.toString(port));

        assertThat(command.exitCode()).isEqualTo(ExitCode.CANNOT_CONNECT);
        assertThat(command.lastErrLine())
                .isEqualTo("cannot connect to 127.0.0.1:" + port + ": Connection refused; is the broker running?");
    }

    @Test
    void errorsAreRedOnATerminalOnly() throws Exception {
        RunningCommand onTerminal = RunningCommand.startInColour("listen", "-p", "0");
        assertThat(onTerminal.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(onTerminal.err()).startsWith("\u001b[31m--port 0").endsWith("\u001b[0m\n");
    }

    private static int portThatNobodyHas() throws IOException {
        try (FakeBroker broker = new FakeBroker()) {
            return broker.port();
        }
    }
}
