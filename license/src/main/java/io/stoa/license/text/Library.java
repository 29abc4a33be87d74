package io.stoa.license.text;

import io.stoa.model.StoaException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * The licence texts that Stoa knows, as fingerprints.
 *
 * <p>File: a deflated stream of big-endian numbers. The letters {@code STOA}, version 1 (int); the number of licences, and
 * for each its id (a short and as many bytes of UTF-8), whether it is superseded (byte), the number of its titles (int) and their {@linkplain
 * Titles#key keys} (ints); the number of forms, and for each the number of its licences (short) with their indices (shorts),
 * the number of its runs (int), the number of its spans (short) with start, length (ints) and leeway (byte: 0 may lack, 1 a name); the runs of all
 * forms (shorts); the number of vocabulary hashes and the hashes, ascending (ints).
 */
final class Library {
    private static final String RESOURCE = "/io/stoa/license/fingerprints/texts.bin";
    private static final int MAGIC = 0x53544f41;
    private static final int VERSION = 1;

    private final List<Named> licenses;
    private final List<Form> forms;
    private final int[] vocabulary;

    /**
     * Takes the parts.
     *
     * @param licenses their ids and titles
     * @param forms their wordings; one licence has several where copies differ
     * @param vocabulary hashes of the words that licence texts are written with, ascending: what is not there may be a name
     */
    Library(List<Named> licenses, List<Form> forms, int[] vocabulary) {
        this.licenses = List.copyOf(licenses);
        this.forms = List.copyOf(forms);
        this.vocabulary = vocabulary.clone();
    }

    List<Named> licenses() {
        return licenses;
    }

    List<Form> forms() {
        return forms;
    }

    int[] vocabulary() {
        return vocabulary.clone();
    }

    /**
     * A licence.
     *
     * @param id its SPDX id, or ScanCode's key as a LicenseRef
     * @param superseded whether the collection calls the id deprecated
     * @param titles keys of what may head a copy
     */
    record Named(String id, boolean superseded, List<Integer> titles) {
        Named {
            titles = List.copyOf(titles);
        }
    }

    static Library shipped() {
        try (InputStream in = Library.class.getResourceAsStream(RESOURCE)) {
            if (in == null) {
                throw StoaException.bug("resource " + RESOURCE + " is missing from the licence module");
            }
            return read(in.readAllBytes());
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "resource " + RESOURCE + " cannot be read", e);
        }
    }

    String id(int license) {
        return licenses.get(license).id();
    }

    boolean isVocabulary(String word) {
        return Arrays.binarySearch(vocabulary, Runs.word(word)) >= 0;
    }

    static Library read(byte[] packed) throws IOException {
        ByteBuffer in = ByteBuffer.wrap(new InflaterInputStream(new ByteArrayInputStream(packed)).readAllBytes());
        try {
            return read(in);
        } catch (BufferUnderflowException | IndexOutOfBoundsException | IllegalArgumentException e) {
            throw new IOException("a damaged library of fingerprints", e);
        }
    }

    private static Library read(ByteBuffer in) throws IOException {
        if (in.getInt() != MAGIC || in.getInt() != VERSION) {
            throw new IOException("not a library of fingerprints of version " + VERSION);
        }
        List<Named> licenses = new ArrayList<>();
        for (int i = in.getInt(); i > 0; i--) {
            byte[] id = new byte[in.getShort()];
            in.get(id);
            boolean superseded = in.get() != 0;
            licenses.add(new Named(
                    new String(id, StandardCharsets.UTF_8),
                    superseded,
                    Arrays.stream(ints(in)).boxed().toList()));
        }
        int count = in.getInt();
        List<List<Integer>> owners = new ArrayList<>();
        List<short[]> runs = new ArrayList<>();
        List<List<Form.Span>> spans = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            List<Integer> of = new ArrayList<>();
            for (int k = in.getShort(); k > 0; k--) {
                of.add((int) in.getShort());
            }
            owners.add(of);
            runs.add(new short[in.getInt()]);
            spans.add(spans(in));
        }
        List<Form> forms = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            short[] all = runs.get(i);
            in.asShortBuffer().get(all);
            in.position(in.position() + all.length * Short.BYTES);
            forms.add(new Form(owners.get(i), all, spans.get(i)));
        }
        return new Library(licenses, forms, ints(in));
    }

    private static int[] ints(ByteBuffer in) {
        int[] ints = new int[in.getInt()];
        in.asIntBuffer().get(ints);
        in.position(in.position() + ints.length * Integer.BYTES);
        return ints;
    }

    private static List<Form.Span> spans(ByteBuffer in) {
        List<Form.Span> spans = new ArrayList<>();
        for (int i = in.getShort(); i > 0; i--) {
            int from = in.getInt();
            int length = in.getInt();
            spans.add(new Form.Span(from, from + length, in.get() == 0 ? Form.Leeway.MAY_LACK : Form.Leeway.NAME));
        }
        return spans;
    }

    byte[] write() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION);
        try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(packed, deflater))) {
            out.writeInt(MAGIC);
            out.writeInt(VERSION);
            out.writeInt(licenses.size());
            for (Named license : licenses) {
                byte[] id = license.id().getBytes(StandardCharsets.UTF_8);
                out.writeShort(id.length);
                out.write(id);
                out.writeBoolean(license.superseded());
                out.writeInt(license.titles().size());
                for (int title : license.titles()) {
                    out.writeInt(title);
                }
            }
            out.writeInt(forms.size());
            for (Form form : forms) {
                out.writeShort(form.licenses().size());
                for (int license : form.licenses()) {
                    out.writeShort(license);
                }
                out.writeInt(form.runCount());
                out.writeShort(form.spans().size());
                for (Form.Span span : form.spans()) {
                    out.writeInt(span.from());
                    out.writeInt(span.to() - span.from());
                    out.writeByte(span.leeway() == Form.Leeway.MAY_LACK ? 0 : 1);
                }
            }
            for (Form form : forms) {
                for (int run = 0; run < form.runCount(); run++) {
                    out.writeShort(form.run(run));
                }
            }
            out.writeInt(vocabulary.length);
            for (int word : vocabulary) {
                out.writeInt(word);
            }
        } finally {
            deflater.end();
        }
        return packed.toByteArray();
    }
}
