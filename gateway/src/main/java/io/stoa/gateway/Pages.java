package io.stoa.gateway;

import static java.util.Objects.requireNonNull;

import io.stoa.gateway.policy.Caller;
import java.net.InetAddress;
import java.util.Map;
import java.util.Optional;

/** What can be looked at besides models: the console, metrics. Called on virtual threads, so it may block. */
@FunctionalInterface
public interface Pages {
    Pages NONE = _ -> Optional.empty();

    /** The page of a path; absent when there is none. */
    Optional<Page> get(Request request);

    /** What becomes of something that was sent to a path, by its query; absent when nothing takes it. */
    default Optional<Page> post(Request request) {
        return Optional.empty();
    }

    /**
     * Who looks at what.
     *
     * @param path decoded no further than it came, such as {@code /metrics}
     * @param query after the question mark; empty without one
     * @param caller whose key was sent, if one was that is known
     * @param headers by their names in lower case; of several with one name the first; {@code host} whatever the protocol
     * @param from the connection's other end; absent when it has no address
     */
    record Request(
            String path,
            String query,
            Optional<Caller> caller,
            Map<String, String> headers,
            Optional<InetAddress> from) {
        public Request {
            requireNonNull(path, "path");
            requireNonNull(query, "query");
            requireNonNull(caller, "caller");
            headers = Map.copyOf(headers);
            requireNonNull(from, "from");
        }
    }
}
