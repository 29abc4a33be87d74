package io.stoa.gateway.policy.guard;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One pass over a text for {@link InjectionSignal}s. Words are compared by hash, never by patterns that go back. */
final class InjectionScan {
    private static final int OVERRIDE_VERB = 1;
    private static final int QUALIFIER = 2;
    private static final int NOUN = 4;
    private static final int LEAK_VERB = 8;
    private static final int SYSTEM = 16;
    private static final int OPENER = 32;
    private static final int PERSONA = 64;
    private static final int MODE = 128;
    private static final int MODE_NAME = 256;
    private static final int MARK = 512;

    private static final int REACH = 6;
    private static final int MARK_LENGTH = 24;
    private static final int LEAST_ENCODED = 40;
    private static final int MOST_ENCODED = 2_048;
    private static final long FNV_BASIS = 0xCBF29CE484222325L;
    private static final long FNV_PRIME = 0x100000001B3L;

    private static final Words WORDS = words();

    private static final List<byte[]> MARKS = ascii(
            "<|im_start|>",
            "<|im_end|>",
            "<|im_sep|>",
            "<|system|>",
            "<|user|>",
            "<|assistant|>",
            "<|end|>",
            "<|endoftext|>",
            "<|eot_id|>",
            "<|eom_id|>",
            "<|begin_of_text|>",
            "<|start_header_id|>",
            "<|start|>",
            "<|channel|>",
            "<|message|>",
            "<start_of_turn>",
            "<end_of_turn>",
            "<<sys>>",
            "[inst]",
            "[/inst]",
            "[system_prompt]");

    private static final List<byte[]> HIDDEN = ascii(
            "display:none", "display: none", "visibility:hidden", "visibility: hidden", "font-size:0", "font-size: 0");

    private final byte[] text;
    private final Set<InjectionSignal> signals = EnumSet.noneOf(InjectionSignal.class);
    private final boolean decoding;

    private InjectionScan(byte[] text, boolean decoding) {
        this.text = text;
        this.decoding = decoding;
    }

    private static List<byte[]> ascii(String... texts) {
        return Arrays.stream(texts)
                .map(each -> each.getBytes(StandardCharsets.US_ASCII))
                .toList();
    }

    /** The signals in what nobody vouches for of a body. */
    static Set<InjectionSignal> signals(BodyText body) {
        InjectionScan scan = new InjectionScan(body.bytes(), true);
        for (int segment = 0; segment < body.segments(); segment++) {
            if (body.isUntrusted(segment)) {
                scan.segment(body.start(segment), body.end(segment));
            }
        }
        return scan.signals;
    }

    /** Classes of words, by hash, in a table without lists: half of it is empty. */
    private static final class Words {
        private final long[] hashes;
        private final int[] classes;

        Words(Map<Long, Integer> words) {
            int size = Integer.highestOneBit(words.size()) * 4;
            hashes = new long[size];
            classes = new int[size];
            words.forEach((hash, value) -> {
                int place = place(hash);
                hashes[place] = hash;
                classes[place] = value;
            });
        }

        private int place(long hash) {
            int place = (int) (hash ^ (hash >>> 32)) & (hashes.length - 1);
            while (hashes[place] != 0 && hashes[place] != hash) {
                place = (place + 1) & (hashes.length - 1);
            }
            return place;
        }

        int of(long hash) {
            return classes[place(hash)];
        }
    }

