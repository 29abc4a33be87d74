package io.stoa.license.use;

import java.util.Locale;
import java.util.MissingResourceException;
import java.util.Set;

/** Places as people write them: alpha-2, alpha-3 and subdivision codes of ISO 3166, {@code EU} and {@code UK}. */
final class Territory {
    /** The members of the European Union, ISO 3166-1 alpha-2, as of 2020-02-01. */
    private static final Set<String> EUROPEAN_UNION = Set.of(
            "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
            "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK");

    private static final Set<String> COUNTRIES = Set.of(Locale.getISOCountries());

    private Territory() {}

    /**
     * Whether a place lies in one of these; unknown for what is no country, such as {@code WORLD}, and for {@code EU} when
     * only a member of it is asked for.
     */
    static Truth in(String place, Set<String> codes) {
        String country = country(place);
        boolean member = EUROPEAN_UNION.contains(country);
        if (codes.contains(country) || (member && codes.contains("EU"))) {
            return Truth.TRUE;
        }
        if (country.equals("EU")) {
            return codes.stream().anyMatch(EUROPEAN_UNION::contains) ? Truth.UNKNOWN : Truth.FALSE;
        }
        return COUNTRIES.contains(country) ? Truth.FALSE : Truth.UNKNOWN;
    }

    /** The alpha-2 code of an alpha-2, alpha-3 or subdivision code; anything else as it is. */
    private static String country(String territory) {
        String code = territory.strip().toUpperCase(Locale.ROOT).replaceFirst("-.*", "");
        if (code.equals("UK")) {
            return "GB";
        }
        return code.length() != 3
                ? code
                : COUNTRIES.stream()
                        .filter(country -> alpha3(country).equals(code))
                        .findFirst()
                        .orElse(code);
    }

    private static String alpha3(String country) {
        try {
            return Locale.of("", country).getISO3Country();
        } catch (MissingResourceException e) {
            return "";
        }
    }
}
