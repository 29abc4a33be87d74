package io.stoa.engine.grammar;

import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.stoa.model.StoaException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Writes a {@link Grammar} (GBNF) of the JSON that a schema allows (JSON Schema draft 2020-12).
 *
 * <p>What the grammar derives is valid against the schema; not everything that is valid is derived: properties come in
 * their declared order, none is added that the schema does not name, numbers have bounded digits, and white space is at
 * most one space after a comma or a colon. {@code format} is honoured for {@code date}, {@code time}, {@code date-time}
 * and {@code uuid}; other formats are annotations, as in the specification. A keyword that cannot be honoured is refused
 * by its JSON pointer: better no grammar than one that lets invalid answers pass.
 */
public final class JsonSchemaGrammar {
    private static final int MOST_RULES = 20_000;
    private static final int MOST_DEPTH = 64;
    private static final int MOST_VALUES = 10_000;

    /** Digits of a whole number without bounds: a double holds 15 exactly. */
    private static final int DIGITS = 15;

    private static final Set<String> REFUSED = Set.of(
            "not",
            "if",
            "then",
            "else",
            "contains",
            "minContains",
            "maxContains",
            "patternProperties",
            "propertyNames",
            "dependentSchemas",
            "dependentRequired",
            "dependencies",
            "unevaluatedItems",
            "unevaluatedProperties",
            "additionalItems",
            "$dynamicRef",
            "$recursiveRef");

    private static final Map<String, List<String>> KEYWORDS_OF = Map.of(
            "object", List.of("properties", "required", "additionalProperties", "minProperties", "maxProperties"),
            "array", List.of("items", "prefixItems", "minItems", "maxItems", "uniqueItems"),
            "string", List.of("minLength", "maxLength", "pattern", "format"),
            "number", List.of("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"));

    private static final List<String> TYPES =
            List.of("object", "array", "string", "number", "integer", "boolean", "null");

    private static final String CHARACTER = "([^\"\\\\\\x00-\\x1F\\x7F] | \"\\\\\" [\"\\\\/bfnrt])";

    private JsonNode root;
    private final Map<String, String> rules = new LinkedHashMap<>();
    /** The rules of references, by their pointer. */
    private final Map<String, String> references = new HashMap<>();

    private JsonSchemaGrammar(JsonNode root) {
        this.root = root;
    }

    /**
     * The grammar of a schema.
     *
     * @throws StoaException of kind {@code USER} that names the keyword that cannot be honoured
     */
    public static String gbnf(JsonNode schema) {
        JsonSchemaGrammar grammar = new JsonSchemaGrammar(schema);
        String rootRule = grammar.rule(schema, "#", 0);
        return grammar.text(rootRule);
    }

    /**
     * One grammar over several schemas.
     *
     * @param body makes the root rule's right side from the names of the schemas' rules
     */
    public static String gbnf(List<? extends JsonNode> schemas, Function<List<String>, String> body) {
        JsonSchemaGrammar grammar = new JsonSchemaGrammar(JsonMapper.shared().createObjectNode());
        List<String> names = new ArrayList<>();
        for (JsonNode schema : schemas) {
            grammar.root = schema;
            grammar.references.clear();
            names.add(grammar.rule(schema, "#", 0));
        }
        return grammar.text(body.apply(names));
    }

    /** A GBNF string of a text. */
    public static String string(String text) {
        return literal(text);
    }

    /** The grammar of any JSON object. */
    public static String anyObject() {
        return gbnf(JsonMapper.shared().readTree("{\"type\": \"object\", \"additionalProperties\": true}"));
    }

    private String text(String rootRule) {
        StringBuilder text = new StringBuilder("root ::= " + rootRule + "\n");
        rules.forEach(
                (name, body) -> text.append(name).append(" ::= ").append(body).append('\n'));
        return text.toString();
    }

    // ---- rules

    private String define(String body) {
        if (rules.size() >= MOST_RULES) {
            throw StoaException.user("the schema needs more than " + MOST_RULES + " rules; make it smaller");
        }
        String name = "r" + rules.size();
        rules.put(name, body);
        return name;
    }

    /** A rule of its own for a named part that many need. */
    private String shared(String name, String body) {
        rules.putIfAbsent(name, body);
        return name;
    }

