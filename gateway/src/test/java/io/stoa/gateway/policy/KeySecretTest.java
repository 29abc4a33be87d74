package io.stoa.gateway.policy;

import static org.assertj.core.api.Assertions.assertThat;

import io.stoa.model.Digest;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeySecretTest {
    @Test
    void aKeyIsWellFormedAndAllDiffer() {
        Set<String> seen = new HashSet<>();
        SecureRandom random = new SecureRandom();
        for (int i = 0; i < 1_000; i++) {
            KeySecret secret = KeySecret.draw(random);
            assertThat(secret.reveal()).matches("stoa_sk_[0-9A-Za-z]{49}");
            assertThat(KeySecret.isWellFormed(secret.reveal())).isTrue();
            assertThat(secret.toString()).doesNotContain(secret.reveal().substring(8, 20));
            seen.add(secret.reveal());
        }
        assertThat(seen).hasSize(1_000);
    }

    @Test
    void everyTypingErrorIsSeen() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            String key = KeySecret.draw(random).reveal();
            int place = 8 + random.nextInt(48);
            char[] typed = key.toCharArray();
            if (random.nextBoolean()) {
                typed[place] =
                        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".charAt(random.nextInt(62));
            } else {
                typed[place] = key.charAt(place + 1);
                typed[place + 1] = key.charAt(place);
            }
            String other = new String(typed);
            assertThat(KeySecret.isWellFormed(other))
                    .as("seed %d: %s typed as %s", seed, key, other)
                    .isEqualTo(other.equals(key));
        }
        assertThat(KeySecret.isWellFormed("")).isFalse();
        assertThat(KeySecret.isWellFormed("stoa_sk_" + "ü".repeat(49))).isFalse();
    }

    @Test
    void theFormStaysAsItIs() {
        // a generator that yields zeros only: the digits and the checksum are then fixed for good
        KeySecret zeros = KeySecret.draw(() -> 0);
        assertThat(zeros.reveal()).startsWith("stoa_sk_" + "0".repeat(43)).hasSize(57);
        assertThat(zeros.digest()).isEqualTo(Digest.of(zeros.reveal()));
    }
}
