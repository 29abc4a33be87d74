package io.stoa.cli;

import io.stoa.gateway.policy.Account;
import io.stoa.gateway.policy.ApiKey;
import io.stoa.gateway.policy.Budget;
import io.stoa.gateway.policy.BudgetOwner;
import io.stoa.gateway.policy.KeySecret;
import io.stoa.gateway.policy.Limits;
import io.stoa.gateway.policy.Micros;
import io.stoa.gateway.policy.Period;
import io.stoa.gateway.policy.Policy;
import io.stoa.gateway.policy.PolicyStore;
import io.stoa.model.StoaException;
import java.math.BigDecimal;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "key",
        description = {
            "Keys of the gateway, their budgets and limits.",
            "",
            "A key is shown once, when it is made; only its digest is kept. Budgets are of a key, of a team or of all,"
                    + " in the gateway's currency, and begin anew in UTC. A running gateway sees changes within a second."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  stoa key create support-bot --team support --budget 50/month --rpm 60",
            "  stoa key budget team/support --set 200/month",
            "  stoa key show support-bot",
            "  stoa key revoke support-bot"
        })
final class KeyCommand implements Runnable {
    @Spec
    private CommandSpec spec = CommandSpec.create();

    static CommandLine commandLine(House house) {
        return new CommandLine(new KeyCommand())
                .addSubcommand(new CreateCommand(house))
                .addSubcommand(new ListCommand(house))
                .addSubcommand(new ShowCommand(house))
                .addSubcommand(new RevokeCommand(house))
                .addSubcommand(new BudgetCommand(house));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "name create, list, show, revoke or budget");
    }

    /** Where keys are kept, and how results are printed. */
    static final class StoreOptions {
        @Option(
                names = "--store",
                paramLabel = "ADDRESS",
                description = "sqlite:PATH or postgresql://USER@HOST:PORT/DATABASE; default: the environment variable"
                        + " STOA_STORE, else sqlite:.stoa/gateway.db. A password goes into PGPASSWORD, ~/.pgpass or"
                        + " STOA_STORE.")
        private Optional<String> store = Optional.empty();

        @Option(names = "--json", description = "Print the result as JSON.")
        private boolean json;

        PolicyStore open(House house) {
            store.filter(address -> address.matches("postgres(ql)?://[^/@]*:[^/]*@.*"))
                    .ifPresent(_ -> {
                        throw StoaException.user(
                                "--store has a password in it, which others on this machine can read; put it"
                                        + " into PGPASSWORD, or the whole address into STOA_STORE");
                    });
            String address = store.or(() -> house.environment("STOA_STORE")).orElse("sqlite:.stoa/gateway.db");
            return PolicyStore.open(
                    address,
                    house.environment("PGPASSWORD")
                            .map(secret -> Map.of("PGPASSWORD", secret))
                            .orElse(Map.of()));
        }

        void print(House house, ObjectNode result, String text) {
            house.out().println(json ? result.toString() : text);
        }
    }

    /** A wrong value is the user's, and the option that it was given to is named. */
    private static <T> T checked(String option, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            throw new StoaException(StoaException.Kind.USER, option + ": " + e.getMessage(), e);
        }
    }

    /** {@code 50/month}, {@code 5/day} or {@code 1000}, which is in total. */
    private static Budget budget(BudgetOwner owner, String text) {
        int slash = text.indexOf('/');
        Period period = slash < 0 ? Period.TOTAL : Period.of(text.substring(slash + 1));
        String amount = slash < 0 ? text : text.substring(0, slash);
        if (amount.length() > 30) {
            throw new IllegalArgumentException("an amount has at most 30 characters");
        }
        try {
            return new Budget(owner, period, Micros.of(new BigDecimal(amount)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("not an amount such as 50 or 12.5: " + amount, e);
        }
    }

    private static String plain(long micros) {
        return BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
    }

    /** An instant, or a day, which ends it in UTC. */
    private static Instant expiry(String text) {
        return text.length() == 10
                ? LocalDate.parse(text).plusDays(1).atStartOfDay(ZoneOffset.UTC).toInstant()
                : Instant.parse(text);
    }

    @Command(
            name = "create",
            description = "Make a key and print it, once.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Example:",
                "  stoa key create support-bot --team support --budget 50/month --rpm 60 --routes chat,embed"
            })
    static final class CreateCommand implements Runnable {
        private final House house;

        @Parameters(paramLabel = "NAME", description = "What the key is called in records.")
        private String name = "";

        @Option(
                names = "--budget",
                paramLabel = "AMOUNT/PERIOD",
                description = "50/month, 5/day or 1000 (in total); may be given once a period.")
        private List<String> budgets = List.of();

        @Option(names = "--rpm", paramLabel = "N", description = "Requests a minute.")
        private Optional<Long> requests = Optional.empty();

        @Option(names = "--tpm", paramLabel = "N", description = "Tokens a minute, of prompts and answers.")
        private Optional<Long> tokens = Optional.empty();

        @Option(names = "--concurrency", paramLabel = "N", description = "Requests at once.")
        private Optional<Integer> concurrency = Optional.empty();

        @Option(names = "--team", paramLabel = "TEAM", description = "Whose budget its requests also count against.")
        private Optional<String> team = Optional.empty();

        @Option(names = "--use", paramLabel = "USE", description = "The intended use, where not the route's own.")
        private Optional<String> use = Optional.empty();

        @Option(names = "--routes", paramLabel = "ROUTE", split = ",", description = "Routes it may ask; default: all.")
        private List<String> routes = List.of();

        @Option(names = "--tools", paramLabel = "TOOL", split = ",", description = "Tools it may offer; default: all.")
        private List<String> tools = List.of();

        @Option(names = "--expires", paramLabel = "DATE", description = "Its last day (UTC), or an instant.")
        private Optional<String> expires = Optional.empty();

        @Mixin
        private StoreOptions options = new StoreOptions();

        CreateCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            KeySecret secret = KeySecret.draw(new SecureRandom());
            ApiKey key = checked("key create", () -> key(secret));
            List<Budget> its = budgets.stream()
                    .map(text -> checked("--budget", () -> budget(BudgetOwner.key(name), text)))
                    .toList();
            try (PolicyStore store = options.open(house)) {
                store.create(key);
                its.forEach(store::set);
            }
            ObjectNode result = JsonMapper.shared().createObjectNode();
            result.put("id", name).put("key", secret.reveal());
            options.print(house, result, secret.reveal());
            house.err().println("This is the key " + name + ". It is not shown again.");
        }

        private ApiKey key(KeySecret secret) {
            Limits limits = new Limits(
                    requests.isPresent() ? OptionalLong.of(requests.get()) : OptionalLong.empty(),
                    tokens.isPresent() ? OptionalLong.of(tokens.get()) : OptionalLong.empty(),
                    concurrency.isPresent() ? OptionalInt.of(concurrency.get()) : OptionalInt.empty());
            return new ApiKey(
                    name,
                    secret.digest(),
                    house.clock().instant().truncatedTo(ChronoUnit.MILLIS),
                    expires.map(KeyCommand::expiry),
                    Optional.empty(),
                    use,
                    team,
                    routes.isEmpty() ? Optional.empty() : Optional.of(Set.copyOf(routes)),
                    tools.isEmpty() ? Optional.empty() : Optional.of(Set.copyOf(tools)),
                    limits,
                    Map.of());
        }
    }

    private static ObjectNode json(ApiKey key, Instant now) {
        ObjectNode node = JsonMapper.shared().createObjectNode();
        node.put("id", key.id())
                .put("valid", key.isValid(now))
                .put("created", key.created().toString());
        key.team().ifPresent(team -> node.put("team", team));
        key.use().ifPresent(use -> node.put("use", use));
        key.expires().ifPresent(end -> node.put("expires", end.toString()));
        key.revoked().ifPresent(end -> node.put("revoked", end.toString()));
        key.routes().ifPresent(names -> names.stream().sorted().forEach(node.withArray("routes")::add));
        key.tools().ifPresent(names -> names.stream().sorted().forEach(node.withArray("tools")::add));
        key.limits().requests().ifPresent(limit -> node.put("requestsPerMinute", limit));
        key.limits().tokens().ifPresent(limit -> node.put("tokensPerMinute", limit));
        key.limits().concurrency().ifPresent(limit -> node.put("concurrency", limit));
        return node;
    }

    private static String line(ApiKey key, Instant now) {
        String state = key.revoked().isPresent() ? "revoked" : key.isValid(now) ? "valid" : "expired";
        return key.id() + "  " + state
                + key.team().map(team -> "  team " + team).orElse("") + "  created " + key.created()
                + key.expires().map(end -> "  expires " + end).orElse("");
    }

    @Command(
            name = "list",
            description = "Print all keys, without their secrets.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Example:", "  stoa key list --json"})
    static final class ListCommand implements Runnable {
        private final House house;

        @Mixin
        private StoreOptions options = new StoreOptions();

        ListCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            try (PolicyStore store = options.open(house)) {
                Instant now = house.clock().instant();
                ObjectNode result = JsonMapper.shared().createObjectNode();
                ArrayNode keys = result.putArray("keys");
                List<ApiKey> all = store.policy().keys();
                all.forEach(key -> keys.add(json(key, now)));
                String text = all.isEmpty()
                        ? "No keys; make one with stoa key create NAME."
                        : String.join(
                                "\n", all.stream().map(key -> line(key, now)).toList());
                options.print(house, result, text);
            }
        }
    }

    /** What was spent of budgets, and what is left, in their windows of now. */
    private static String spending(PolicyStore store, List<Budget> budgets, Instant now, ArrayNode into) {
        StringBuilder text = new StringBuilder();
        List<PolicyStore.Spending> all = store.spending();
        for (Budget budget : budgets) {
            Account account =
                    new Account(budget.owner(), budget.period(), budget.period().window(now));
            Optional<PolicyStore.Spending> found =
                    all.stream().filter(each -> each.account().equals(account)).findFirst();
            long spent = found.map(each -> each.spent().value()).orElse(0L);
            long held = found.map(each -> each.leased().value()).orElse(0L);
            long left = Math.max(0, budget.limit().value() - spent - held);
            into.addObject()
                    .put("owner", budget.owner().toString())
                    .put("period", budget.period().word())
                    .put("window", account.window())
                    .put("limitMicros", budget.limit().value())
                    .put("spentMicros", spent)
                    .put("heldMicros", held)
                    .put("leftMicros", left);
            text.append("\n  ").append(budget.owner()).append(", ").append(account.window());
            text.append(": ").append(plain(spent)).append(" spent, ").append(plain(held));
            text.append(" held by gateways, ").append(plain(left)).append(" left of ");
            text.append(plain(budget.limit().value()));
        }
        return text.isEmpty() ? "\n  no budget" : text.toString();
    }

    @Command(
            name = "show",
            description = "Print a key, what was spent and what is left.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Example:", "  stoa key show support-bot"})
    static final class ShowCommand implements Runnable {
        private final House house;

        @Parameters(paramLabel = "NAME", description = "The key's name.")
        private String name = "";

        @Mixin
        private StoreOptions options = new StoreOptions();

        ShowCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            try (PolicyStore store = options.open(house)) {
                Policy policy = store.policy();
                ApiKey key = policy.key(name)
                        .orElseThrow(() -> StoaException.user(
                                "there is no key named " + name + "; stoa key list names those there are"));
                Instant now = house.clock().instant();
                ObjectNode result = json(key, now);
                String text = line(key, now) + spending(store, policy.budgetsOf(key), now, result.putArray("budgets"));
                options.print(house, result, text);
            }
        }
    }

    @Command(
            name = "revoke",
            description = "Take a key back. Running gateways know within a second.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {"", "Example:", "  stoa key revoke support-bot"})
    static final class RevokeCommand implements Runnable {
        private final House house;

        @Parameters(paramLabel = "NAME", description = "The key's name.")
        private String name = "";

        @Mixin
        private StoreOptions options = new StoreOptions();

        RevokeCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            try (PolicyStore store = options.open(house)) {
                if (!store.revoke(name, house.clock().instant())) {
                    throw StoaException.user("there is no key named " + name + " that could be revoked; stoa key list"
                            + " names those there are");
                }
            }
            ObjectNode result = JsonMapper.shared().createObjectNode();
            options.print(house, result.put("revoked", name), "The key " + name + " is revoked.");
        }
    }

    @Command(
            name = "budget",
            description = "Print, set or remove the budgets of a key, a team or all.",
            mixinStandardHelpOptions = true,
            sortOptions = false,
            footer = {
                "",
                "Examples:",
                "  stoa key budget support --set 200/month",
                "  stoa key budget all --set 10/day",
                "  stoa key budget key/support-bot --remove month"
            })
    static final class BudgetCommand implements Runnable {
        private final House house;

        @Parameters(paramLabel = "OWNER", description = "A team, or key/NAME, team/NAME or all.")
        private String owner = "";

        @Option(names = "--set", paramLabel = "AMOUNT/PERIOD", description = "50/month, 5/day or 1000 (in total).")
        private Optional<String> set = Optional.empty();

        @Option(names = "--remove", paramLabel = "PERIOD", description = "month, day or total.")
        private Optional<String> remove = Optional.empty();

        @Mixin
        private StoreOptions options = new StoreOptions();

        BudgetCommand(House house) {
            this.house = house;
        }

        @Override
        public void run() {
            BudgetOwner whose = checked(
                    "key budget",
                    () -> owner.contains("/") || owner.equals("all")
                            ? BudgetOwner.parse(owner)
                            : BudgetOwner.team(owner));
            Optional<Budget> wanted = set.map(text -> checked("--set", () -> budget(whose, text)));
            Optional<Period> removed = remove.map(text -> checked("--remove", () -> Period.of(text)));
            try (PolicyStore store = options.open(house)) {
                wanted.ifPresent(store::set);
                removed.ifPresent(period -> {
                    if (!store.remove(whose, period)) {
                        throw StoaException.user(whose + " has no budget for the period " + period.word());
                    }
                });
                ObjectNode result = JsonMapper.shared().createObjectNode();
                List<Budget> its = store.policy().budgets().stream()
                        .filter(budget -> budget.owner().equals(whose))
                        .toList();
                String text = whose + spending(store, its, house.clock().instant(), result.putArray("budgets"));
                options.print(house, result, text);
            }
        }
    }
}
