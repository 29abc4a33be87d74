package io.stoa.console;

import java.net.InetAddress;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may see the console's figures without a key: whoever sits at the machine. Everybody else shows an admin key as
 * {@code Authorization: Bearer …}; the page asks for it and keeps it until its tab is closed. The page itself, which shows
 * nothing by itself, is for everybody.
 */
public final class ConsoleAccess {
    private static final Pattern OF_THIS_MACHINE =
            Pattern.compile("(localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1])(:\\d{1,5})?");

    private ConsoleAccess() {}

    /**
     * Whether a request comes from a person at this machine.
     *
     * @param from the connection's other end
     * @param host the request's {@code Host} or {@code :authority}. It must be a name of this machine: a page of somebody
     *     else's whose name was made to point here is then refused (DNS rebinding)
     * @param forwarded whether a {@code Forwarded} or {@code X-Forwarded-For} header is there: behind a proxy on the same
     *     machine everybody would seem to sit here
     */
    public static boolean withoutKey(InetAddress from, Optional<String> host, boolean forwarded) {
        return from.isLoopbackAddress()
                && !forwarded
                && host.map(name -> name.toLowerCase(Locale.ROOT))
                        .filter(name -> OF_THIS_MACHINE.matcher(name).matches())
                        .isPresent();
    }
}