    private static StoaException refused(String at, String why) {
        return StoaException.user("the schema at " + at + " " + why);
    }

    /** The name of a rule that derives what a schema allows. */
    private String rule(JsonNode schema, String at, int depth) {
        if (depth > MOST_DEPTH) {
            throw refused(at, "nests more than " + MOST_DEPTH + " schemas");
        }
        if (schema.isBoolean()) {
            if (!schema.booleanValue()) {
                throw refused(at, "is false, which nothing satisfies");
            }
            return value();
        }
        if (!(schema instanceof ObjectNode object)) {
            throw refused(at, "is neither an object nor true or false");
        }
        for (String keyword : REFUSED) {
            if (object.has(keyword)) {
                throw refused(at + "/" + keyword, "cannot be turned into a grammar; leave it out");
            }
        }
        if (object.has("$ref")) {
            return reference(object, at, depth);
        }
        if (object.has("allOf")) {
            return rule(merged(object, at, depth), at, depth + 1);
        }
        if (object.has("const") || object.has("enum")) {
            return values(object, at);
        }
        if (object.has("anyOf")) {
            return branches(object, "anyOf", at, depth);
        }
        if (object.has("oneOf")) {
            requireDisjoint(object, at);
            return branches(object, "oneOf", at, depth);
        }
        Set<String> types = types(object, at);
        if (types.isEmpty()) {
            return value();
        }
        List<String> alternatives = new ArrayList<>();
        for (String type : types) {
            alternatives.add(
                    switch (type) {
                        case "object" -> object(object, at, depth);
                        case "array" -> array(object, at, depth);
                        case "string" -> string(object, at);
                        case "integer" -> whole(object, at);
                        case "number" -> number(object, at);
                        case "boolean" -> shared("boolean", "\"true\" | \"false\"");
                        case "null" -> shared("null", "\"null\"");
                        default -> throw refused(at + "/type", "names an unknown type " + type);
                    });
        }
        return alternatives.size() == 1 ? alternatives.getFirst() : define(String.join(" | ", alternatives));
    }

    /** The types that a schema names, or else those that its keywords speak of; none when it allows anything. */
    private static Set<String> types(ObjectNode schema, String at) {
        Set<String> types = new LinkedHashSet<>();
        JsonNode given = schema.path("type");
        if (given.isString()) {
            types.add(given.stringValue());
        } else if (given.isArray() && !given.isEmpty()) {
            given.forEach(type -> types.add(type.asString("")));
        } else if (!given.isMissingNode()) {
            throw refused(at + "/type", "is neither a type nor a list of types");
        } else {
            KEYWORDS_OF.forEach((type, keywords) -> {
                if (keywords.stream().anyMatch(schema::has)) {
                    types.add(type);
                }
            });
        }
        if (types.contains("number")) {
            types.remove("integer");
        }
        return types;
    }

    private String value() {
        if (!rules.containsKey("value")) {
            rules.put("value", "");
            String string = anyString();
            rules.put("boolean", "\"true\" | \"false\"");
            rules.put("null", "\"null\"");
            String member = string + " \":\" \" \"? value";
            rules.put("any-object", "\"{\" (" + member + " (\",\" \" \"? " + member + ")*)? \"}\"");
            rules.put("any-array", "\"[\" (value (\",\" \" \"? value)*)? \"]\"");
            rules.put("value", "any-object | any-array | " + string + " | " + anyNumber() + " | boolean | null");
        }
        return "value";
    }

    private String anyString() {
        shared("character", CHARACTER);
        return shared("string", "\"\\\"\" character* \"\\\"\"");
    }

    private String anyNumber() {
        return shared("number", "\"-\"? " + WHOLE + " (\".\" [0-9]{1," + DIGITS + "})? ([eE] [-+]? [0-9]{1,2})?");
    }

    private static final String WHOLE = "(\"0\" | [1-9] [0-9]{0," + (DIGITS - 1) + "})";

    // ---- references and combinations

