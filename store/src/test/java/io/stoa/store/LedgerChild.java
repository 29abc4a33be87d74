package io.stoa.store;

import io.stoa.model.Digest;
import io.stoa.model.EvidenceKey;
import io.stoa.model.EvidenceRef;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;

/**
 * A process of its own that records {@code k0}, {@code k1}, … and says after each where it lies, as {@code
 * sequence digest}, one a line. Arguments: the ledger, how many keys, and its own name, which goes into the bodies.
 */
final class LedgerChild {
    private LedgerChild() {}

    record Body(String by, int number, double half) {}

    static EvidenceKey key(int number) {
        return new EvidenceKey("subject", "k" + number, Digest.of("inputs"));
    }

    public static void main(String[] args) {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        int keys = Integer.parseInt(args[1]);
        try (Ledger ledger = SqliteLedger.open(Path.of(args[0]), Clock.systemUTC())) {
            for (int i = 0; i < keys; i++) {
                int number = i;
                EvidenceRef ref = ledger.recorder(0)
                        .once(key(i), Body.class, () -> new Body(args[2], number, number / 2.0))
                        .evidence();
                out.println(ref.sequence() + " " + ref.digest().hex());
            }
        }
    }
}
