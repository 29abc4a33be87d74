package io.stoa.integration.tool.method;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.agent.tool.ToolMemoryId;
import io.stoa.integration.tool.Tool.Description;
import io.stoa.integration.tool.Tool.Effects;
import io.stoa.model.StoaException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Tools made of the methods of an object that LangChain4j's {@code @Tool} marks, so that those of an existing application
 * are used as they are. {@code @P} names and describes parameters; {@link Affects} says what a method changes. Values that
 * are no text are told as JSON.
 */
public final class AnnotatedTools {
    private static final JsonMapper MAPPER = JsonMapper.shared();

    private AnnotatedTools() {}

    /**
     * The marked methods of an object and of its superclasses, by name.
     *
     * @throws StoaException of kind {@code USER} where there is none, or one has parameters that cannot be told as JSON
     */
    public static List<io.stoa.integration.tool.Tool> of(Object object) {
        List<io.stoa.integration.tool.Tool> tools = new ArrayList<>();
        for (Class<?> type = object.getClass(); type != null; type = type.getSuperclass()) {
            Arrays.stream(type.getDeclaredMethods())
                    .filter(method -> method.isAnnotationPresent(Tool.class) && !method.isBridge())
                    .map(method -> tool(object, method))
                    .forEach(tools::add);
        }
        if (tools.isEmpty()) {
            throw StoaException.user(
                    object.getClass().getName() + " has no method with @dev.langchain4j.agent.tool.Tool");
        }
        tools.sort(Comparator.comparing(tool -> tool.description().name()));
        return tools;
    }

    private static io.stoa.integration.tool.Tool tool(Object object, Method method) {
        Tool marked = method.getAnnotation(Tool.class);
        String name = marked.name().isBlank() ? method.getName() : marked.name();
        Effects effects = Optional.ofNullable(method.getAnnotation(Affects.class))
                .map(Affects::value)
                .orElse(Effects.EACH_CALL);
        if (!method.trySetAccessible()) {
            throw StoaException.user(method + " cannot be called; make it public");
        }
        List<Argument> arguments = Arrays.stream(method.getParameters())
                .map(AnnotatedTools::argument)
                .toList();
        return FunctionTool.of(
                new Description(name, String.join("\n", marked.value()), schema(arguments), effects),
                (given, _) -> told(method, invoked(object, method, arguments, given)));
    }

    /** One parameter of a method. */
    private record Argument(String name, Type type, String text, boolean required, Optional<String> preset) {
        Object read(JsonNode given) {
            JsonNode value = given.path(name);
            JsonNode known = value.isMissingNode() && preset.isPresent() ? preset(preset.get()) : value;
            if (known.isMissingNode() && type instanceof Class<?> plain && plain.isPrimitive()) {
                throw StoaException.user("the argument " + name + " is missing");
            }
            return MAPPER.treeToValue(
                    known.isMissingNode() ? JsonNodeFactory.instance.nullNode() : known, MAPPER.constructType(type));
        }

        private JsonNode preset(String text) {
            return type == String.class ? JsonNodeFactory.instance.stringNode(text) : MAPPER.readTree(text);
        }
    }

    private static Argument argument(Parameter parameter) {
        if (parameter.isAnnotationPresent(ToolMemoryId.class)) {
            throw StoaException.user(parameter.getDeclaringExecutable()
                    + " wants a memory's id, which is not known here; leave that parameter out");
        }
        P described = parameter.getAnnotation(P.class);
        Type type = parameter.getParameterizedType();
        boolean optional = TypeSchema.isOptional(type);
        if (described == null) {
            return new Argument(parameter.getName(), type, "", !optional, Optional.empty());
        }
        String text = described.description().isBlank() ? described.value() : described.description();
        Optional<String> preset = Optional.of(described.defaultValue()).filter(given -> !given.equals(P.NO_DEFAULT));
        return new Argument(
                described.name().isBlank() ? parameter.getName() : described.name(),
                type,
                text,
                described.required() && !optional && preset.isEmpty(),
                preset);
    }

    private static ObjectNode schema(List<Argument> arguments) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = schema.putArray("required");
        for (Argument argument : arguments) {
            ObjectNode property = TypeSchema.of(argument.type(), argument.name());
            if (!argument.text().isBlank()) {
                property.put("description", argument.text());
            }
            properties.set(argument.name(), property);
            if (argument.required()) {
                required.add(argument.name());
            }
        }
        return schema.put("additionalProperties", false);
    }

    private static Optional<Object> invoked(Object object, Method method, List<Argument> arguments, ObjectNode given)
            throws Exception {
        Object[] values =
                arguments.stream().map(argument -> argument.read(given)).toArray();
        try {
            return Optional.ofNullable(method.invoke(object, values));
        } catch (InvocationTargetException e) {
            throw e.getCause() instanceof Exception own ? own : e;
        }
    }

    private static String told(Method method, Optional<Object> value) {
        if (method.getReturnType() == void.class) {
            return "Done.";
        }
        return value.map(known -> known instanceof String text ? text : MAPPER.writeValueAsString(known))
                .orElse("null");
    }
}
