package io.stoa.gateway;

import io.stoa.gateway.wire.ApiError;
import io.stoa.gateway.wire.EventTranslation;
import io.stoa.gateway.wire.StreamScan;

/** Events told in another protocol. */
final class TranslatedEvents implements Wording.EventWording {
    private final EventTranslation translation;
    private final StreamScan scan = StreamScan.passing();

    TranslatedEvents(EventTranslation translation) {
        this.translation = translation;
    }

    @Override
    public byte[] feed(byte[] came) {
        byte[] _ = scan.feed(came);
        // What an upstream says of its failure is told by us.
        return scan.error().isPresent() ? new byte[0] : translation.feed(came);
    }

    @Override
    public byte[] end() {
        byte[] _ = scan.end();
        return translation.end();
    }

    @Override
    public byte[] fail(ApiError error) {
        return translation.fail(error);
    }

    @Override
    public StreamScan seen() {
        return scan;
    }
}
