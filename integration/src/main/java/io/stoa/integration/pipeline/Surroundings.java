package io.stoa.integration.pipeline;

import io.stoa.engine.Engine;
import io.stoa.engine.EngineFacts;
import io.stoa.integration.agent.Material;
import io.stoa.integration.retrieve.Passage;
import io.stoa.integration.retrieve.PassageStore.Hit;
import io.stoa.integration.step.Steps;
import io.stoa.integration.tool.Ruling;
import io.stoa.integration.tool.Tool;
import io.stoa.model.StoaException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * What a pipeline needs from outside, by the names that its file gives it.
 *
 * @param models by name
 * @param stores by name
 * @param tools by name
 * @param rerankers by the name of the model that judges
 * @param agents what lets a model call tools
 */
public record Surroundings(
        Map<String, Model> models,
        Map<String, Search> stores,
        Map<String, Tool> tools,
        Map<String, Reranker> rerankers,
        Agents agents) {
    static final String STORES = "stores";

    public Surroundings {
        models = Map.copyOf(models);
        stores = Map.copyOf(stores);
        tools = Map.copyOf(tools);
        rerankers = Map.copyOf(rerankers);
    }

    /**
     * A model.
     *
     * @param identity a digest or a pinned revision, never a display name
     */
    public record Model(Engine engine, String identity) {}

    /** Finds passages. */
    public interface Search {
        /** What is searched, and how: it changes when what is found could. */
        String identity();

        /** The best passages, best first. */
        List<Hit> search(String query, int most, Map<String, String> filter);

        /**
         * The best passages for several wordings of a question, the most important first. Where nothing better is known,
         * that one alone is looked for.
         */
        default List<Hit> search(List<String> wordings, int most, Map<String, String> filter) {
            return search(wordings.getFirst(), most, filter);
        }
    }

    /** Judges how well passages fit a question. */
    public interface Reranker {
        /** What judges. */
        String identity();

        /** A number for each passage, in their order; the higher, the better. */
        List<Double> scores(String query, List<Passage> passages);
    }

    /** Lets a model call tools in turns. */
    public interface Agents {
        /**
         * Works on a task; each turn and each call is a step below the path.
         *
         * @return with {@code text}, {@code finish}, {@code calls} and {@code turns}
         */
        ObjectNode answer(String path, Stage.RunAgent stage, Task task, Steps steps);

        /**
         * Whether a call that the pipeline itself makes is allowed, and whether a person has to approve it.
         *
         * @return empty where there are no rules: then a person approves what changes anything
         */
        default Optional<Ruling> rule(String name, Tool tool, ObjectNode arguments) {
            return Optional.empty();
        }

        /**
         * What an agent is to do.
         *
         * @param tools on offer, by name
         * @param materials what it is given to read
         */
        record Task(
                Engine engine,
                Optional<String> system,
                String prompt,
                Map<String, Tool> tools,
                List<Material> materials) {}
    }

    Model model(String name) {
        return need(models, name, "model");
    }

    Search store(String name) {
        return need(stores, name, "store");
    }

    Tool tool(String name) {
        return need(tools, name, "tool");
    }

    Reranker reranker(String model) {
        return need(rerankers, model, "reranker");
    }

    private static <T> T need(Map<String, T> from, String name, String what) {
        return Optional.ofNullable(from.get(name))
                .orElseThrow(() -> StoaException.bug("the " + what + " " + name + " was not opened"));
    }

    /**
     * What all of it is, for the journal: with it a run can be replayed without any of it, and refused when it goes on with
     * another.
     */
    public JsonNode identities() {
        ObjectNode all = JsonNodeFactory.instance.objectNode();
        ObjectNode ofModels = all.putObject("models");
        models.forEach((name, model) -> {
            EngineFacts facts = model.engine().facts();
            ofModels.putObject(name)
                    .put("identity", model.identity())
                    .put("name", facts.name())
                    .put("engine", facts.engine());
        });
        ObjectNode ofStores = all.putObject(STORES);
        stores.forEach((name, store) -> ofStores.put(name, store.identity()));
        ObjectNode ofRerankers = all.putObject("rerankers");
        rerankers.forEach((name, reranker) -> ofRerankers.put(name, reranker.identity()));
        ObjectNode ofTools = all.putObject("tools");
        tools.forEach((name, tool) -> {
            Tool.Description description = tool.description();
            ofTools.putObject(name)
                    .put("name", description.name())
                    .put("text", description.text())
                    .put("effects", description.effects().name())
                    .set("parameters", description.parameters());
        });
        return all;
    }

    /** Surroundings that say what was there in a run, and can do nothing: for a replay. */
    static Surroundings absent(JsonNode identities, Agents agents) {
        Map<String, Model> models = new LinkedHashMap<>();
        identities.path("models").properties().forEach(entry -> {
            JsonNode value = entry.getValue();
            models.put(
                    entry.getKey(),
                    new Model(
                            new Absent.Model(
                                    value.path("name").stringValue(""),
                                    value.path("engine").stringValue("")),
                            value.path("identity").stringValue("")));
        });
        Map<String, Search> stores = new LinkedHashMap<>();
        identities
                .path(STORES)
                .properties()
                .forEach(entry -> stores.put(
                        entry.getKey(), new Absent.Store(entry.getValue().stringValue(""))));
        Map<String, Reranker> rerankers = new LinkedHashMap<>();
        identities
                .path("rerankers")
                .properties()
                .forEach(entry -> rerankers.put(
                        entry.getKey(), new Absent.Judge(entry.getValue().stringValue(""))));
        Map<String, Tool> tools = new LinkedHashMap<>();
        identities
                .path("tools")
                .properties()
                .forEach(entry -> tools.put(entry.getKey(), Absent.tool(entry.getValue())));
        return new Surroundings(models, stores, tools, rerankers, agents);
    }
}
