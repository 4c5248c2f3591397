package io.sluice.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ThirdPartyFilesTest {
    private static final Path FOLDER = Path.of("../third-party");

    @Test
    void everyFileIsListedWithItsSum() throws Exception {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> files = Files.walk(FOLDER)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.put(FOLDER.relativize(file).toString().replace('\\', '/'), sha256(Files.readAllBytes(file)));
            }
        }
        found.remove("README.md");

        assertThat(found).isNotEmpty().isEqualTo(listed());
    }

    @Test
    void theJarHoldsThemUnchanged() throws Exception {
        for (Map.Entry<String, String> file : listed().entrySet()) {
            String name = "uplot/" + file.getKey().substring(file.getKey().indexOf('/') + 1);
            try (InputStream in = HtmlReport.class.getResourceAsStream(name)) {
                assertThat(in).as(name).isNotNull();
                assertThat(sha256(in.readAllBytes())).as(name).isEqualTo(file.getValue());
            }
        }
    }

    private static Map<String, String> listed() throws Exception {
        Matcher row = Pattern.compile("\\| `([^`]+)` \\| `([0-9a-f]{64})` \\|")
                .matcher(Files.readString(FOLDER.resolve("README.md")));
        Map<String, String> listed = new TreeMap<>();
        while (row.find()) {
            listed.put(row.group(1), row.group(2));
        }
        return listed;
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }
}
