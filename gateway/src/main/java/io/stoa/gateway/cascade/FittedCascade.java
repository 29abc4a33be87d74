package io.stoa.gateway.cascade;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.cascade.Cascade.LocalAnswer;
import io.stoa.model.Digest;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * A certificate with the coefficients that it speaks of: one JSON file.
 *
 * @see CertifiedCascade what serves with it
 */
public final class FittedCascade {
    /** Changes when a score computed from the same coefficients changes. */
    private static final String FORMAT = "stoa-cascade/1";

    /** A file with all weights has about half a megabyte. */
    private static final long MOST_BYTES = 8L << 20;

    private final Certificate certificate;
    private final PromptRouter router;
    private final double least;
    private final Optional<AnswerScore> answers;

    FittedCascade(Certificate certificate, PromptRouter router, double least, Optional<AnswerScore> answers) {
        this.certificate = requireNonNull(certificate, "certificate");
        this.router = requireNonNull(router, "router");
        this.least = least;
        this.answers = requireNonNull(answers, "answers");
        if (!digest(router, least, answers).equals(certificate.router())) {
            throw new IllegalArgumentException(
                    "the coefficients are not those that the certificate was made for; fit the route again");
        }
    }

    public Certificate certificate() {
        return certificate;
    }

    PromptRouter router() {
        return router;
    }

    double least() {
        return least;
    }

    /** Whether it decides after generation; else the prompt alone decides. */
    public boolean readsAnswers() {
        return answers.isPresent();
    }

    Optional<AnswerScore> answers() {
        return answers;
    }

    /** The router's score of a prompt: ½ where both models are expected to do equally well. */
    public double promptScore(String prompt) {
        return router.score(prompt);
    }

    /** The score of an answer; absent where it does not tell its log-probabilities or answers are not scored. */
    public OptionalDouble answerScore(String prompt, LocalAnswer answer) {
        return answers.isPresent() && AnswerScore.readable(answer)
                ? OptionalDouble.of(answers.get().score(prompt, answer))
                : OptionalDouble.empty();
    }

    /** What each feature of a prompt adds to the logit of the router's score, the weightiest first. */
    public List<Map.Entry<String, Double>> explainPrompt(String prompt) {
        return sorted(router.contributions(prompt));
    }

    /** What each feature adds to the logit of an answer's score, the weightiest first. */
    public List<Map.Entry<String, Double>> explainAnswer(String prompt, LocalAnswer answer) {
        return answers.map(score -> sorted(score.contributions(prompt, answer))).orElse(List.of());
    }

    private static List<Map.Entry<String, Double>> sorted(Map<String, Double> contributions) {
        return contributions.entrySet().stream().sorted(CascadeFit.byWeight()).toList();
    }

    static Digest digest(PromptRouter router, double least, Optional<AnswerScore> answers) {
        return Digest.of(JsonMapper.shared().writeValueAsString(Coefficients.of(router, least, answers)));
    }

    /** Writes the file whole, or leaves what was there. */
    public void write(Path file) {
        String text = JsonMapper.shared()
                .writerWithDefaultPrettyPrinter()
                .writeValueAsString(
                        new Document(FORMAT, certificate.id(), certificate, Coefficients.of(router, least, answers)));
        writeWhole(file, text + "\n");
    }

    static void writeWhole(Path file, String text) {
        Path whole = file.toAbsolutePath();
        Path half = whole.resolveSibling(
                "." + whole.getFileName() + "." + ProcessHandle.current().pid() + ".part");
        try {
            Files.writeString(half, text, StandardCharsets.UTF_8);
            Files.move(half, whole, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new StoaException(
                    StoaException.Kind.RESOURCES, file + ": cannot be written (" + e + "); name another place", e);
        }
    }

    /** Reads what {@link #write} wrote, and refuses what was changed since. */
    public static FittedCascade read(Path file) {
        try {
            Document document = JsonMapper.shared().readValue(readBounded(file, MOST_BYTES), Document.class);
            if (!FORMAT.equals(document.format())) {
                throw StoaException.user(file + ": is of the format " + document.format() + ", and this Stoa reads "
                        + FORMAT + "; fit the route again");
            }
            FittedCascade cascade = document.coefficients().cascade(document.certificate());
            if (!cascade.certificate().id().equals(document.id())) {
                throw StoaException.user(file + ": its certificate was changed after it was made; fit the route again");
            }
            return cascade;
        } catch (JacksonException | IllegalArgumentException | NullPointerException e) {
            throw StoaException.user(file + ": is not a fitted route, or was changed (" + firstLine(e) + "); make it"
                    + " with: stoa route fit");
        }
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    static String readBounded(Path file, long mostBytes) {
        try {
            if (Files.size(file) > mostBytes) {
                throw StoaException.user(file + ": has more than " + mostBytes + " bytes");
            }
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw StoaException.user(file + ": cannot be read (" + e + ")");
        }
    }

    /** The file. */
    record Document(String format, String id, Certificate certificate, Coefficients coefficients) {}

    /** What is not zero of a vector. */
    record Sparse(int size, double intercept, double penalty, List<Integer> places, List<Double> weights) {
        static Sparse of(Logistic model) {
            List<Integer> places = new ArrayList<>();
            List<Double> weights = new ArrayList<>();
            for (int i = 0; i < model.weights().length; i++) {
                if (model.weights()[i] != 0) {
                    places.add(i);
                    weights.add(model.weights()[i]);
                }
            }
            return new Sparse(model.weights().length, model.intercept(), model.penalty(), places, weights);
        }

        Logistic model() {
            if (size < 0 || size > AnswerScore.size(true) || places.size() != weights.size()) {
                throw new IllegalArgumentException("not weights: " + size + ", " + places.size());
            }
            double[] all = new double[size];
            for (int i = 0; i < places.size(); i++) {
                if (places.get(i) < 0 || places.get(i) >= size) {
                    throw new IllegalArgumentException("not a place: " + places.get(i));
                }
                all[places.get(i)] = weights.get(i);
            }
            return new Logistic(intercept, all, penalty);
        }
    }

    /** The coefficients of both scores. {@code least} is absent where every prompt is asked. */
    record Coefficients(
            PromptRouter.Kind kind, Sparse prompt, Optional<Double> least, Optional<AnswerCoefficients> answer) {
        static Coefficients of(PromptRouter router, double least, Optional<AnswerScore> answers) {
            return new Coefficients(
                    router.kind(),
                    Sparse.of(router.model()),
                    Double.isFinite(least) ? Optional.of(least) : Optional.empty(),
                    answers.map(AnswerCoefficients::of));
        }

        FittedCascade cascade(Certificate certificate) {
            return new FittedCascade(
                    certificate,
                    new PromptRouter(kind, prompt.model()),
                    least.orElse(Double.NEGATIVE_INFINITY),
                    answer.map(AnswerCoefficients::score));
        }
    }

    /** The coefficients of answers. */
    record AnswerCoefficients(boolean words, List<Double> means, List<Double> deviations, Sparse weights) {
        static AnswerCoefficients of(AnswerScore score) {
            return new AnswerCoefficients(score.words(), score.means(), score.deviations(), Sparse.of(score.model()));
        }

        AnswerScore score() {
            return new AnswerScore(words, means, deviations, weights.model());
        }
    }
}
