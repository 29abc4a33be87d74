package io.stoa.gateway.wire;

/** A stream of chat completion chunks, told in another protocol as it comes. For one stream, by one thread at a time. */
public sealed interface EventTranslation permits ResponsesEvents, MessagesEvents {
    /** Takes bytes as they came from the upstream, cut anywhere; returns the bytes to send on, which may be none. */
    byte[] feed(byte[] chunk);

    /** The upstream has ended its stream: the last events, or an error when its answer was not whole. */
    byte[] end();

    /** Something went wrong: the events that say so. After it nothing more is told. */
    byte[] fail(ApiError error);
}
