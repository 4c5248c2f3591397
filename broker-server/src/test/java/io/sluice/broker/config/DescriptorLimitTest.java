package io.sluice.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class DescriptorLimitTest {
    private static final String LIMITS = """
            Limit                     Soft Limit           Hard Limit           Units
            Max processes             127235               127235               processes
            Max open files            %s %s files
            Max locked memory         67108864             67108864             bytes
            """;

    @TempDir
    Path directory;

    @Test
    void readsSoftAndHardLimit() throws IOException {
        assertThat(detect(LIMITS.formatted("1024     ", "524288   "))).isEqualTo(new DescriptorLimit(1024, 524_288));
        assertThat(detect(LIMITS.formatted("unlimited", "unlimited")))
                .isEqualTo(new DescriptorLimit(Long.MAX_VALUE, Long.MAX_VALUE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "Max open files", "Max open files   few   many   files\n", "Max processes 1 2\n"})
    void asksTheJdkWhereTheFileDoesNotSay(String text) throws IOException {
        DescriptorLimit limit = detect(text);

        assertThat(limit.soft()).isPositive();
        assertThat(limit.hard()).isGreaterThanOrEqualTo(limit.soft());
        assertThat(DescriptorLimit.detect(directory.resolve("missing")).soft()).isPositive();
    }

    @ParameterizedTest
    @CsvSource({
        "1024, 819",
        "1000, 800",
        "400, 320",
        "256, 176",
        "64, 16",
        "1, 1",
        "0, 1",
        "524288, 419430",
        "9223372036854775807, 10000000",
    })
    void connectionsTakeEightTenthsOfTheSoftLimitAndLeaveWhatTheProcessNeeds(long soft, int connections) {
        assertThat(new DescriptorLimit(soft, Long.MAX_VALUE).maxConnections(new ConnectionsConfig(0)))
                .isEqualTo(connections);
    }

    @Test
    void whatIsConfiguredCounts() {
        assertThat(new DescriptorLimit(1024, 1024).maxConnections(new ConnectionsConfig(5000)))
                .isEqualTo(5000);
    }

    @Test
    void isPositiveHere() {
        assertThat(DescriptorLimit.detect().soft()).isPositive();
    }

    private DescriptorLimit detect(String text) throws IOException {
        return DescriptorLimit.detect(Files.writeString(directory.resolve("limits"), text));
    }
}