    private String reference(ObjectNode schema, String at, int depth) {
        String pointer = schema.path("$ref").asString("");
        JsonNode target = target(pointer, at);
        if (hasMoreThan(schema, "$ref")) {
            ObjectNode rest = schema.deepCopy();
            rest.remove("$ref");
            if (!(target instanceof ObjectNode object)) {
                return rule(rest, at, depth + 1);
            }
            return rule(merge(resolved(object, at, depth + 1), rest, at), at, depth + 1);
        }
        String known = references.get(pointer);
        if (known != null) {
            return known;
        }
        String name = define("");
        references.put(pointer, name);
        rules.put(name, rule(target, pointer, 1));
        return name;
    }

    private JsonNode target(String pointer, String at) {
        if (!pointer.startsWith("#")) {
            throw refused(at + "/$ref", "leads out of the schema to " + pointer + "; bring its definition in");
        }
        JsonNode target = root;
        for (String step : pointer.substring(1).split("/", -1)) {
            if (!step.isEmpty()) {
                String name = URLDecoder.decode(step.replace("+", "%2B"), StandardCharsets.UTF_8)
                        .replace("~1", "/")
                        .replace("~0", "~");
                target = target.isArray() && name.matches("\\d{1,6}")
                        ? target.path(Integer.parseInt(name))
                        : target.path(name);
            }
        }
        if (target.isMissingNode()) {
            throw refused(at + "/$ref", "leads to " + pointer + ", which is not there");
        }
        return target;
    }

    /** Words about a schema, which say nothing about its values. */
    private static final Set<String> ANNOTATIONS = Set.of(
            "title",
            "description",
            "default",
            "examples",
            "deprecated",
            "readOnly",
            "writeOnly",
            "$comment",
            "$schema",
            "$id",
            "$anchor",
            "$defs",
            "definitions",
            "nullable",
            "example",
            "contentEncoding",
            "contentMediaType");

    private static boolean hasMoreThan(ObjectNode schema, String keyword) {
        return schema.propertyNames().stream().anyMatch(name -> !name.equals(keyword) && !ANNOTATIONS.contains(name));
    }

    /** A schema without a reference on its outside, for merging. */
    private ObjectNode resolved(ObjectNode schema, String at, int depth) {
        if (depth > MOST_DEPTH) {
            throw refused(at, "refers in circles");
        }
        if (schema.has("$ref")) {
            ObjectNode rest = schema.deepCopy();
            rest.remove("$ref");
            JsonNode target = target(schema.path("$ref").asString(""), at);
            return target instanceof ObjectNode object ? merge(resolved(object, at, depth + 1), rest, at) : rest;
        }
        return schema.has("allOf") ? merged(schema, at, depth + 1) : schema;
    }

    private ObjectNode merged(ObjectNode schema, String at, int depth) {
        ObjectNode result = schema.deepCopy();
        result.remove("allOf");
        for (JsonNode part : schema.path("allOf")) {
            if (part instanceof ObjectNode object) {
                result = merge(result, resolved(object, at + "/allOf", depth + 1), at);
            } else if (!part.isBoolean() || !part.booleanValue()) {
                throw refused(at + "/allOf", "holds something that nothing satisfies");
            }
        }
        return result;
    }

