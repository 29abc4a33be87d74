package io.stoa.cli;

import io.stoa.model.StoaException;
import java.util.function.Supplier;

/** Turns what a value's constructor refuses into a sentence for the person who typed it. */
final class Arguments {
    private Arguments() {}

    static <T> T checked(Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw new StoaException(StoaException.Kind.USER, String.valueOf(e.getMessage()), e);
        }
    }
}
