package io.stoa.cli;

import java.util.Map;

/**
 * What is on the other side of stdout and stderr. The launcher looks (Java cannot ask about stderr alone) and passes
 * what it saw as system properties.
 *
 * @param out whether stdout is a terminal
 * @param err whether stderr is one
 * @param width columns
 * @param color whether stdout may be coloured
 */
record Terminal(boolean out, boolean err, int width, boolean color) {
    private static final int USUAL_WIDTH = 100;
    private static final int NARROWEST = 40;

    static Terminal detect(Map<String, String> environment) {
        boolean out = Boolean.getBoolean("stoa.tty.out");
        boolean err = Boolean.getBoolean("stoa.tty.err");
        int width = Integer.getInteger("stoa.tty.columns", USUAL_WIDTH);
        boolean color =
                out && environment.getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(environment.get("TERM"));
        return new Terminal(out, err, width < NARROWEST ? USUAL_WIDTH : width, color);
    }
}
