package io.stoa.engine.serve;

import io.stoa.model.StoaException;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where a server listens. */
public sealed interface Listen {
    /**
     * A TCP port.
     *
     * @param host a name or an address, IPv6 without brackets
     * @param port 0 takes a free one
     */
    record Tcp(String host, int port) implements Listen {
        public Tcp {
            if (host.isBlank() || port < 0 || port > 65_535) {
                throw StoaException.user(
                        host + ":" + port + ": an address has a host and a port from 0 to 65535, as in 127.0.0.1:8080");
            }
        }

        /** Whether nobody outside this machine can reach it. */
        boolean isLoopback() {
            return host.equals("localhost") || host.equals("::1") || host.matches("127(\\.\\d{1,3}){3}");
        }
    }

    /** A Unix domain socket, which only this user may open. */
    record Unix(Path path) implements Listen {
        /** What the kernel's {@code sun_path} holds, with its end. */
        private static final int LONGEST = 107;

        public Unix {
            path = path.toAbsolutePath();
            if (path.toString().length() > LONGEST) {
                throw StoaException.user(path + ": a socket's path has at most " + LONGEST + " characters");
            }
        }
    }

    /** Reads {@code host:port}, {@code [ipv6]:port} or {@code unix:/path}. */
    static Listen parse(String text) {
        if (text.startsWith("unix:")) {
            return new Unix(Path.of(text.substring("unix:".length())));
        }
        Matcher matcher = Pattern.compile("(?:\\[([0-9a-fA-F:.]+)]|([^:\\[\\]/]+)):(\\d{1,5})")
                .matcher(text);
        if (!matcher.matches()) {
            throw StoaException.user(text + ": is no address; write host:port, [ipv6]:port or unix:/path/to.sock");
        }
        String host = matcher.group(1) == null ? matcher.group(2) : matcher.group(1);
        return new Tcp(host, Integer.parseInt(matcher.group(3)));
    }
}
