package io.stoa.gateway.audit;

import io.stoa.gateway.audit.RequestRecord.Content;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;

/**
 * The body of a request's record, a canonical JSON object with these members; those of an absent value are left out:
 *
 * <pre>
 * answer           {"bytes":…, "commitment":"64 hexadecimal digits", "kept":"64 hexadecimal digits"}
 * attempts         upstream calls that were begun
 * call             "chat_completions", "embeddings", …
 * candidate        the identity of the model that answered
 * costMicros       in millionths of the currency
 * durationMicros   from the request's first byte to the answer's last
 * end              "served", "escalated", "fell_back", "refused", "failed" or "abandoned"
 * firstByteMicros  from the request's last byte to the answer's first
 * id               the caller's x-request-id
 * key              the public name of the caller's key
 * reason           one sentence
 * request          like answer
 * route            what was asked for, as the caller wrote it
 * salt             the SHA-256 of the salt
 * status           the HTTP status
 * tier             which answered
 * usage            {"completion":…, "prompt":…} in tokens
 * use              the intended use
 * verdict          the ledger's sequence of the verdict that allowed it
 * </pre>
 *
 * {@code commitment} is to the body as it came, {@code kept} to the text that is kept of it (see {@link Salts}).
 */
final class RequestBody {
    private static final int MOST_LETTERS = 500;
    private static final int MOST_REASON = 2000;

    private RequestBody() {}

    static void write(Utf8Json json, RequestRecord request, byte[] salt, boolean keeps, MessageDigest sha256) {
        json.raw("{\"answer\":");
        content(json, request.answer(), salt, Salts.ANSWER, keeps, sha256);
        json.raw(",\"attempts\":").number(request.attempts());
        json.raw(",\"call\":").string(request.call().name().toLowerCase(Locale.ROOT));
        optional(json, "candidate", request.candidate());
        json.raw(",\"costMicros\":").number(request.costMicros());
        json.raw(",\"durationMicros\":").number(request.durationMicros());
        json.raw(",\"end\":").string(request.end().name().toLowerCase(Locale.ROOT));
        if (request.firstByteMicros().isPresent()) {
            json.raw(",\"firstByteMicros\":").number(request.firstByteMicros().getAsLong());
        }
        json.raw(",\"id\":").string(cut(request.id(), MOST_LETTERS));
        optional(json, "key", request.key());
        json.raw(",\"reason\":").string(cut(request.reason(), MOST_REASON));
        json.raw(",\"request\":");
        content(json, request.request(), salt, Salts.REQUEST, keeps, sha256);
        json.raw(",\"route\":").string(cut(request.route(), MOST_LETTERS));
        json.raw(",\"salt\":\"").hex(sha256.digest(salt)).raw("\"");
        json.raw(",\"status\":").number(request.status());
        optional(json, "tier", request.tier());
        json.raw(",\"usage\":{\"completion\":")
                .number(request.usage().completion())
                .raw(",\"prompt\":")
                .number(request.usage().prompt())
                .raw("}");
        optional(json, "use", request.use());
        if (request.verdict().isPresent()) {
            json.raw(",\"verdict\":").number(request.verdict().getAsLong());
        }
        json.raw("}");
    }

    private static void content(
            Utf8Json json, Content content, byte[] salt, byte label, boolean keeps, MessageDigest sha256) {
        json.raw("{\"bytes\":").number(content.bytes());
        if (content.sha256().isPresent()) {
            byte[] digest = HexFormat.of().parseHex(content.sha256().get().hex());
            json.raw(",\"commitment\":\"")
                    .hex(Salts.commitment(sha256, salt, label, digest))
                    .raw("\"");
        }
        if (keeps && content.kept().isPresent()) {
            byte[] digest = Salts.digestOf(sha256, content.kept().get());
            json.raw(",\"kept\":\"")
                    .hex(Salts.commitment(sha256, salt, label, digest))
                    .raw("\"");
        }
        json.raw("}");
    }

    /** What is kept of a request's bodies, as a canonical JSON object; empty when there is nothing. */
    static byte[] kept(RequestRecord request) {
        Utf8Json json = new Utf8Json();
        request.answer().kept().ifPresent(text -> json.raw("{\"answer\":").string(text));
        request.request()
                .kept()
                .ifPresent(text -> json.raw(json.length() == 0 ? "{\"request\":" : ",\"request\":")
                        .string(text));
        return json.length() == 0 ? new byte[0] : json.raw("}").copy();
    }

    private static void optional(Utf8Json json, String name, Optional<String> value) {
        if (value.isPresent()) {
            json.raw(",\"").raw(name).raw("\":").string(cut(value.get(), MOST_LETTERS));
        }
    }

    /** Callers choose the route's name: a long one must not make a long line. */
    private static String cut(String text, int most) {
        return text.length() <= most ? text : text.substring(0, most - 1) + "…";
    }
}
