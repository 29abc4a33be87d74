package io.stoa.license.clause;

import static io.stoa.license.text.Passages.yaml;

import java.util.List;

/** Three short licences of nobody's, each like a family of real ones, with their texts: a knowledge base for tests. */
public final class MadeUpLicenses {
    public static final String ROBIN = "LicenseRef-robin-1.0";
    public static final String HERON = "LicenseRef-heron-1.0";
    public static final String WREN = "LicenseRef-wren-1.0";

    private static final String ROBIN_GRANT = "The nest grants you a feather to fly, copy, change and share Robin 1.0";
    private static final String ROBIN_COPY = "Whoever gets Robin from you gets this paper along with it";
    private static final String ROBIN_NAME = "Birds that hatch from Robin carry Robin at the head of their name";
    private static final String ROBIN_POLICY =
            "With Robin 1.0 you will neither raid other nests nor mimic the call of a hawk";
    private static final String HERON_GRANT = "Heron may be waded with by anyone who keeps to these terms of the pond";
    private static final String HERON_TERMS = "Bind whoever takes Heron from you to the rules of the pond";
    private static final String HERON_CHANGES = "Say in plain sight that you changed the feathers of Heron";
    private static final String WREN_GRANT = "Wren is for all, to keep, to change and to pass on without a fee";
    private static final String WREN_COPY = "Leave a copy of this leaf in every hedge that Wren moves to";
    private static final String WREN_CHANGES = "Twigs that were moved say so";

    private MadeUpLicenses() {}

    /** The knowledge base. */
    public static Licenses knowledge() {
        return new Licenses(List.of(
                robin("1.0", ROBIN_GRANT, ROBIN_POLICY),
                robin("1.1", ROBIN_GRANT.replace("1.0", "1.1"), ROBIN_POLICY.replace("1.0", "1.1")),
                HERON_YAML,
                WREN_YAML));
    }

    /** The same, but Heron's barred field of use is allowed: a reading that was corrected on its day. */
    public static Licenses flipped() {
        return new Licenses(List.of(HERON_YAML.replace("effect: forbids", "effect: allows")));
    }

    /** The text of Robin's licence, of version 1.0 or 1.1. */
    public static String robinText(String version) {
        return "ROBIN LICENCE %s%n%n1. %s.%n2. %s.%n3. %s.%n4. The rules of the roost hold.%n"
                .formatted(version, ROBIN_GRANT.replace("1.0", version), ROBIN_COPY, ROBIN_NAME);
    }

    /** The text of Robin's policy, of version 1.0 or 1.1. */
    public static String robinPolicy(String version) {
        return "RULES OF THE ROOST%n%n%s. The roost may write further rules on the same branch whenever it likes to.%n"
                .formatted(ROBIN_POLICY.replace("1.0", version));
    }

    public static String heronText() {
        return "POND TERMS%n%n1. %s.%n2. %s.%n3. %s.%n4. The pond keeps its rules on its own page.%n"
                .formatted(HERON_GRANT, HERON_TERMS, HERON_CHANGES);
    }

    public static String heronPolicy() {
        return "Rules of the pond. Use Heron for no frog hunts, for no muddying of water, and for nothing that the law"
                + " of the pond forbids to wading birds.\n";
    }

    public static String wrenText() {
        return "WREN LEAF%n%n1. %s.%n2. %s.%n3. %s.%n".formatted(WREN_GRANT, WREN_COPY, WREN_CHANGES);
    }

