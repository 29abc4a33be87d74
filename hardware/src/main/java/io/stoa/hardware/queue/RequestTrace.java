package io.stoa.hardware.queue;

import io.stoa.model.StoaException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Requests in the order in which they come: when, with how many prompt tokens, asking for how many answer tokens.
 *
 * <p>Recorded traces are CSV files with a header; blank lines are passed over. Two forms are read: {@code arrived_at,num_prefill_tokens,
 * num_decode_tokens} with seconds (Vidur's form of the Splitwise traces) and {@code TIMESTAMP,ContextTokens,
 * GeneratedTokens} with points in time such as {@code 2023-11-16 18:15:46.6805900} (Azure's public traces).
 */
public final class RequestTrace {
    private static final int MOST = 20_000_000;
    private static final int MOST_TOKENS = 10_000_000;
    private static final List<String> SECONDS = List.of("arrived_at", "num_prefill_tokens", "num_decode_tokens");
    private static final List<String> TIMES = List.of("timestamp", "contexttokens", "generatedtokens");

    private final double[] arrivals;
    private final int[] prompts;
    private final int[] answers;
    private final int size;

    private RequestTrace(double[] arrivals, int[] prompts, int[] answers, int size) {
        this.arrivals = arrivals;
        this.prompts = prompts;
        this.answers = answers;
        this.size = size;
    }

    /** A Poisson process: gaps are exponential and independent. */
    public static RequestTrace poisson(int size, double perSecond, int promptTokens, int answerTokens, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        requireRate(size, perSecond);
        double[] arrivals = new double[size];
        double time = 0;
        for (int i = 0; i < size; i++) {
            time -= Math.log(1 - random.nextDouble()) / perSecond;
            arrivals[i] = time;
        }
        return of(arrivals, promptTokens, answerTokens);
    }

    /** One after the other at equal distances. */
    public static RequestTrace regular(int size, double perSecond, int promptTokens, int answerTokens) {
        requireRate(size, perSecond);
        double[] arrivals = new double[size];
        Arrays.setAll(arrivals, i -> i / perSecond);
        return of(arrivals, promptTokens, answerTokens);
    }

    private static void requireRate(int size, double perSecond) {
        if (size < 1 || size > MOST) {
            throw new IllegalArgumentException("a trace has between 1 and " + MOST + " requests: " + size);
        }
        if (!(perSecond > 0 && perSecond < 1e9)) {
            throw new IllegalArgumentException("requests per second must be positive: " + perSecond);
        }
    }

    private static RequestTrace of(double[] arrivals, int promptTokens, int answerTokens) {
        if (promptTokens < 1 || answerTokens < 1) {
            throw new IllegalArgumentException("a request has at least one prompt token and one answer token");
        }
        int[] prompts = new int[arrivals.length];
        int[] answers = new int[arrivals.length];
        Arrays.fill(prompts, promptTokens);
        Arrays.fill(answers, answerTokens);
        return new RequestTrace(arrivals, prompts, answers, arrivals.length);
    }

    /**
     * A recorded trace.
     *
     * @throws StoaException of kind USER that names file and line
     */
    public static RequestTrace read(Path file) {
        try (BufferedReader lines = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            return new Reading(file).read(lines);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.USER, file + ": cannot be read as text (" + e.getMessage() + ")", e);
        }
    }

    /** The parts of a line are looked at in turn; arrays grow as lines come. */
    private static final class Reading {
        /** Longer than any line of three numbers; it also bounds what is held of a file without line ends. */
        private static final int LONGEST = 200;

        private final Path file;
        private double[] arrivals = new double[1024];
        private int[] prompts = new int[1024];
        private int[] answers = new int[1024];
        private int size;
        private int line;
        private double first;

        Reading(Path file) {
            this.file = file;
        }

        RequestTrace read(BufferedReader lines) throws IOException {
            List<String> header = columns(next(lines).orElseThrow(() -> wrong("the file is empty")), true);
            boolean seconds = header.equals(SECONDS);
            if (!seconds && !header.equals(TIMES)) {
                throw wrong("the header is " + String.join(",", header) + ", expected " + String.join(",", SECONDS)
                        + " or TIMESTAMP,ContextTokens,GeneratedTokens");
            }
            for (Optional<String> text = next(lines); text.isPresent(); text = next(lines)) {
                List<String> columns = columns(text.get(), false);
                if (columns.size() != 3) {
                    throw wrong(columns.size() + " columns, expected 3");
                }
                add(
                        seconds ? seconds(columns.getFirst()) : point(columns.getFirst()),
                        tokens(columns.get(1)),
                        tokens(columns.get(2)));
            }
            if (size == 0) {
                throw wrong("there are no requests");
            }
            return new RequestTrace(arrivals, prompts, answers, size);
        }

        /** The next line that is not blank, read character by character so that its length is bounded. */
        private Optional<String> next(BufferedReader lines) throws IOException {
            int c;
            do {
                line++;
                StringBuilder text = new StringBuilder();
                for (c = lines.read(); c != -1 && c != '\n'; c = lines.read()) {
                    text.append((char) c);
                    if (text.length() > LONGEST) {
                        throw wrong("longer than " + LONGEST + " characters; is it a trace?");
                    }
                }
                String stripped = text.toString().strip();
                if (!stripped.isEmpty()) {
                    return Optional.of(stripped);
                }
            } while (c != -1);
            return Optional.empty();
        }

        private static List<String> columns(String text, boolean lower) {
            return Arrays.stream(text.split(",", -1))
                    .map(String::strip)
                    .map(column -> lower ? column.toLowerCase(Locale.ROOT).replace("\uFEFF", "") : column)
                    .toList();
        }

        private void add(double time, int prompt, int answer) {
            if (size == 0) {
                first = time;
            }
            double since = time - first;
            if (size > 0 && since < arrivals[size - 1]) {
                throw wrong("comes before the line above it; sort the trace by time");
            }
            if (size == MOST) {
                throw wrong("more than " + MOST + " requests");
            }
            if (size == arrivals.length) {
                arrivals = Arrays.copyOf(arrivals, 2 * size);
                prompts = Arrays.copyOf(prompts, 2 * size);
                answers = Arrays.copyOf(answers, 2 * size);
            }
            arrivals[size] = since;
            prompts[size] = prompt;
            answers[size] = answer;
            size++;
        }

        private double seconds(String text) {
            if (!text.matches("[0-9]{1,12}(\\.[0-9]{1,20})?([eE]-?[0-9]{1,2})?")) {
                throw wrong("'" + text + "' is not a number of seconds");
            }
            return Double.parseDouble(text);
        }

        private double point(String text) {
            try {
                Instant time = LocalDateTime.parse(
                                text.replaceFirst("\\+00:00$", "").replace(' ', 'T'))
                        .toInstant(ZoneOffset.UTC);
                return time.getEpochSecond() + time.getNano() / 1e9;
            } catch (DateTimeParseException e) {
                throw wrong("'" + text + "' is not a point in time such as 2023-11-16 18:15:46.680590");
            }
        }

        private int tokens(String text) {
            if (!text.matches("[0-9]{1,9}") || Integer.parseInt(text) > MOST_TOKENS) {
                throw wrong("'" + text + "' is not a number of tokens up to " + MOST_TOKENS);
            }
            return Math.max(1, Integer.parseInt(text));
        }

        private StoaException wrong(String what) {
            return StoaException.user(file + ":" + line + ": " + what);
        }
    }

    public int size() {
        return size;
    }

    /** Seconds after the first moment of the trace. */
    public double arrival(int request) {
        return arrivals[request];
    }

    public int promptTokens(int request) {
        return prompts[request];
    }

    public int answerTokens(int request) {
        return answers[request];
    }

    /** Requests per second, on average. */
    public double rate() {
        double span = arrivals[size - 1] - arrivals[0];
        return size == 1 || span == 0 ? 0 : (size - 1) / span;
    }

    /** The same requests, coming faster by a factor. */
    public RequestTrace faster(double factor) {
        if (!(factor > 0 && factor < 1e9)) {
            throw new IllegalArgumentException("a trace is made faster by a positive factor: " + factor);
        }
        double[] scaled =
                Arrays.stream(arrivals, 0, size).map(time -> time / factor).toArray();
        return new RequestTrace(scaled, prompts, answers, size);
    }
}
