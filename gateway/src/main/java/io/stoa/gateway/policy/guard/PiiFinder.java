package io.stoa.gateway.policy.guard;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * Finds personal data in a text of bytes by shapes and checksums, in one pass: each shape is looked for only where it can
 * begin, and looks at a bounded number of bytes.
 *
 * <p>Sources: ISO 13616 and the IBAN registry; ISO/IEC 7812 (Luhn); ISO 7064; E.164; for each national number the rule that
 * its authority has published, named at its method.
 */
final class PiiFinder {
    private static final int MOST_DIGITS = 20;
    private static final int MOST_GROUPS = 8;

    /** Hears of what was found: places in the text, from and to. */
    @FunctionalInterface
    interface Found {
        void at(PiiKind kind, int from, int to);
    }

    private final byte[] text;
    private final int end;
    private final Found found;

    // the digits that are being looked at, and where their groups end
    private final byte[] digits = new byte[MOST_DIGITS];
    private final int[] groupDigits = new int[MOST_GROUPS];
    private final int[] groupEnd = new int[MOST_GROUPS];
    private final byte[] separators = new byte[MOST_GROUPS];
    private int groups;
    private int told;

    private PiiFinder(byte[] text, int end, Found found) {
        this.text = text;
        this.end = end;
        this.found = found;
    }

    static void find(byte[] text, int end, Found found) {
        new PiiFinder(text, end, found).run();
    }

    private void run() {
        int i = 0;
        while (i < end) {
            byte b = text[i];
            if (isDigit(b)) {
                i = number(i);
            } else if (isLetter(b)) {
                i = word(i);
            } else if (b == '@') {
                i = email(i);
            } else if (b == '+') {
                i = isDigit(byteAt(i + 1)) && !isWord(byteAt(i - 1)) ? international(i, i + 1) : i + 1;
            } else if (b == '(') {
                i = bracketed(i);
            } else if (b == '-' && byteAt(i + 1) == '-') {
                i = privateKey(i);
            } else if (b == ':') {
                i = byteAt(i + 1) == ':' && !isWord(byteAt(i - 1)) ? ipv6(i, i) : i + 1;
            } else {
                i++;
            }
        }
    }

    /** What ends where something else was found already begins after that. */
    private void tell(PiiKind kind, int from, int to) {
        int start = Math.max(from, told);
        if (start < to) {
            found.at(kind, start, to);
            told = to;
        }
    }

    private byte byteAt(int i) {
        return i >= 0 && i < end ? text[i] : 0;
    }

    private static boolean isDigit(int b) {
        return b >= '0' && b <= '9';
    }

    private static boolean isLetter(int b) {
        int lower = b | 0x20;
        return lower >= 'a' && lower <= 'z';
    }

    private static boolean isWord(int b) {
        return isDigit(b) || isLetter(b) || b == '_';
    }

    private static boolean isUpper(int b) {
        return b >= 'A' && b <= 'Z';
    }

    private static boolean isHex(int b) {
        int lower = b | 0x20;
        return isDigit(b) || (lower >= 'a' && lower <= 'f');
    }

    /** RFC 5321 as it is used: no quotes, at least one point in the domain. */
    private int email(int at) {
        int from = at;
        while (from > 0 && at - from < 64 && isLocal(text[from - 1])) {
            from--;
        }
        while (from < at && text[from] == '.') {
            from++;
        }
        int to = at + 1;
        int point = -1;
        while (to < end
                && to - at < 255
                && (isDigit(text[to]) || isLetter(text[to]) || text[to] == '-' || text[to] == '.')) {
            if (text[to] == '.') {
                if (text[to - 1] == '.' || text[to - 1] == '@') {
                    break;
                }
                point = to;
            }
            to++;
        }
        while (to > at && (text[to - 1] == '.' || text[to - 1] == '-')) {
            to--;
        }
        if (point >= to) {
            point = lastPoint(at, to);
        }
        boolean domain = point > at + 1 && to - point > 2 && isLetter(text[point + 1]) && isLetter(text[to - 1]);
        if (from < at && domain) {
            tell(PiiKind.EMAIL, from, to);
            return to;
        }
        return at + 1;
    }

