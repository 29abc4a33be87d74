package io.stoa.benchmark.judge;

import java.util.OptionalDouble;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a verdict can be, and what it counts from 0 to 1. */
public sealed interface Scale {
    /**
     * What a verdict counts.
     *
     * @param word in small letters, from a judge or from a person
     * @return in [0, 1], or nothing where the scale has no such word
     */
    OptionalDouble score(String word);

    /** As {@link #of} reads it. */
    String written();

    /**
     * A scale as people write it: {@code yes-no}, or two grades such as {@code 1-5}.
     *
     * @throws IllegalArgumentException for anything else
     */
    static Scale of(String text) {
        Matcher grades = Grades.WRITTEN.matcher(text);
        if (text.equals("yes-no")) {
            return new YesNo();
        }
        if (grades.matches()) {
            return new Grades(Integer.parseInt(grades.group(1)), Integer.parseInt(grades.group(2)));
        }
        throw new IllegalArgumentException("scale " + text + ": write yes-no, or the lowest and highest grade as 1-5");
    }

    /** {@code yes} or {@code no}. */
    record YesNo() implements Scale {
        @Override
        public String written() {
            return "yes-no";
        }

        @Override
        public OptionalDouble score(String word) {
            return switch (word) {
                case "yes" -> OptionalDouble.of(1);
                case "no" -> OptionalDouble.of(0);
                default -> OptionalDouble.empty();
            };
        }
    }

    /** Whole numbers, such as 1 to 5; the lowest counts 0, the highest 1. */
    record Grades(int lowest, int highest) implements Scale {
        private static final Pattern WRITTEN = Pattern.compile("(\\d{1,3})-(\\d{1,3})");

        @Override
        public String written() {
            return lowest + "-" + highest;
        }

        public Grades {
            if (lowest < 0 || highest <= lowest || highest > 100) {
                throw new IllegalArgumentException(
                        "grades lie in 0 to 100, at least two: " + lowest + " to " + highest);
            }
        }

        @Override
        public OptionalDouble score(String word) {
            if (!word.matches("[0-9]{1,3}")) {
                return OptionalDouble.empty();
            }
            int grade = Integer.parseInt(word);
            return grade < lowest || grade > highest
                    ? OptionalDouble.empty()
                    : OptionalDouble.of((double) (grade - lowest) / (highest - lowest));
        }

        /** The grade, with fractions for means, that counts {@code score}. */
        public double grade(double score) {
            return lowest + score * (highest - lowest);
        }
    }
}