    private static String robin(String version, String grant, String policy) {
        return head(
                        "LicenseRef-robin-" + version,
                        "Robin Licence " + version,
                        "robin-" + version,
                        "robin[- ]?" + version.replace(".", "[.]"))
                + allows(yaml(grant))
                + """
                  - topic: flow-down
                    effect: duty
                    when: {distribution: [hosted, product, weights]}
                    says: "a copy of the licence goes with it"
                    remedy: "put the text beside the weights"
                    provides: {copy: agreement}
                    section: "2"
                    quote: %s
                    reliability: read
                  - topic: attribution
                    effect: duty
                    when: {distribution: [product, weights]}
                    says: "a notice goes with it"
                    remedy: "add a notice"
                    provides: {notice: "Robin VERSION is lent by the nest, © The Nest."}
                    section: "2"
                    reliability: read
                  - topic: attribution
                    effect: duty
                    when: {distribution: [hosted, product, weights]}
                    says: "it displays its words"
                    remedy: "show the words"
                    provides: {display: "Hatched from Robin", at: [website, about-page]}
                    section: "3"
                    reliability: read
                  - topic: naming
                    effect: duty
                    when: {distribution: [product, weights], modified: true}
                    says: "the name begins with Robin"
                    remedy: "name it so"
                    provides: {name-prefix: "Robin"}
                    section: "3"
                    quote: %s
                    reliability: read
                  - topic: acceptable-use
                    effect: duty
                    says: "use keeps to the rules of the roost"
                    remedy: "keep to them"
                    provides: {copy: policy, url: "https://nest.example/roost"}
                    section: "4"
                    reliability: read
                  - topic: acceptable-use
                    effect: forbids
                    when: {domain: [military]}
                    says: "raids are barred"
                    remedy: "do not raid"
                    section: "4, Policy"
                    quote: %s
                    reliability: read
                """.formatted(yaml(ROBIN_COPY), yaml(ROBIN_NAME), yaml(policy))
                        .replace("VERSION", version);
    }

    private static final String HERON_YAML = head(HERON, "Heron Terms", "heron", "heron")
            + allows(yaml(HERON_GRANT))
            + """
              - topic: flow-down
                effect: duty
                when: {distribution: [hosted, product, weights]}
                says: "the rules of the pond bind recipients"
                remedy: "write them into your terms"
                provides: {terms: enforceable}
                section: "2"
                quote: %s
                reliability: read
              - topic: flow-down
                effect: duty
                when: {distribution: [hosted, product, weights]}
                says: "recipients get a copy of the terms"
                remedy: "give them one"
                provides: {copy: agreement}
                section: "2"
                reliability: read
              - topic: derivative
                effect: duty
                when: {distribution: [product, weights], modified: true}
                says: "changed files say so"
                remedy: "say so"
                provides: {changes: marked}
                section: "3"
                quote: %s
                reliability: read
              - topic: acceptable-use
                effect: duty
                says: "use keeps to the rules of the pond"
                remedy: "keep to them"
                provides: {copy: policy, url: "https://pond.example/rules"}
                section: "4"
                reliability: read
              - topic: acceptable-use
                effect: forbids
                when: {domain: [military]}
                says: "frog hunts are barred"
                remedy: "hunt no frogs"
                section: "4, rules of the pond"
                reliability: read
            """.formatted(yaml(HERON_TERMS), yaml(HERON_CHANGES));

    private static final String WREN_YAML = head(WREN, "Wren Leaf", "wren", "wren")
            + allows(yaml(WREN_GRANT))
            + """
              - topic: flow-down
                effect: duty
                when: {distribution: [product, weights]}
                says: "recipients get a copy"
                remedy: "give them one"
                provides: [{notices: kept}, {copy: agreement}]
                section: "2"
                quote: %s
                reliability: read
              - topic: derivative
                effect: duty
                when: {distribution: [product, weights], modified: true}
                says: "changed files say so"
                remedy: "say so"
                provides: {changes: marked}
                section: "3"
                quote: %s
                reliability: read
            """.formatted(yaml(WREN_COPY), yaml(WREN_CHANGES));

    private static String head(String id, String name, String alias, String models) {
        return """
            id: "%s"
            name: "%s"
            source: "https://%s.example/licence"
            read: "2026-11-26"
            aliases: ["%s"]
            models: "%s"
            flows-down: true
            clauses:
            """.formatted(id, name, alias, alias, models.replace("\\", "\\\\"));
    }

    private static String allows(String quote) {
        StringBuilder clauses = new StringBuilder();
        for (String topic : List.of("use", "commercial", "host", "redistribute", "derivative", "outputs-to-train")) {
            clauses.append("""
                  - topic: %s
                    effect: allows
                    says: "it is granted"
                    section: "1"
                    quote: %s
                    reliability: read
                """.formatted(topic, quote));
        }
        return clauses.toString();
    }
}
