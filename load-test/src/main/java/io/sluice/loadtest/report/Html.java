package io.sluice.loadtest.report;

/** Markup in the making. What came from outside goes through {@link #text} and {@link #attribute}, which escape it. */
final class Html {
    private final StringBuilder out = new StringBuilder();

    /** As it is: only what is written in the source, or made of numbers. */
    Html raw(String markup) {
        out.append(markup);
        return this;
    }

    Html text(String text) {
        out.append(escaped(text));
        return this;
    }

    /** {@code name="value"} with a space before it. */
    Html attribute(String name, String value) {
        return raw(" ").raw(name).raw("=\"").text(value).raw("\"");
    }

    /** {@code <tag>text</tag>}; the tag may bring attributes. */
    Html element(String tag, String text) {
        return raw("<").raw(tag)
                .raw(">")
                .text(text)
                .raw("</")
                .raw(tag.split(" ", 2)[0])
                .raw(">");
    }

    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                // Neither HTML nor XML may hold control characters.
                default -> escaped.append(c < ' ' && c != '\n' && c != '\t' || c == '\u007f' ? '\ufffd' : c);
            }
        }
        return escaped.toString();
    }

    @Override
    public String toString() {
        return out.toString();
    }
}