    /** A schema that allows what both allow. */
    private static ObjectNode merge(ObjectNode one, ObjectNode other, String at) {
        ObjectNode result = one.deepCopy();
        for (String name : other.propertyNames()) {
            JsonNode theirs = other.get(name);
            JsonNode ours = result.get(name);
            if (ANNOTATIONS.contains(name) || theirs.equals(ours)) {
                continue;
            }
            if (ours == null) {
                result.set(name, theirs);
                continue;
            }
            switch (name) {
                case "properties" -> {
                    ObjectNode properties = (ObjectNode) ours;
                    for (String property : theirs.propertyNames()) {
                        JsonNode both = properties.get(property);
                        if (both == null) {
                            properties.set(property, theirs.get(property));
                        } else if (!both.equals(theirs.get(property))) {
                            ObjectNode all = JsonMapper.shared().createObjectNode();
                            all.putArray("allOf").add(both).add(theirs.get(property));
                            properties.set(property, all);
                        }
                    }
                }
                case "required" -> {
                    Set<JsonNode> names = new LinkedHashSet<>(ours.valueStream().toList());
                    theirs.forEach(names::add);
                    result.putArray("required").addAll(names);
                }
                case "minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties" ->
                    result.set(name, ours.decimalValue().compareTo(theirs.decimalValue()) >= 0 ? ours : theirs);
                case "maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties" ->
                    result.set(name, ours.decimalValue().compareTo(theirs.decimalValue()) <= 0 ? ours : theirs);
                case "type" -> result.set("type", commonTypes(ours, theirs, at));
                case "items" -> {
                    ObjectNode all = JsonMapper.shared().createObjectNode();
                    all.putArray("allOf").add(ours).add(theirs);
                    result.set("items", all);
                }
                case "enum" -> {
                    List<JsonNode> common = ours.valueStream()
                            .filter(value -> theirs.valueStream().anyMatch(value::equals))
                            .toList();
                    result.putArray("enum").addAll(common);
                }
                default -> throw refused(at + "/" + name, "is said twice, differently; say it once");
            }
        }
        boolean closed = one.path("additionalProperties").isBoolean()
                && !one.path("additionalProperties").booleanValue();
        boolean otherClosed = other.path("additionalProperties").isBoolean()
                && !other.path("additionalProperties").booleanValue();
        for (String property : result.path("properties").propertyNames()) {
            if ((closed && !one.path("properties").has(property))
                    || (otherClosed && !other.path("properties").has(property))) {
                throw refused(
                        at + "/properties/" + property,
                        "is allowed by one of the schemas that all apply, and not by another");
            }
        }
        return result;
    }

    private static JsonNode commonTypes(JsonNode one, JsonNode other, String at) {
        List<String> ours =
                one.isArray() ? one.valueStream().map(type -> type.asString("")).toList() : List.of(one.asString(""));
        List<String> theirs = other.isArray()
                ? other.valueStream().map(type -> type.asString("")).toList()
                : List.of(other.asString(""));
        Set<String> common = new LinkedHashSet<>();
        for (String type : TYPES) {
            boolean mine = ours.contains(type) || (type.equals("integer") && ours.contains("number"));
            boolean its = theirs.contains(type) || (type.equals("integer") && theirs.contains("number"));
            if (mine && its) {
                common.add(type);
            }
        }
        if (common.isEmpty()) {
            throw refused(at + "/type", "asks for types that nothing has together");
        }
        return JsonMapper.shared().valueToTree(common);
    }

    private String branches(ObjectNode schema, String keyword, String at, int depth) {
        JsonNode given = schema.path(keyword);
        if (!given.isArray() || given.isEmpty()) {
            throw refused(at + "/" + keyword, "must be a list of schemas");
        }
        ObjectNode rest = schema.deepCopy();
        rest.remove(keyword);
        boolean plain = !hasMoreThan(rest, "");
        List<String> alternatives = new ArrayList<>();
        int index = 0;
        for (JsonNode branch : given) {
            String place = at + "/" + keyword + "/" + index++;
            if (branch.isBoolean() && !branch.booleanValue()) {
                continue;
            }
            JsonNode whole = plain || !(branch instanceof ObjectNode object)
                    ? branch
                    : merge(resolved(object, place, depth + 1), rest, place);
            alternatives.add(rule(whole, place, depth + 1));
        }
        if (alternatives.isEmpty()) {
            throw refused(at + "/" + keyword, "has no branch that anything satisfies");
        }
        return define(String.join(" | ", alternatives));
    }

    /** A value must match exactly one branch of a oneOf, so no two may share one. */
    private void requireDisjoint(ObjectNode schema, String at) {
        List<JsonNode> branches = schema.path("oneOf").valueStream().toList();
        for (int i = 0; i < branches.size(); i++) {
            for (int j = i + 1; j < branches.size(); j++) {
                if (!disjoint(branches.get(i), branches.get(j), at)) {
                    throw refused(
                            at + "/oneOf",
                            "has branches " + i + " and " + j
                                    + " that one value may match both; use anyOf, or give each"
                                    + " a required property with a const of its own");
                }
            }
        }
    }

