package io.sluice.cli;

import org.jspecify.annotations.Nullable;

/** What the user of {@code sluice top} has chosen to see, and how keys change it. Belongs to one thread. */
final class TopView {
    /** Which tables are shown. */
    enum Tables {
        ALL,
        DESTINATIONS,
        SUBSCRIBERS,
        CLOSED;

        private Tables next() {
            return values()[(ordinal() + 1) % values().length];
        }
    }

    /** What a key has changed. */
    enum Change {
        NOTHING,
        /** The same picture is to be shown in another way. */
        VIEW,
        /** The broker is to be asked for something else. */
        QUESTION,
        SUSPEND,
        QUIT
    }

    private static final int PAGE = 10;
    private static final int LONGEST_FILTER = 1024;

    private TopSort sort;
    private String filter;
    private Tables tables = Tables.ALL;
    private int skipped;
    private boolean helpShown;
    private @Nullable StringBuilder typed;

    TopView(TopSort sort, String filter) {
        this.sort = sort;
        this.filter = filter;
    }

    TopSort sort() {
        return sort;
    }

    String filter() {
        return filter;
    }

    Tables tables() {
        return tables;
    }

    /** How many rows are scrolled out at the top. */
    int skipped() {
        return skipped;
    }

    boolean isHelpShown() {
        return helpShown;
    }

    /** The filter that is being typed; null if none is. */
    @Nullable
    String typed() {
        return typed == null ? null : typed.toString();
    }

    /** @param key as {@link Keys} names it */
    Change press(String key) {
        if (key.equals(Keys.CTRL_Z)) {
            return Change.SUSPEND;
        }
        if (typed != null) {
            return type(key, typed);
        }
        if (helpShown) {
            helpShown = false;
            return key.equals("q") ? Change.QUIT : Change.VIEW;
        }
        return command(key);
    }

    private Change command(String key) {
        switch (key) {
            case "q", "Q" -> {
                return Change.QUIT;
            }
            case "s" -> {
                sort = sort.next();
                skipped = 0;
                return Change.QUESTION;
            }
            case Keys.ESCAPE -> {
                boolean filtered = !filter.isEmpty();
                filter = "";
                skipped = 0;
                return filtered ? Change.QUESTION : Change.VIEW;
            }
            case "/", "f" -> typed = new StringBuilder(filter);
            case "h", "?" -> helpShown = true;
            case Keys.TAB, "t" -> {
                tables = tables.next();
                skipped = 0;
            }
            case Keys.DOWN, "j" -> scroll(1);
            case Keys.UP, "k" -> scroll(-1);
            case Keys.PAGE_DOWN, " " -> scroll(PAGE);
            case Keys.PAGE_UP, "b" -> scroll(-PAGE);
            default -> {
                return Change.NOTHING;
            }
        }
        return Change.VIEW;
    }

    private void scroll(int rows) {
        skipped = Math.max(0, Math.min(BrokerPicture.ROWS - 1, skipped + rows));
    }

    private Change type(String key, StringBuilder text) {
        switch (key) {
            case Keys.ENTER -> {
                filter = text.toString();
                typed = null;
                skipped = 0;
                return Change.QUESTION;
            }
            case Keys.ESCAPE -> typed = null;
            case Keys.BACKSPACE -> {
                if (!text.isEmpty()) {
                    text.setLength(text.offsetByCodePoints(text.length(), -1));
                }
            }
            case Keys.CTRL_U -> text.setLength(0);
            default -> {
                boolean isCharacter = key.codePointCount(0, key.length()) == 1
                        && !Character.isISOControl(key.codePointAt(0))
                        && text.length() < LONGEST_FILTER;
                text.append(isCharacter ? key : "");
            }
        }
        return Change.VIEW;
    }
}