    private static Words words() {
        Map<Long, Integer> words = new HashMap<>();
        add(words, OVERRIDE_VERB, "ignore disregard forget override bypass neglect discard");
        add(
                words,
                OVERRIDE_VERB,
                "ignoriere ignorieren vergiss ignorez oublie oubliez ignora ignorad olvida ignorare dimentica");
        add(
                words,
                QUALIFIER,
                "previous prior above earlier preceding all any your initial original foregoing every system");
        add(
                words,
                QUALIFIER,
                "vorherigen bisherigen obigen alle alles deine précédentes toutes tes anteriores todas tus");
        add(words, QUALIFIER, "precedenti tutte");
        add(words, NOUN, "instructions instruction prompt prompts rules guidelines directives directions constraints");
        add(words, NOUN, "restrictions programming policies anweisungen anweisung regeln vorgaben consignes règles");
        add(words, NOUN, "instrucciones reglas istruzioni regole");
        add(
                words,
                LEAK_VERB,
                "reveal print show repeat output display leak expose disclose tell give zeige wiederhole");
        add(words, LEAK_VERB, "affiche montre muestra revela");
        add(words, SYSTEM, "system hidden secret initial developer");
        add(words, OPENER, "you act pretend roleplay become behave du sei bist");
        add(words, PERSONA, "dan jailbroken jailbreak unrestricted unfiltered uncensored stan aim omnipotent");
        add(words, MODE, "mode modus");
        add(words, MODE_NAME, "developer dan god jailbreak sudo unrestricted");
        return new Words(words);
    }

    private static void add(Map<Long, Integer> words, int kind, String list) {
        for (String word : list.split(" ", -1)) {
            long hash = FNV_BASIS;
            for (byte b : word.getBytes(StandardCharsets.UTF_8)) {
                hash = (hash ^ (b & 0xFF)) * FNV_PRIME;
            }
            words.merge(hash, kind, (a, b) -> a | b);
        }
    }

    private void segment(int from, int to) {
        int[] last = new int[MARK];
        long hash = FNV_BASIS;
        int count = REACH + 1;
        int start = -1;
        int run = from;
        boolean lineStart = true;
        boolean wordAtLineStart = false;
        for (int i = from; i <= to; i++) {
            int b = i < to ? text[i] : 0;
            int lower = b >= 'A' && b <= 'Z' ? b | 0x20 : b;
            boolean letter = (lower >= 'a' && lower <= 'z') || b < 0;
            if (letter) {
                if (start < 0) {
                    start = i;
                    hash = FNV_BASIS;
                    wordAtLineStart = lineStart;
                }
                hash = (hash ^ (lower & 0xFF)) * FNV_PRIME;
                if (b < 0) {
                    unicode(i, from, to);
                }
            } else if (start >= 0) {
                int kinds = WORDS.of(hash);
                count++;
                if (kinds != 0) {
                    word(kinds, count, last);
                    if (wordAtLineStart && b == ':' && kinds == (QUALIFIER | SYSTEM)) {
                        signals.add(InjectionSignal.FALSE_TURN);
                    }
                }
                start = -1;
            }
            if (b == '<' || b == '[' || b == 'd' || b == 'v' || b == 'f') {
                marks(i, to, b);
            }
            lineStart = b == '\n' || (lineStart && (b == ' ' || b == '#' || b == '*'));
            boolean encoded = (lower >= 'a' && lower <= 'z') || (b >= '0' && b <= '9') || b == '+' || b == '/';
            if (!encoded) {
                if (i - run >= LEAST_ENCODED && decoding) {
                    encoded(run, i);
                }
                run = i + 1;
            }
        }
    }

    /** A word that means something; where each class was seen last is known by word count. */
    private void word(int kinds, int count, int[] last) {
        if ((kinds & NOUN) != 0) {
            int verb = last[OVERRIDE_VERB];
            if (verb > 0 && count - verb <= REACH && last[QUALIFIER] > verb) {
                signals.add(InjectionSignal.OVERRIDE);
            }
            if (last[SYSTEM] == count - 1 && last[LEAK_VERB] > 0 && count - last[LEAK_VERB] <= REACH) {
                signals.add(InjectionSignal.PROMPT_LEAK);
            }
        }
        boolean persona = (kinds & PERSONA) != 0 && last[OPENER] > 0 && count - last[OPENER] <= REACH;
        boolean mode = (kinds & MODE) != 0 && last[MODE_NAME] == count - 1;
        if (persona || mode) {
            signals.add(InjectionSignal.PERSONA);
        }
        for (int kind = Integer.lowestOneBit(kinds), rest = kinds; rest != 0; kind = Integer.lowestOneBit(rest)) {
            last[kind] = count;
            rest &= ~kind;
        }
    }

