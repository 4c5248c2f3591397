package io.sluice.systemtest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The fenced blocks of the README. An HTML comment before each says what a test makes of it: {@code <!-- readme-test: run -->}.
 */
final class ReadmeText {
    private static final String MARK = "<!-- readme-test: ";
    private static final String FENCE = "```";

    /**
     * A fenced block.
     *
     * @param line of the README where it begins
     * @param test what the comment before it says; empty if there is none
     * @param language after the fence; empty if there is none
     * @param text what stands between the fences, with a line end after each line
     */
    record Block(int line, String test, String language, String text) {}

    private ReadmeText() {}

    static List<Block> blocks(Path readme) throws IOException {
        List<Block> blocks = new ArrayList<>();
        String test = "";
        StringBuilder text = null;
        String language = "";
        int began = 0;
        int number = 0;
        for (String line : Files.readAllLines(readme)) {
            number++;
            if (line.startsWith(MARK)) {
                test = line.substring(MARK.length(), line.indexOf(" -->"));
            } else if (line.startsWith(FENCE) && text == null) {
                language = line.substring(FENCE.length());
                text = new StringBuilder();
                began = number;
            } else if (line.startsWith(FENCE) && text != null) {
                blocks.add(new Block(began, test, language, text.toString()));
                text = null;
                test = "";
            } else if (text != null) {
                text.append(line).append('\n');
            }
        }
        return blocks;
    }
}
