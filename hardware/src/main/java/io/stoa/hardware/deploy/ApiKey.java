package io.stoa.hardware.deploy;

/** The key that callers must send: where it is kept, never what it is. */
public sealed interface ApiKey {
    /** None is asked for; only for an address that nobody else reaches. */
    record None() implements ApiKey {}

    /** In an environment variable of whoever starts the service. */
    record Variable(String name) implements ApiKey {
        public Variable {
            if (!name.matches("[A-Za-z_][A-Za-z0-9_]{0,99}")) {
                throw new IllegalArgumentException("the key's variable is letters, digits and _: " + name);
            }
        }
    }

    /**
     * In a file.
     *
     * @param path absolute
     */
    record File(String path) implements ApiKey {
        public File {
            Printable.requirePath("the key's file", path);
        }
    }
}
