package io.stoa.engine.chat.jinja;

/**
 * Hears which texts a template holds against each other: by comparing, by {@code in}, by looking up, by the methods and
 * filters of texts. Whoever examines a template learns so what it branches on, even where that is put together only when
 * it runs.
 */
@FunctionalInterface
public interface Watch {
    /** A watch that nobody keeps. */
    Watch NONE = (left, right) -> {};

    /** Says that the two were held against each other. Called from within the rendering; must be quick. */
    void compared(String left, String right);
}