    private void marks(int at, int to, int b) {
        List<byte[]> candidates = b == '<' || b == '[' ? MARKS : HIDDEN;
        InjectionSignal signal = b == '<' || b == '[' ? InjectionSignal.TEMPLATE_MARK : InjectionSignal.HIDDEN_HTML;
        int second = at + 1 < to ? text[at + 1] : 0;
        boolean possible = switch (b) {
            case '<' -> second == '|' || second == '<' || second == 's' || second == 'e';
            case '[' -> second == 'I' || second == '/' || second == 'S' || second == 'i';
            default -> second == 'i' || second == 'o';
        };
        if (!possible || to - at < 6) {
            return;
        }
        for (byte[] each : candidates) {
            if (startsWith(at, Math.min(to, at + MARK_LENGTH), each)) {
                signals.add(signal);
                return;
            }
        }
    }

    private boolean startsWith(int at, int to, byte[] mark) {
        if (to - at < mark.length) {
            return false;
        }
        for (int i = 0; i < mark.length; i++) {
            int b = text[at + i];
            if ((b >= 'A' && b <= 'Z' ? b | 0x20 : b) != mark[i]) {
                return false;
            }
        }
        return true;
    }

    /** Characters that cannot be seen, by their UTF-8. */
    private void unicode(int i, int from, int to) {
        int first = text[i] & 0xFF;
        if (i + 2 >= to) {
            return;
        }
        int second = text[i + 1] & 0xFF;
        int third = text[i + 2] & 0xFF;
        if (first == 0xE2 && second == 0x80 && third >= 0xAA && third <= 0xAE) {
            // U+202A to U+202E
            signals.add(InjectionSignal.BIDI_OVERRIDE);
        } else if (first == 0xE2
                && ((second == 0x80 && third >= 0x8B && third <= 0x8D) || (second == 0x81 && third == 0xA0))) {
            // U+200B to U+200D and U+2060; between other scripts' letters and in emoji they are spelling
            if (i > from && isAsciiLetter(text[i - 1]) && i + 3 < to && isAsciiLetter(text[i + 3])) {
                signals.add(InjectionSignal.INVISIBLE);
            }
        } else if (first == 0xF3 && second == 0xA0 && (third == 0x80 || third == 0x81)) {
            // U+E0000 to U+E007F; after a black flag they spell the flag of a region
            if (!isFlag(i, from)) {
                signals.add(InjectionSignal.INVISIBLE);
            }
        }
    }

    /** Whether such characters go back to U+1F3F4; a flag has at most seven. */
    private boolean isFlag(int at, int from) {
        int i = at;
        for (int tags = 0; tags < 7 && i - 4 >= from && (text[i - 4] & 0xFF) == 0xF3; tags++) {
            i -= 4;
        }
        return i - 4 >= from
                && (text[i - 4] & 0xFF) == 0xF0
                && (text[i - 3] & 0xFF) == 0x9F
                && (text[i - 2] & 0xFF) == 0x8F
                && (text[i - 1] & 0xFF) == 0xB4;
    }

    private static boolean isAsciiLetter(int b) {
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'z';
    }

    /** Whether a run of base64 is text, and what that text says. The beginning is enough. */
    private void encoded(int from, int to) {
        int length = Math.min(to - from, MOST_ENCODED) / 4 * 4;
        byte[] decoded = Base64.getDecoder().decode(Arrays.copyOfRange(text, from, from + length));
        int printable = 0;
        int spaces = 0;
        for (byte b : decoded) {
            printable += (b >= ' ' && b < 127) || b == '\n' ? 1 : 0;
            spaces += b == ' ' ? 1 : 0;
        }
        if (printable * 20 >= decoded.length * 19 && spaces >= 3) {
            signals.add(InjectionSignal.ENCODED_TEXT);
            InjectionScan inner = new InjectionScan(decoded, false);
            inner.segment(0, decoded.length);
            if (inner.signals.contains(InjectionSignal.OVERRIDE)) {
                signals.add(InjectionSignal.ENCODED_OVERRIDE);
            }
        }
    }
}
