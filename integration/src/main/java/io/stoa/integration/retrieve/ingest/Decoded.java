package io.stoa.integration.retrieve.ingest;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Bytes as text: UTF-8, or UTF-16 that begins with a byte order mark. */
final class Decoded {
    private Decoded() {}

    static String of(byte[] content) throws Unreadable {
        Charset charset = StandardCharsets.UTF_8;
        if (content.length > 1 && (content[0] & 0xFF) == 0xFF && (content[1] & 0xFF) == 0xFE) {
            charset = StandardCharsets.UTF_16LE;
        } else if (content.length > 1 && (content[0] & 0xFF) == 0xFE && (content[1] & 0xFF) == 0xFF) {
            charset = StandardCharsets.UTF_16BE;
        }
        String text;
        try {
            text = charset.newDecoder().decode(ByteBuffer.wrap(content)).toString();
        } catch (CharacterCodingException _) {
            throw new Unreadable("is not UTF-8; save it as UTF-8");
        }
        if (text.indexOf('\0') >= 0) {
            throw new Unreadable("is no text: it holds zero bytes; give it the ending of what it is");
        }
        return (text.startsWith("\uFEFF") ? text.substring(1) : text)
                .replace("\r\n", "\n")
                .replace('\r', '\n');
    }
}
