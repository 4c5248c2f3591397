package io.sluice.loadtest.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@DisabledOnOs(OS.WINDOWS)
@Timeout(60)
class OwnProcessTest {
    @TempDir
    private Path home;

    @Test
    void aRelayListensUntilItIsClosed() throws Exception {
        OwnProcess relay = OwnProcess.relay();
        try (relay) {
            Targets.checkReachable(relay.address());
        }
        assertThat(ProcessHandle.of(relay.pid())).isEmpty();
        assertThatThrownBy(() -> Targets.checkReachable(relay.address()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot connect to " + Addresses.text(relay.address()));
    }

    @Test
    void whatABrokerPrintedBeforeItFailedIsTold() throws Exception {
        launcher("echo 'sluice broker: cannot listen on 127.0.0.1:1' >&2; exit 2");

        assertThatThrownBy(() -> OwnProcess.broker(home))
                .isInstanceOf(StartException.class)
                .hasMessage("the broker did not start, exit code 2; it printed: "
                        + "sluice broker: cannot listen on 127.0.0.1:1");
    }

    @Test
    void theBrokerGetsAFreePortAndTheJavaOfThisProcess() throws Exception {
        launcher("echo \"$* $SLUICE_JAVA_HOME\" >'" + home
                + "/seen'; echo native=127.0.0.1:4711 >\"$5\"; exec sleep 60");

        try (OwnProcess broker = OwnProcess.broker(home)) {
            assertThat(broker.address().getPort()).isEqualTo(4711);
            assertThat(Files.readString(home.resolve("seen")))
                    .startsWith("broker --port 0 --ports-file ")
                    .endsWith(" " + System.getProperty("java.home") + "\n");
        }
    }

    private void launcher(String commands) throws IOException {
        Path launcher = Files.createDirectory(home.resolve("bin")).resolve("sluice");
        Files.writeString(launcher, "#!/bin/sh\n" + commands + "\n");
        Files.setPosixFilePermissions(launcher, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