    private int lastPoint(int from, int to) {
        for (int i = to - 1; i > from; i--) {
            if (text[i] == '.') {
                return i;
            }
        }
        return -1;
    }

    private static boolean isLocal(int b) {
        return isDigit(b) || isLetter(b) || b == '.' || b == '_' || b == '%' || b == '+' || b == '-' || b == '\'';
    }

    /** Reads digits in groups with single separators between them. Returns whether there is at least one. */
    private boolean readGroups(int from) {
        groups = 0;
        int count = 0;
        int i = from;
        while (groups < MOST_GROUPS) {
            int start = i;
            while (i < end && isDigit(text[i]) && count < MOST_DIGITS) {
                digits[count++] = (byte) (text[i++] - '0');
            }
            if (i == start || isDigit(byteAt(i))) {
                // no digit, or too many
                break;
            }
            groupDigits[groups] = count;
            groupEnd[groups] = i;
            byte separator = byteAt(i);
            separators[groups++] = separator;
            boolean goesOn = separator == ' ' || separator == '-' || separator == '.' || separator == '/';
            if (!goesOn || !isDigit(byteAt(i + 1))) {
                break;
            }
            i++;
        }
        return groups > 0;
    }

    private int number(int from) {
        if (isWord(byteAt(from - 1))) {
            return from + 1;
        }
        int run = from;
        while (run < end && isDigit(text[run])) {
            run++;
        }
        byte next = byteAt(run);
        if (next == ':' || isHex(next)) {
            int address = ipv6(from, from);
            if (address > from + 1) {
                return address;
            }
        }
        if (isLetter(next)) {
            return withLetter(from, run);
        }
        if (!readGroups(from)) {
            return run;
        }
        for (int group = groups - 1; group >= 0; group--) {
            int to = groupEnd[group];
            if (!isWord(byteAt(to)) && matches(from, group, to)) {
                return to;
            }
        }
        return run;
    }

    private boolean matches(int from, int group, int to) {
        int count = groupDigits[group];
        PiiKind kind;
        boolean goesOn = isDigit(byteAt(from - 2)) && !isWord(byteAt(from - 1)) && byteAt(from - 1) != 0;
        if (isIpv4(group) && !(goesOn && byteAt(from - 1) == '.')) {
            kind = PiiKind.IP_ADDRESS;
        } else if (isCard(group, count)) {
            kind = PiiKind.CARD;
        } else if (isNationalId(group, count)) {
            kind = PiiKind.NATIONAL_ID;
        } else if (isNorthAmerican(group) || (!goesOn && isDialled(group, count))) {
            kind = PiiKind.PHONE;
        } else {
            return false;
        }
        tell(kind, from, to);
        return true;
    }

    private int size(int group) {
        return group == 0 ? groupDigits[0] : groupDigits[group] - groupDigits[group - 1];
    }

    private boolean separatedBy(int group, int... allowed) {
        for (int i = 0; i < group; i++) {
            byte separator = separators[i];
            if (Arrays.stream(allowed).noneMatch(each -> each == separator)) {
                return false;
            }
        }
        return true;
    }

    private boolean sized(int group, int... sizes) {
        if (group + 1 != sizes.length) {
            return false;
        }
        for (int i = 0; i < sizes.length; i++) {
            if (size(i) != sizes[i]) {
                return false;
            }
        }
        return true;
    }

    private boolean isIpv4(int group) {
        if (group != 3 || !separatedBy(3, '.')) {
            return false;
        }
        // a fifth number follows: a version, a section
        if (separators[3] == '.' && isDigit(byteAt(groupEnd[3] + 1))) {
            return false;
        }
        for (int i = 0; i < 4; i++) {
            int start = i == 0 ? 0 : groupDigits[i - 1];
            if (size(i) > 3 || value(start, groupDigits[i]) > 255 || (size(i) > 1 && digits[start] == 0)) {
                return false;
            }
        }
        long first = value(0, groupDigits[0]);
        return first != 0 && first != 127;
    }

