package io.stoa.benchmark.judge;

import java.util.OptionalDouble;

/** What a verdict can be, and what it counts from 0 to 1. */
public sealed interface Scale {
    /**
     * What a verdict counts.
     *
     * @param word in small letters, from a judge or from a person
     * @return in [0, 1], or nothing where the scale has no such word
     */
    OptionalDouble score(String word);

    /** {@code yes} or {@code no}. */
    record YesNo() implements Scale {
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
