package io.stoa.gateway.policy;

import static java.util.Objects.requireNonNull;

import java.util.Locale;

/**
 * Whose budget it is. A request must find room in the budgets of its key, of the key's team, and of all together.
 *
 * @param kind which level
 * @param name the id of the key or the name of the team; empty for all
 */
public record BudgetOwner(Kind kind, String name) implements Comparable<BudgetOwner> {
    /** Everybody together. */
    public static final BudgetOwner ALL = new BudgetOwner(Kind.ALL, "");

    private static final int LONGEST_NAME = 64;

    /** The levels, the lowest first. */
    public enum Kind {
        KEY,
        TEAM,
        ALL
    }

    public BudgetOwner {
        requireNonNull(kind, "kind");
        if (kind == Kind.ALL) {
            if (!name.isEmpty()) {
                throw new IllegalArgumentException("the budget of all has no name: " + name);
            }
        } else {
            checkName("a " + kind.name().toLowerCase(Locale.ROOT), name);
        }
    }

    public static BudgetOwner key(String id) {
        return new BudgetOwner(Kind.KEY, id);
    }

    public static BudgetOwner team(String name) {
        return new BudgetOwner(Kind.TEAM, name);
    }

    /** The owner of a text such as {@code key/support-bot}, {@code team/support} or {@code all}. */
    public static BudgetOwner parse(String text) {
        if (text.equals("all")) {
            return ALL;
        }
        int slash = text.indexOf('/');
        return switch (slash < 0 ? "" : text.substring(0, slash)) {
            case "key" -> key(text.substring(slash + 1));
            case "team" -> team(text.substring(slash + 1));
            default ->
                throw new IllegalArgumentException("a budget belongs to key/NAME, team/NAME or all, not to: " + text);
        };
    }

    /** Checks a name of 1 to 64 letters, digits, points, dashes and underscores, and returns it. */
    static String checkName(String what, String name) {
        boolean plain = !name.isEmpty()
                && name.length() <= LONGEST_NAME
                && name.chars()
                        .allMatch(c -> (c >= 'a' && c <= 'z')
                                || (c >= 'A' && c <= 'Z')
                                || (c >= '0' && c <= '9')
                                || c == '.'
                                || c == '-'
                                || c == '_');
        if (!plain) {
            throw new IllegalArgumentException(
                    what + " has a name of 1 to 64 letters, digits, points, dashes and underscores: " + name);
        }
        return name;
    }

    @Override
    public int compareTo(BudgetOwner other) {
        int byKind = kind.compareTo(other.kind);
        return byKind == 0 ? name.compareTo(other.name) : byKind;
    }

    @Override
    public String toString() {
        return kind == Kind.ALL ? "all" : kind.name().toLowerCase(Locale.ROOT) + "/" + name;
    }
}
