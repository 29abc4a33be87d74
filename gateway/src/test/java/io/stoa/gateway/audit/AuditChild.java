package io.stoa.gateway.audit;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.locks.LockSupport;

/**
 * Another process that appends until it is killed, and prints the last record that the operating system has. Arguments:
 * the folder, the key and how many requests (0: without end).
 */
final class AuditChild {
    private AuditChild() {}

    public static void main(String[] arguments) {
        AuditFolder folder = new AuditFolder(Path.of(arguments[0]));
        KeyPair key = SigningKey.readOrMake(Path.of(arguments[1]));
        int most = Integer.parseInt(arguments[2]);
        try (AuditLog log = AuditLog.open(
                AuditSettings.of(folder, "gw-1").with(100_000, 50), key, Clock.systemUTC(), new SecureRandom())) {
            int refusals = 0;
            for (int i = 0; refusals < 3 && (most == 0 || i < most); i++) {
                if (log.accepting()) {
                    log.ended(Requests.request(i));
                } else {
                    refusals++;
                    System.out.println("refused " + log.failure().orElse("too many wait"));
                    LockSupport.parkNanos(100_000_000);
                }
                if (i % 20 == 0) {
                    System.out.println("written " + log.written());
                    LockSupport.parkNanos(200_000);
                }
            }
        } catch (StoaException e) {
            System.out.println("closed " + e.sentence());
        }
    }
}
