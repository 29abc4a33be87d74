package io.stoa.integration.retrieve.ingest;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import org.apache.poi.openxml4j.exceptions.InvalidFormatException;
import org.apache.poi.openxml4j.opc.OPCPackage;
import org.apache.poi.openxml4j.util.ZipSecureFile;

/**
 * Opens Office files (ECMA-376: XML in a zip). Zip bombs end at POI's checks: an entry may hold 256 MiB and be a hundred
 * times as large as it is packed, a file may have 5,000 entries. POI's XML readers take no external entities and no document
 * types.
 */
final class Office {
    private static final long LARGEST_ENTRY = 256L << 20;
    private static final long MOST_ENTRIES = 5_000;

    static {
        // POI keeps its limits for the whole process; its ratio of 0.01 stays.
        ZipSecureFile.setMaxEntrySize(LARGEST_ENTRY);
        ZipSecureFile.setMaxFileCount(MOST_ENTRIES);
    }

    private Office() {}

    static OPCPackage open(byte[] content) throws IOException, Unreadable {
        if (content.length > 7 && (content[0] & 0xFF) == 0xD0 && (content[1] & 0xFF) == 0xCF) {
            throw new Unreadable("is encrypted, or of the time before 2007; save a copy without a password, in the"
                    + " format of today");
        }
        if (content.length < 4 || content[0] != 'P' || content[1] != 'K') {
            throw new Unreadable("is no Office file; give it the ending of what it is, or save it anew");
        }
        try {
            return OPCPackage.open(new ByteArrayInputStream(content));
        } catch (InvalidFormatException e) {
            throw new IOException(e);
        }
    }
}
