package io.stoa.assess.report;

/**
 * Markup in the making. Only the templates in the source code are markup: whatever is put into their {@code {}} is
 * escaped, unless it is itself {@code Markup}. The templates are well-formed XML, so that a test can parse the page.
 */
final class Markup {
    private final StringBuilder text = new StringBuilder();

    static Markup of(String template, Object... values) {
        return new Markup().add(template, values);
    }

    /** Appends the template with each {@code {}} replaced, in order, by a value. */
    Markup add(String template, Object... values) {
        int from = 0;
        for (Object value : values) {
            int hole = template.indexOf("{}", from);
            if (hole < 0) {
                throw new IllegalArgumentException(values.length + " values do not fit into " + template);
            }
            text.append(template, from, hole).append(value instanceof Markup ? value.toString() : escape(value));
            from = hole + 2;
        }
        if (template.indexOf("{}", from) >= 0) {
            throw new IllegalArgumentException(values.length + " values leave holes in " + template);
        }
        text.append(template, from, template.length());
        return this;
    }

    private static String escape(Object value) {
        return Wording.shown(value.toString())
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