    private boolean disjoint(JsonNode one, JsonNode other, String at) {
        if (!(one instanceof ObjectNode left) || !(other instanceof ObjectNode right)) {
            return false;
        }
        ObjectNode mine = resolved(left, at, 1);
        ObjectNode theirs = resolved(right, at, 1);
        Optional<List<JsonNode>> ourValues = listed(mine);
        Optional<List<JsonNode>> theirValues = listed(theirs);
        if (ourValues.isPresent() && theirValues.isPresent()) {
            return ourValues.get().stream().noneMatch(theirValues.get()::contains);
        }
        Set<String> ourTypes = typesAsSaid(mine);
        Set<String> theirTypes = typesAsSaid(theirs);
        if (!ourTypes.isEmpty() && !theirTypes.isEmpty() && ourTypes.stream().noneMatch(theirTypes::contains)) {
            return true;
        }
        if (!ourTypes.equals(Set.of("object")) || !theirTypes.equals(Set.of("object"))) {
            return false;
        }
        for (JsonNode name : mine.path("required")) {
            String property = name.asString("");
            boolean required = theirs.path("required").valueStream().anyMatch(name::equals);
            if (required
                    && mine.path("properties").path(property) instanceof ObjectNode ours
                    && theirs.path("properties").path(property) instanceof ObjectNode its
                    && disjoint(ours, its, at)) {
                return true;
            }
        }
        return false;
    }

    private static Set<String> typesAsSaid(ObjectNode schema) {
        Set<String> types = new LinkedHashSet<>();
        JsonNode given = schema.path("type");
        if (given.isString()) {
            types.add(given.stringValue());
        } else {
            given.forEach(type -> types.add(type.asString("")));
        }
        if (types.contains("number")) {
            types.add("integer");
        }
        return types;
    }

    private static Optional<List<JsonNode>> listed(ObjectNode schema) {
        if (schema.has("const")) {
            return Optional.of(List.of(schema.get("const")));
        }
        return schema.path("enum").isArray()
                ? Optional.of(schema.path("enum").valueStream().toList())
                : Optional.empty();
    }

    /** The listed values, as far as the schema's other words allow them. */
    private String values(ObjectNode schema, String at) {
        List<JsonNode> listed = listed(schema).orElse(List.of());
        if (listed.size() > MOST_VALUES) {
            throw refused(at + "/enum", "has more than " + MOST_VALUES + " values");
        }
        Optional<Schema> rest = Optional.empty();
        if (hasMoreThan(schema, schema.has("const") ? "const" : "enum")) {
            ObjectNode whole = schema.deepCopy();
            if (root.has("$defs")) {
                whole.set("$defs", root.get("$defs"));
            }
            rest = Optional.of(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                    .getSchema(whole));
        }
        List<String> alternatives = new ArrayList<>();
        for (JsonNode value : listed) {
            if (rest.isEmpty() || rest.get().validate(value).isEmpty()) {
                alternatives.add(literal(value.toString()));
            }
        }
        if (alternatives.isEmpty()) {
            throw refused(at, "lists no value that it allows");
        }
        return define(String.join(" | ", alternatives));
    }

    // ---- types

    private record Property(String member, boolean required) {}

    private String object(ObjectNode schema, String at, int depth) {
        Set<String> required = new LinkedHashSet<>();
        schema.path("required").forEach(name -> required.add(name.asString("")));
        JsonNode additional = schema.path("additionalProperties");
        ObjectNode declared = schema.path("properties") instanceof ObjectNode object
                ? object
                : JsonMapper.shared().createObjectNode();
        List<Property> properties = new ArrayList<>();
        for (String name : declared.propertyNames()) {
            JsonNode property = declared.get(name);
            if (property.isBoolean() && !property.booleanValue() && !required.contains(name)) {
                continue;
            }
            String place = at + "/properties/" + name.replace("~", "~0").replace("/", "~1");
            properties.add(new Property(member(name, rule(property, place, depth + 1)), required.contains(name)));
        }
        for (String name : required) {
            if (!declared.has(name)) {
                if (additional.isBoolean() && !additional.booleanValue()) {
                    throw refused(at + "/required", "asks for " + name + ", which additionalProperties forbids");
                }
                JsonNode whose = additional.isMissingNode()
                        ? JsonMapper.shared().getNodeFactory().booleanNode(true)
                        : additional;
                properties.add(new Property(member(name, rule(whose, at + "/additionalProperties", depth + 1)), true));
            }
        }
        int least = count(schema, "minProperties", at).orElse(0);
        int most = count(schema, "maxProperties", at).orElse(Integer.MAX_VALUE);
        if (properties.isEmpty() && !(additional.isBoolean() && !additional.booleanValue())) {
            if (least > 1) {
                // Names may be the same, and then count once.
                throw refused(
                        at + "/minProperties", "of free names cannot be turned into a grammar; name the properties");
            }
            JsonNode whose = additional.isMissingNode()
                    ? JsonMapper.shared().getNodeFactory().booleanNode(true)
                    : additional;
            String member = anyString() + " \":\" \" \"? " + rule(whose, at + "/additionalProperties", depth + 1);
            if (most == 0) {
                return define("\"{}\"");
            }
            String more = most == Integer.MAX_VALUE ? "*" : "{0," + (most - 1) + "}";
            String members = "(" + member + " (\",\" \" \"? " + member + ")" + more + ")" + (least == 0 ? "?" : "");
            return define("\"{\" " + members + " \"}\"");
        }
        long needed = properties.stream().filter(Property::required).count();
        if (least > needed) {
            throw refused(at + "/minProperties", "is more than the required properties; make as many required");
        }
        if (most < properties.size()) {
            throw refused(at + "/maxProperties", "is less than the properties; leave some out");
        }
        return define("\"{\" " + tail(properties, 0, false, new HashMap<>()) + " \"}\"");
    }

