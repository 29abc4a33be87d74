package io.stoa.benchmark.dataset;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/**
 * A pattern of paths: {@code *}, {@code ?} and {@code [0-9]} within a segment, {@code **} over any number of them. Takes
 * time proportional to pattern times path at worst; a regular expression of several stars would not.
 */
final class Glob {
    private static final Pattern SLASH = Pattern.compile("/");

    /** One sign of a path that a part of a pattern stands for. */
    private interface Element {
        boolean matches(int codePoint);
    }

    private static final Element STAR = _ -> true;

    /** @param any whether it stands for any number of segments */
    private record Segment(boolean any, List<Element> elements) {}

    private final List<Segment> segments = new ArrayList<>();

    Glob(String pattern) {
        for (String segment : SLASH.split(pattern, -1)) {
            segments.add(new Segment(segment.equals("**"), elements(segment)));
        }
    }

    /** Whether a text has signs of a pattern. */
    static boolean isOne(String text) {
        return text.contains("*") || text.contains("?") || text.contains("[");
    }

    boolean matches(String path) {
        List<List<Integer>> parts = new ArrayList<>();
        for (String part : SLASH.split(path, -1)) {
            parts.add(part.codePoints().boxed().toList());
        }
        return matches(
                segments,
                parts,
                Segment::any,
                (segment, part) -> matches(segment.elements(), part, element -> element == STAR, Element::matches));
    }

    /** The usual walk with one way back: to the last star, which then takes one more. */
    private static <P, T> boolean matches(
            List<P> pattern, List<T> text, Predicate<P> isStar, BiPredicate<P, T> matches) {
        int p = 0;
        int t = 0;
        int star = -1;
        int taken = 0;
        while (t < text.size()) {
            if (p < pattern.size() && isStar.test(pattern.get(p))) {
                star = p++;
                taken = t;
            } else if (p < pattern.size() && matches.test(pattern.get(p), text.get(t))) {
                p++;
                t++;
            } else if (star >= 0) {
                p = star + 1;
                t = ++taken;
            } else {
                return false;
            }
        }
        while (p < pattern.size() && isStar.test(pattern.get(p))) {
            p++;
        }
        return p == pattern.size();
    }

    private static List<Element> elements(String segment) {
        int[] points = segment.codePoints().toArray();
        List<Element> elements = new ArrayList<>();
        for (int i = 0; i < points.length; i++) {
            int point = points[i];
            int close = point == '[' ? closing(points, i) : -1;
            if (close > 0) {
                elements.add(set(points, i + 1, close));
                i = close;
            } else if (point == '*') {
                elements.add(STAR);
            } else if (point == '?') {
                elements.add(_ -> true);
            } else {
                elements.add(given -> given == point);
            }
        }
        return elements;
    }

    /** Where a set ends; it holds at least one sign, so that {@code []]} is the set of the bracket. */
    private static int closing(int[] points, int open) {
        int first = open + 1;
        if (first < points.length && (points[first] == '!' || points[first] == '^')) {
            first++;
        }
        for (int i = first + 1; i < points.length; i++) {
            if (points[i] == ']') {
                return i;
            }
        }
        return -1;
    }

    private static Element set(int[] points, int from, int to) {
        boolean inverted = points[from] == '!' || points[from] == '^';
        int start = inverted ? from + 1 : from;
        return given -> inverted != contains(points, start, to, given);
    }

    private static boolean contains(int[] points, int from, int to, int given) {
        for (int i = from; i < to; i++) {
            boolean range = i + 2 < to && points[i + 1] == '-';
            if (range ? points[i] <= given && given <= points[i + 2] : points[i] == given) {
                return true;
            }
            i += range ? 2 : 0;
        }
        return false;
    }
}