    private long value(int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = value * 10 + digits[i];
        }
        return value;
    }

    private boolean isCard(int group, int count) {
        return count >= 13
                && count <= 19
                && separatedBy(group, ' ', '-')
                && (group == 0 || (size(0) == 4 && size(1) >= 4))
                && isIssuer(count)
                && luhn(count);
    }

    /** Ranges of ISO/IEC 7812 that the networks have published. */
    private boolean isIssuer(int count) {
        long four = value(0, 4);
        long two = four / 100;
        return (two / 10 == 4 && (count == 13 || count == 16 || count == 19))
                || (((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720)) && count == 16)
                || ((two == 34 || two == 37) && count == 15)
                || ((two == 36 || two == 38 || two == 39 || (four >= 3000 && four <= 3059)) && count == 14)
                || ((four == 6011 || two == 65 || two == 62 || two == 64) && count >= 16)
                || (four >= 3528 && four <= 3589 && count >= 16)
                || ((two == 50 || (two >= 56 && two <= 58) || two == 67) && count >= 16);
    }

    private boolean luhn(int count) {
        int sum = 0;
        boolean same = true;
        for (int i = count - 1; i >= 0; i--) {
            int digit = digits[i];
            same &= digit == digits[0];
            boolean twice = (count - 1 - i) % 2 == 1;
            int part = twice ? digit * 2 : digit;
            sum += part > 9 ? part - 9 : part;
        }
        return !same && sum % 10 == 0;
    }

    private boolean isNationalId(int group, int count) {
        return switch (count) {
            case 9 -> isSocialSecurity(group);
            case 11 -> isGermanTax(group) || isPesel(group) || isCpf(group);
            case 12 -> sized(group, 4, 4, 4) && separatedBy(group, ' ') && isAadhaar();
            case 13 -> isAhv(group);
            case 15 -> isNir(group);
            case 18 -> group == 0 && isChinese(digits[17]);
            default -> false;
        };
    }

    /** United States: no check digit, but areas 000, 666 and 900 on were never given (Social Security Administration). */
    private boolean isSocialSecurity(int group) {
        long area = value(0, 3);
        return sized(group, 3, 2, 4)
                && separatedBy(group, '-')
                && area != 0
                && area != 666
                && area < 900
                && value(3, 5) != 0
                && value(5, 9) != 0;
    }

    /** Germany, Steuer-Identifikationsnummer: ISO 7064 MOD 11,10; among the first ten digits exactly one comes twice or thrice. */
    private boolean isGermanTax(int group) {
        if (!(group == 0 || (sized(group, 2, 3, 3, 3) && separatedBy(group, ' '))) || digits[0] == 0) {
            return false;
        }
        int[] times = new int[10];
        int product = 10;
        for (int i = 0; i < 10; i++) {
            times[digits[i]]++;
            int sum = (digits[i] + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }
        long repeated = Arrays.stream(times).filter(each -> each > 1).count();
        boolean few = Arrays.stream(times).noneMatch(each -> each > 3);
        return repeated == 1 && few && (11 - product) % 10 == digits[10];
    }

    /** Poland: weights 1 3 7 9, and a day that there is. */
    private boolean isPesel(int group) {
        if (group != 0) {
            return false;
        }
        int[] weights = {1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1};
        int sum = 0;
        for (int i = 0; i < 11; i++) {
            sum += weights[i] * digits[i];
        }
        long month = value(2, 4) % 20;
        long day = value(4, 6);
        return sum % 10 == 0 && month >= 1 && month <= 12 && day >= 1 && day <= 31;
    }

    /** Brazil, as written: 000.000.000-00, two digits modulo 11. */
    private boolean isCpf(int group) {
        return sized(group, 3, 3, 3, 2)
                && separators[0] == '.'
                && separators[1] == '.'
                && separators[2] == '-'
                && cpfDigit(9) == digits[9]
                && cpfDigit(10) == digits[10];
    }

    private int cpfDigit(int count) {
        int sum = 0;
        for (int i = 0; i < count; i++) {
            sum += digits[i] * (count + 1 - i);
        }
        return sum * 10 % 11 % 10;
    }

    /** Switzerland: EAN-13 that begins with 756. */
    private boolean isAhv(int group) {
        if (value(0, 3) != 756 || !(group == 0 || (sized(group, 3, 4, 4, 2) && separatedBy(group, '.', ' ')))) {
            return false;
        }
        int sum = 0;
        for (int i = 0; i < 12; i++) {
            sum += digits[i] * (i % 2 == 0 ? 1 : 3);
        }
        return (10 - sum % 10) % 10 == digits[12];
    }

    /** France: 97 less the number modulo 97; a sex, a month. */
    private boolean isNir(int group) {
        boolean written = group == 0 || (separatedBy(group, ' ') && size(group) == 2 && size(0) == 1);
        long month = value(3, 5);
        return written
                && (digits[0] == 1 || digits[0] == 2)
                && ((month >= 1 && month <= 12) || (month >= 20 && month <= 42))
                && 97 - value(0, 13) % 97 == value(13, 15);
    }

    /** China: ISO 7064 MOD 11-2, and a day of birth. */
    private boolean isChinese(int check) {
        int[] weights = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
        int sum = 0;
        for (int i = 0; i < 17; i++) {
            sum += weights[i] * digits[i];
        }
        long year = value(6, 10);
        long month = value(10, 12);
        long day = value(12, 14);
        return (12 - sum % 11) % 11 == check
                && year >= 1900
                && year <= 2099
                && month >= 1
                && month <= 12
                && day >= 1
                && day <= 31;
    }

    /** India: Verhoeff's check digit, which is the permutation and the dihedral group of ten. */
    private boolean isAadhaar() {
        int check = 0;
        for (int i = 0; i < 12; i++) {
            check = Dihedral.times(check, Dihedral.permuted(i, digits[11 - i]));
        }
        return digits[0] >= 2 && check == 0;
    }

    /** [2-9]00-[2-9]00-0000 as the North American Numbering Plan has it, with or without a 1 before. */
    private boolean isNorthAmerican(int group) {
        boolean shape = sized(group, 3, 3, 4) || (sized(group, 1, 3, 3, 4) && digits[0] == 1);
        int first = groupDigits[group] - 10;
        return shape && separatedBy(group, '-', '.', ' ') && digits[first] >= 2 && digits[first + 3] >= 2;
    }

    /** 00 and the country's code, as dialled, with separators. */
    private boolean isDialled(int group, int count) {
        return group > 0
                && digits[0] == 0
                && digits[1] == 0
                && digits[2] != 0
                && size(0) > 2
                && count >= 10
                && count <= 17
                && separatedBy(group, ' ', '-', '/');
    }

    /** After a plus sign. */
    private int international(int from, int first) {
        if (readGroups(first) && digits[0] != 0) {
            for (int group = groups - 1; group >= 0; group--) {
                int count = groupDigits[group];
                if (count >= 8 && count <= 15 && !isWord(byteAt(groupEnd[group]))) {
                    tell(PiiKind.PHONE, from, groupEnd[group]);
                    return groupEnd[group];
                }
            }
            // with the trunk prefix in brackets: +49 (0)30 123456
            int open = groupEnd[groups - 1] + (byteAt(groupEnd[groups - 1]) == ' ' ? 1 : 0);
            if (groups == 1 && byteAt(open) == '(' && byteAt(open + 1) == '0' && byteAt(open + 2) == ')') {
                int country = groupDigits[0];
                int rest = open + 3 + (byteAt(open + 3) == ' ' ? 1 : 0);
                if (readGroups(rest)
                        && groupDigits[groups - 1] + country >= 8
                        && groupDigits[groups - 1] + country <= 15) {
                    tell(PiiKind.PHONE, from, groupEnd[groups - 1]);
                    return groupEnd[groups - 1];
                }
            }
        }
        return first;
    }

    /** (200) 200-0000 */
    private int bracketed(int from) {
        boolean area = byteAt(from + 1) >= '2'
                && isDigit(byteAt(from + 1))
                && isDigit(byteAt(from + 2))
                && isDigit(byteAt(from + 3))
                && byteAt(from + 4) == ')';
        int rest = from + 5 + (byteAt(from + 5) == ' ' ? 1 : 0);
        if (area
                && readGroups(rest)
                && sized(1, 3, 4)
                && groups >= 2
                && (separators[0] == '-' || separators[0] == '.' || separators[0] == ' ')
                && digits[0] >= 2
                && !isWord(byteAt(groupEnd[1]))) {
            tell(PiiKind.PHONE, from, groupEnd[1]);
            return groupEnd[1];
        }
        return from + 1;
    }

    /** Digits with a letter at their end: Spain's DNI, China's with an X. */
    private int withLetter(int from, int run) {
        int count = run - from;
        boolean alone = isUpper(byteAt(run)) && !isWord(byteAt(run + 1));
        boolean id = alone
                && ((count == 8 && dni(from, run, 0) == byteAt(run))
                        || (count == 17 && byteAt(run) == 'X' && readDigits(from, run) && isChinese(10)));
        if (id) {
            tell(PiiKind.NATIONAL_ID, from, run + 1);
            return run + 1;
        }
        return Math.max(from + 1, run);
    }

    private boolean readDigits(int from, int to) {
        for (int i = from; i < to; i++) {
            digits[i - from] = (byte) (text[i] - '0');
        }
        return true;
    }

    /** Spain's letter: the number modulo 23. */
    private char dni(int from, int to, long start) {
        long value = start;
        for (int i = from; i < to; i++) {
            value = value * 10 + text[i] - '0';
        }
        return "TRWAGMYFPDXBNJZSQVHLCKE".charAt((int) (value % 23));
    }

    private int word(int from) {
        if (isWord(byteAt(from - 1))) {
            return from + 1;
        }
        int to = from;
        while (to < end && (isWord(text[to]) || text[to] == '-') && text[to] > 0) {
            to++;
        }
        if (byteAt(to) == ':' && isHex(text[from]) && to - from <= 4) {
            int address = ipv6(from, from);
            if (address > from + 1) {
                return address;
            }
        }
        int secret = secret(from, to);
        if (secret > 0) {
            tell(PiiKind.SECRET, from, secret);
            return secret;
        }
        int iban = iban(from);
        if (iban > 0) {
            tell(PiiKind.IBAN, from, iban);
            return iban;
        }
        if ((to - from == 16 && isCodiceFiscale(from)) || (to - from == 9 && isNie(from))) {
            tell(PiiKind.NATIONAL_ID, from, to);
        }
        return to;
    }

    /** Spain's number for foreigners: X, Y or Z, seven digits, a letter. */
    private boolean isNie(int from) {
        int first = text[from] - 'X';
        if (first < 0 || first > 2 || !isUpper(text[from + 8])) {
            return false;
        }
        for (int i = from + 1; i < from + 8; i++) {
            if (!isDigit(text[i])) {
                return false;
            }
        }
        return dni(from + 1, from + 8, first) == text[from + 8];
    }

    private static final int[] ODD = {
        1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23
    };

    /** Italy: six letters, date and place as letters and digits, a check letter (Decreto ministeriale 23/12/1976). */
    private boolean isCodiceFiscale(int from) {
        int sum = 0;
        for (int i = 0; i < 16; i++) {
            int b = text[from + i];
            boolean letter = i < 6 || i == 8 || i == 11 || i == 15;
            if (!isUpper(b) && (letter || !isDigit(b))) {
                return false;
            }
            int value = isDigit(b) ? b - '0' : b - 'A';
            if (i < 15) {
                sum += i % 2 == 0 ? ODD[value] : value;
            }
        }
        boolean dated = "ABCDEHLMPRST".indexOf(text[from + 8]) >= 0;
        return dated && text[from + 15] == 'A' + sum % 26;
    }

    /** Lengths by country, from the IBAN registry. */
    private static final Map<String, Integer> IBAN_LENGTHS = Map.ofEntries(
            Map.entry("AD", 24),
            Map.entry("AE", 23),
            Map.entry("AT", 20),
            Map.entry("BE", 16),
            Map.entry("BG", 22),
            Map.entry("BR", 29),
            Map.entry("CH", 21),
            Map.entry("CY", 28),
            Map.entry("CZ", 24),
            Map.entry("DE", 22),
            Map.entry("DK", 18),
            Map.entry("EE", 20),
            Map.entry("ES", 24),
            Map.entry("FI", 18),
            Map.entry("FR", 27),
            Map.entry("GB", 22),
            Map.entry("GI", 23),
            Map.entry("GR", 27),
            Map.entry("HR", 21),
            Map.entry("HU", 28),
            Map.entry("IE", 22),
            Map.entry("IL", 23),
            Map.entry("IS", 26),
            Map.entry("IT", 27),
            Map.entry("LI", 21),
            Map.entry("LT", 20),
            Map.entry("LU", 20),
            Map.entry("LV", 21),
            Map.entry("MC", 27),
            Map.entry("MT", 31),
            Map.entry("NL", 18),
            Map.entry("NO", 15),
            Map.entry("PL", 28),
            Map.entry("PT", 25),
            Map.entry("RO", 24),
            Map.entry("RS", 22),
            Map.entry("SA", 24),
            Map.entry("SE", 24),
            Map.entry("SI", 19),
            Map.entry("SK", 24),
            Map.entry("SM", 27),
            Map.entry("TR", 26),
            Map.entry("UA", 29));

    /** Returns where it ends; -1 when it is none. */
    private int iban(int from) {
        if (!isUpper(text[from])
                || !isUpper(byteAt(from + 1))
                || !isDigit(byteAt(from + 2))
                || !isDigit(byteAt(from + 3))) {
            return -1;
        }
        int length = IBAN_LENGTHS.getOrDefault("" + (char) text[from] + (char) text[from + 1], 0);
        int remainder = 0;
        int count = 4;
        int i = from + 4;
        while (i < end && count < length) {
            int b = text[i];
            if (b == ' ' && (isDigit(byteAt(i + 1)) || isUpper(byteAt(i + 1)))) {
                i++;
                continue;
            }
            if (!isDigit(b) && !isUpper(b)) {
                return -1;
            }
            remainder = mod97(remainder, b);
            count++;
            i++;
        }
        for (int head = from; head < from + 4; head++) {
            remainder = mod97(remainder, text[head]);
        }
        return count == length && remainder == 1 && !isWord(byteAt(i)) ? i : -1;
    }

    private static int mod97(int remainder, int b) {
        return isDigit(b) ? (remainder * 10 + b - '0') % 97 : (remainder * 100 + b - 'A' + 10) % 97;
    }

    /** A key's beginning, and how many characters follow at least. */
    private record Prefix(byte[] bytes, int rest) {
        Prefix(String text, int rest) {
            this(text.getBytes(StandardCharsets.US_ASCII), rest);
        }
    }

    /** By their first letter. */
    private static final Map<Byte, List<Prefix>> PREFIXES = Map.of(
            (byte) 's',
            List.of(
                    new Prefix("sk-", 20),
                    new Prefix("sk_live_", 16),
                    new Prefix("sk_test_", 16),
                    new Prefix("stoa_sk_", 49)),
            (byte) 'g',
            List.of(
                    new Prefix("ghp_", 36),
                    new Prefix("gho_", 36),
                    new Prefix("ghu_", 36),
                    new Prefix("ghs_", 36),
                    new Prefix("ghr_", 36),
                    new Prefix("github_pat_", 40),
                    new Prefix("glpat-", 20),
                    new Prefix("gsk_", 40)),
            (byte) 'A',
            List.of(new Prefix("AKIA", 16), new Prefix("ASIA", 16), new Prefix("AIza", 35)),
            (byte) 'x',
            List.of(
                    new Prefix("xoxb-", 20),
                    new Prefix("xoxp-", 20),
                    new Prefix("xoxa-", 20),
                    new Prefix("xoxs-", 20),
                    new Prefix("xoxr-", 20),
                    new Prefix("xai-", 40)),
            (byte) 'h',
            List.of(new Prefix("hf_", 30)),
            (byte) 'n',
            List.of(new Prefix("npm_", 36), new Prefix("nvapi-", 40)),
            (byte) 'p',
            List.of(new Prefix("pypi-", 50), new Prefix("pplx-", 40)),
            (byte) 'r',
            List.of(new Prefix("rk_live_", 16), new Prefix("r8_", 37)),
            (byte) 'd',
            List.of(new Prefix("dop_v1_", 64), new Prefix("dckr_pat_", 20)));

    /** Returns where it ends; -1 when it is none. */
    private int secret(int from, int to) {
        if (text[from] == 'e') {
            return token(from, to);
        }
        for (Prefix prefix : PREFIXES.getOrDefault(text[from], List.of())) {
            int rest = from + prefix.bytes().length;
            if (to - rest >= prefix.rest()
                    && Arrays.equals(text, from, rest, prefix.bytes(), 0, prefix.bytes().length)
                    && isMixed(rest, to)) {
                return to;
            }
        }
        return -1;
    }

    /** So that "sk-as-long-a-word-with-dashes" is none. */
    private boolean isMixed(int from, int to) {
        int count = 0;
        for (int i = from; i < to; i++) {
            count += isDigit(text[i]) ? 1 : 0;
        }
        return count * 20 >= to - from;
    }

    /** RFC 7519: three parts in base64url, of which the first two begin with {"; returns where it ends, or -1. */
    private int token(int from, int to) {
        boolean begun = to - from > 15 && text[from + 1] == 'y' && text[from + 2] == 'J' && byteAt(to) == '.';
        if (!begun || byteAt(to + 1) != 'e' || byteAt(to + 2) != 'y' || byteAt(to + 3) != 'J') {
            return -1;
        }
        int i = to;
        for (int part = 0; part < 2 && byteAt(i) == '.'; part++) {
            i++;
            while (i < end && (isDigit(text[i]) || isLetter(text[i]) || text[i] == '-' || text[i] == '_')) {
                i++;
            }
        }
        return i;
    }

    private static final byte[] BEGIN = "-----BEGIN ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] PRIVATE = "PRIVATE KEY-----".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "-----END ".getBytes(StandardCharsets.US_ASCII);

    /** RFC 7468: to the end of the END line, or as far as it goes. Each dash is looked at once. */
    private int privateKey(int from) {
        int dashes = from;
        while (dashes < end && text[dashes] == '-') {
            dashes++;
        }
        int begin = dashes - 5;
        if (dashes - from < 5 || !startsWith(begin, BEGIN)) {
            return dashes;
        }
        int i = begin + BEGIN.length;
        while (i < end && i - begin < 60 && !startsWith(i, PRIVATE) && (isUpper(text[i]) || text[i] == ' ')) {
            i++;
        }
        if (!startsWith(i, PRIVATE)) {
            return dashes;
        }
        int last = i + PRIVATE.length;
        while (last < end && text[last] != 0 && !startsWith(last, END)) {
            last++;
        }
        while (last < end && text[last] != 0 && text[last] != '\n') {
            last++;
        }
        tell(PiiKind.SECRET, begin, last);
        return last;
    }

    private boolean startsWith(int from, byte[] prefix) {
        return from >= 0
                && end - from >= prefix.length
                && Arrays.equals(text, from, from + prefix.length, prefix, 0, prefix.length);
    }

    /** RFC 4291, at least three groups and one digit. Returns where it ends, or the place after its begin. */
    private int ipv6(int from, int begin) {
        int i = begin;
        int parts = 0;
        int doubles = 0;
        boolean digit = false;
        while (i < end && i - begin < 45) {
            int start = i;
            while (i < end && isHex(text[i]) && i - start < 5) {
                digit |= isDigit(text[i]);
                i++;
            }
            if (i - start > 4) {
                return begin + 1;
            }
            parts += i > start ? 1 : 0;
            if (byteAt(i) != ':') {
                break;
            }
            if (byteAt(i + 1) == ':') {
                doubles++;
                i += 2;
            } else if (isHex(byteAt(i + 1))) {
                i++;
            } else {
                break;
            }
        }
        boolean whole = doubles == 0 ? parts == 8 : doubles == 1 && parts >= 3 && parts <= 7;
        if (whole && digit && !isWord(byteAt(i)) && byteAt(i) != ':') {
            tell(PiiKind.IP_ADDRESS, from, i);
            return i;
        }
        return begin + 1;
    }
}
