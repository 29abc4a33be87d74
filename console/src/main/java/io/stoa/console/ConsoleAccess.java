package io.stoa.console;

import io.stoa.gateway.Pages;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Who may see the console's figures without a key: whoever sits at the machine. */
final class ConsoleAccess {
    private static final Pattern OF_THIS_MACHINE =
            Pattern.compile("(localhost|127\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}|\\[::1])(:\\d{1,5})?");

    private static final Set<String> FORWARDED =
            Set.of("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via");

    private ConsoleAccess() {}

    /**
     * Whether a request comes from a person at this machine: over loopback, not through a proxy (behind one on the same
     * machine everybody would seem to sit here), and by a name of this machine (a page of somebody else's whose name was
     * made to point here is refused: DNS rebinding).
     */
    static boolean withoutKey(Pages.Request request) {
        return request.from().filter(InetAddress::isLoopbackAddress).isPresent()
                && FORWARDED.stream().noneMatch(request.headers()::containsKey)
                && OF_THIS_MACHINE
                        .matcher(request.headers().getOrDefault("host", "").toLowerCase(Locale.ROOT))
                        .matches();
    }
}