    /** What may come from a property on: a comma before it, once there was one. */
    private String tail(List<Property> properties, int from, boolean begun, Map<String, String> known) {
        if (from == properties.size()) {
            return "\"\"";
        }
        String key = from + " " + begun;
        String name = known.get(key);
        if (name == null) {
            Property property = properties.get(from);
            String with =
                    (begun ? "\",\" \" \"? " : "") + property.member + " " + tail(properties, from + 1, true, known);
            name = define(property.required ? with : with + " | " + tail(properties, from + 1, begun, known));
            known.put(key, name);
        }
        return name;
    }

    private static String member(String name, String rule) {
        return literal(JsonMapper.shared().writeValueAsString(name)) + " \":\" \" \"? " + rule;
    }

    private String array(ObjectNode schema, String at, int depth) {
        int least = count(schema, "minItems", at).orElse(0);
        int most = count(schema, "maxItems", at).orElse(Integer.MAX_VALUE);
        if (least > most) {
            throw refused(at + "/minItems", "is more than maxItems");
        }
        if (schema.path("uniqueItems").asBoolean(false) && most > 1) {
            throw refused(at + "/uniqueItems", "cannot be turned into a grammar; leave it out");
        }
        List<String> first = new ArrayList<>();
        JsonNode items = schema.path("items");
        JsonNode prefix = schema.path("prefixItems").isArray() ? schema.path("prefixItems") : items;
        if (prefix.isArray()) {
            int index = 0;
            for (JsonNode item : prefix) {
                if (first.size() < most) {
                    first.add(rule(item, at + "/prefixItems/" + index++, depth + 1));
                }
            }
            items = prefix.equals(items) ? JsonMapper.shared().missingNode() : items;
        }
        boolean noMore = items.isBoolean() && !items.booleanValue();
        if (noMore && least > first.size()) {
            throw refused(at + "/minItems", "is more than the items that there may be");
        }
        if (most == 0 || (noMore && first.isEmpty())) {
            return define("\"[]\"");
        }
        String start = String.join(" \",\" \" \"? ", first);
        // After listed items more come only where they are asked for.
        boolean more = !noMore && (first.isEmpty() || !items.isMissingNode() || least > first.size());
        if (!more) {
            return define("\"[\" " + start + " \"]\"");
        }
        String item = items.isMissingNode() ? value() : rule(items, at + "/items", depth + 1);
        if (!first.isEmpty()) {
            return define("\"[\" " + start + " (\",\" \" \"? " + item + ")"
                    + times(Math.max(0, least - first.size()), most == Integer.MAX_VALUE ? most : most - first.size())
                    + " \"]\"");
        }
        String list = item + " (\",\" \" \"? " + item + ")"
                + times(Math.max(0, least - 1), most == Integer.MAX_VALUE ? most : most - 1);
        return define("\"[\" " + (least == 0 ? "(" + list + ")?" : list) + " \"]\"");
    }

    private static String times(int least, int most) {
        return most == Integer.MAX_VALUE ? "{" + least + ",}" : "{" + least + "," + most + "}";
    }

