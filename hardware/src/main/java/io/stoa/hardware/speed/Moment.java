package io.stoa.hardware.speed;

/**
 * What a machine is like just now, to so many threads at once. Other guests of a virtual machine's host change it for
 * seconds or minutes: its processors lie close together or far apart, and whoever computes on the same cores slows them by
 * half. What the two change is told by two measures: how long threads wait for each other, and how long a yardstick takes, a
 * small model that is always the same.
 *
 * @param threads how many
 * @param handOver the seconds until one thread sees what another wrote; 0 for one
 * @param step the seconds of a yardstick's step, one on each processor at the same time, in the mean
 * @param prompt the seconds of its prompt
 */
public record Moment(int threads, double handOver, double step, double prompt) {
    /** Paces just before and after a look that differ by more were of different states. */
    private static final double ALIKE = 1.1;

    /** The same of distances between threads, of which there are few, far from each other. */
    private static final double AS_FAR = 1.5;

    public Moment {
        if (threads < 1 || !(handOver >= 0) || !(step > 0) || !(prompt > 0)) {
            throw new IllegalArgumentException("not a moment: " + threads + " threads that hand over in " + handOver
                    + " s, a step of " + step + " s, a prompt of " + prompt + " s");
        }
    }

    /** How many times as long as usual steps take. */
    public double stepPace(Moment usual) {
        return step / usual.step;
    }

    /** How many times as long as usual prompts take. */
    public double promptPace(Moment usual) {
        return prompt / usual.prompt;
    }

    /** Waiting for each other does not take longer when processors are slow, so at their usual pace it takes less. */
    Threads at(double pace) {
        return new Threads(threads, handOver / pace);
    }

    /** Whether the machine was in the same state. */
    public boolean isLike(Moment other) {
        return within(ALIKE, step, other.step) && within(ALIKE, prompt, other.prompt) && isAsFar(other);
    }

    /** Whether as many threads were as far from each other. */
    boolean isAsFar(Moment other) {
        return threads == other.threads && within(AS_FAR, handOver, other.handOver);
    }

    private static boolean within(double factor, double one, double other) {
        return Math.max(one, other) <= factor * Math.min(one, other);
    }

    /** The mean of the paces; threads count as close as they once were, because of a look the fast batches count. */
    public Moment with(Moment other) {
        return new Moment(
                threads,
                Math.min(handOver, other.handOver),
                Math.sqrt(step * other.step),
                Math.sqrt(prompt * other.prompt));
    }
}
