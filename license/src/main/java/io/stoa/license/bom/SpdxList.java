package io.stoa.license.bom;

import io.stoa.license.lineage.SpdxExpression;
import io.stoa.model.StoaException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The ids of the SPDX licence list, version 3.28.0: 727 licences and 84 exceptions, as CycloneDX 1.6 and 1.7 enumerate them.
 * An exception is not a licence, although CycloneDX's schema would take it for one. Immutable, safe to share.
 */
final class SpdxList {
    static final String VERSION = "3.28.0";

    private static final String WITH = " WITH ";
    private static final Pattern OPERATOR = Pattern.compile("(?<=[\\s)])(?:and|or|with)(?=[\\s(])");
    private static final Pattern REFERENCE =
            Pattern.compile("(?:DocumentRef-[A-Za-z0-9.-]+:)?LicenseRef-[A-Za-z0-9.-]+");

    private final Map<String, String> licenses = read("licenses");
    private final Map<String, String> exceptions = read("exceptions");

    /** The licence id that is written so, whatever its case, as the list writes it. */
    Optional<String> license(String id) {
        return Optional.ofNullable(licenses.get(id.toLowerCase(Locale.ROOT)));
    }

    /** The exception that is written so, whatever its case, as the list writes it. */
    private Optional<String> exception(String id) {
        return Optional.ofNullable(exceptions.get(id.toLowerCase(Locale.ROOT)));
    }

    /**
     * An expression of listed ids and LicenseRefs, as the list writes them; nothing where it is none. Operators may be in
     * small letters as well (SPDX 3.0.1, annex B).
     */
    Optional<SpdxExpression> expression(String text) {
        String capitals =
                OPERATOR.matcher(text).replaceAll(operator -> operator.group().toUpperCase(Locale.ROOT));
        return SpdxExpression.parse(capitals).flatMap(expression -> expression.written(this::written));
    }

    /** The LicenseRefs in an expression, sorted. */
    static NavigableSet<String> references(SpdxExpression expression) {
        NavigableSet<String> references = new TreeSet<>();
        expression.licenses().stream()
                .map(name -> name.replaceFirst(" WITH .*", ""))
                .filter(name -> REFERENCE.matcher(name).matches())
                .forEach(references::add);
        return references;
    }

    private Optional<String> written(String name) {
        int with = name.indexOf(WITH);
        if (with >= 0) {
            return written(name.substring(0, with))
                    .flatMap(id ->
                            exception(name.substring(with + WITH.length())).map(added -> id + WITH + added));
        }
        if (REFERENCE.matcher(name).matches()) {
            return Optional.of(name);
        }
        return license(name)
                .or(() -> name.endsWith("+")
                        ? license(name.substring(0, name.length() - 1)).map(id -> id + "+")
                        : Optional.empty());
    }

    private static Map<String, String> read(String name) {
        String resource = "/io/stoa/license/spdx/" + name;
        try (InputStream in = SpdxList.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw StoaException.bug("resource " + resource + " is missing from the licence module");
            }
            Map<String, String> ids = new TreeMap<>();
            new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .forEach(id -> ids.put(id.toLowerCase(Locale.ROOT), id));
            return ids;
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, "resource " + resource + " cannot be read", e);
        }
    }
}