    private static Optional<Integer> count(ObjectNode schema, String keyword, String at) {
        JsonNode given = schema.path(keyword);
        if (given.isMissingNode()) {
            return Optional.empty();
        }
        if (!given.isNumber()
                || given.decimalValue().signum() < 0
                || given.decimalValue().stripTrailingZeros().scale() > 0) {
            throw refused(at + "/" + keyword, "must be a whole number of at least 0");
        }
        return Optional.of(
                given.decimalValue().min(BigDecimal.valueOf(999_999_999)).intValue());
    }

    private String string(ObjectNode schema, String at) {
        Optional<Integer> least = count(schema, "minLength", at);
        Optional<Integer> most = count(schema, "maxLength", at);
        if (least.orElse(0) > most.orElse(Integer.MAX_VALUE)) {
            throw refused(at + "/minLength", "is more than maxLength");
        }
        boolean bounded = least.isPresent() || most.isPresent();
        if (schema.has("pattern")) {
            if (bounded) {
                throw refused(
                        at + "/pattern",
                        "together with a length cannot be turned into a grammar; put the length into" + " the pattern");
            }
            String body = new PatternGrammar(schema.path("pattern").asString(""), at + "/pattern").gbnf();
            return define("\"\\\"\" " + body + " \"\\\"\"");
        }
        String format = bounded ? "" : schema.path("format").asString("");
        String date = "[0-9]{4} \"-\" (\"02-\" (\"0\" [1-9] | \"1\" [0-9] | \"2\" [0-8]) | (\"04\" | \"06\" | \"09\" |"
                + " \"11\") \"-\" (\"0\" [1-9] | [12] [0-9] | \"30\") | (\"01\" | \"03\" | \"05\" | \"07\" | \"08\" |"
                + " \"10\" | \"12\") \"-\" (\"0\" [1-9] | [12] [0-9] | \"3\" [01]))";
        String time = "([01] [0-9] | \"2\" [0-3]) \":\" [0-5] [0-9] \":\" [0-5] [0-9] (\".\" [0-9]{1,9})?"
                + " (\"Z\" | [-+] ([01] [0-9] | \"2\" [0-3]) \":\" [0-5] [0-9])";
        switch (format) {
            case "date" -> {
                return shared("date", "\"\\\"\" " + date + " \"\\\"\"");
            }
            case "time" -> {
                return shared("time", "\"\\\"\" " + time + " \"\\\"\"");
            }
            case "date-time" -> {
                return shared("date-time", "\"\\\"\" " + date + " \"T\" " + time + " \"\\\"\"");
            }
            case "uuid" -> {
                String hex = "[0-9a-f]";
                return shared(
                        "uuid",
                        "\"\\\"\" " + hex + "{8} \"-\" " + hex + "{4} \"-\" " + hex + "{4} \"-\" " + hex + "{4} \"-\" "
                                + hex + "{12} \"\\\"\"");
            }
            default -> {
                // An annotation.
            }
        }
        if (!bounded) {
            return anyString();
        }
        shared("character", CHARACTER);
        return define("\"\\\"\" character" + times(least.orElse(0), most.orElse(Integer.MAX_VALUE)) + " \"\\\"\"");
    }

    // ---- numbers

    private static Optional<BigDecimal> limit(ObjectNode schema, String keyword, String at) {
        JsonNode given = schema.path(keyword);
        if (given.isMissingNode()) {
            return Optional.empty();
        }
        if (!given.isNumber()) {
            throw refused(at + "/" + keyword, "must be a number");
        }
        return Optional.of(given.decimalValue());
    }

    /** The least whole number that a schema allows, if it sets a limit. */
    private static Optional<BigInteger> leastWhole(ObjectNode schema, String at) {
        Optional<BigInteger> from = limit(schema, "minimum", at)
                .map(given -> given.setScale(0, RoundingMode.CEILING).toBigIntegerExact());
        Optional<BigInteger> above = limit(schema, "exclusiveMinimum", at)
                .map(given -> given.setScale(0, RoundingMode.FLOOR)
                        .toBigIntegerExact()
                        .add(BigInteger.ONE));
        return from.isPresent() && above.isPresent() ? Optional.of(from.get().max(above.get())) : from.or(() -> above);
    }

    private static Optional<BigInteger> mostWhole(ObjectNode schema, String at) {
        Optional<BigInteger> to = limit(schema, "maximum", at)
                .map(given -> given.setScale(0, RoundingMode.FLOOR).toBigIntegerExact());
        Optional<BigInteger> below = limit(schema, "exclusiveMaximum", at)
                .map(given -> given.setScale(0, RoundingMode.CEILING)
                        .toBigIntegerExact()
                        .subtract(BigInteger.ONE));
        return to.isPresent() && below.isPresent() ? Optional.of(to.get().min(below.get())) : to.or(() -> below);
    }

    private String whole(ObjectNode schema, String at) {
        if (schema.has("multipleOf") && schema.path("multipleOf").decimalValue().compareTo(BigDecimal.ONE) != 0) {
            throw refused(at + "/multipleOf", "cannot be turned into a grammar; leave it out");
        }
        Optional<BigInteger> least = leastWhole(schema, at);
        Optional<BigInteger> most = mostWhole(schema, at);
        if (least.isEmpty() && most.isEmpty()) {
            return shared("integer", "\"-\"? " + WHOLE);
        }
        return define(range(least, most, at));
    }

    private static String range(Optional<BigInteger> least, Optional<BigInteger> most, String at) {
        BigInteger far = BigInteger.TEN.pow(DIGITS).subtract(BigInteger.ONE);
        BigInteger low = least.orElseGet(() -> far.negate().min(most.orElseThrow()));
        BigInteger high = most.orElseGet(() -> far.max(least.orElseThrow()));
        if (low.compareTo(high) > 0) {
            throw refused(at, "allows no number: its limits exclude each other");
        }
        if (low.toString().length() > 40 || high.toString().length() > 40) {
            throw refused(at, "has a limit of more than 40 digits");
        }
        return NumberRange.gbnf(low, high);
    }

    private String number(ObjectNode schema, String at) {
        if (schema.has("multipleOf")) {
            throw refused(at + "/multipleOf", "cannot be turned into a grammar; leave it out, or ask for an integer");
        }
        Optional<BigInteger> least = leastWhole(schema, at);
        Optional<BigInteger> most = mostWhole(schema, at);
        if (least.isEmpty() && most.isEmpty()) {
            return anyNumber();
        }
        BigInteger far = BigInteger.TEN.pow(DIGITS).subtract(BigInteger.ONE);
        BigInteger low = least.orElseGet(() -> far.negate().min(most.orElseThrow()));
        BigInteger high = most.orElseGet(() -> far.max(least.orElseThrow()));
        if (low.compareTo(high) > 0) {
            throw refused(
                    at, "has limits with no whole number between, which cannot be turned into a grammar; widen them");
        }
        List<String> alternatives = new ArrayList<>();
        alternatives.add(NumberRange.gbnf(low, high));
        // Between two whole numbers of the range every fraction is in it, too.
        String fraction = " \".\" [0-9]{1," + DIGITS + "}";
        BigInteger from = low.max(BigInteger.ZERO);
        BigInteger to = high.subtract(BigInteger.ONE);
        if (from.compareTo(to) <= 0) {
            alternatives.add("(" + NumberRange.gbnf(from, to) + ")" + fraction);
        }
        BigInteger nearest = high.min(BigInteger.ZERO).negate();
        BigInteger farthest = low.negate().subtract(BigInteger.ONE);
        if (low.signum() < 0 && nearest.compareTo(farthest) <= 0) {
            alternatives.add("\"-\" (" + NumberRange.gbnf(nearest, farthest) + ")" + fraction);
        }
        return define(String.join(" | ", alternatives));
    }

    // ---- text

    /** A GBNF string. */
    static String literal(String text) {
        StringBuilder literal = new StringBuilder("\"");
        text.codePoints().forEach(codePoint -> {
            switch (codePoint) {
                case '"', '\\' -> literal.append('\\').appendCodePoint(codePoint);
                case '\n' -> literal.append("\\n");
                case '\r' -> literal.append("\\r");
                case '\t' -> literal.append("\\t");
                default -> literal.appendCodePoint(codePoint);
            }
        });
        return literal.append('"').toString();
    }
}
