package io.stoa.integration.judge.service;

import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.document.Metadata;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.rag.content.Content;
import dev.langchain4j.rag.content.retriever.ContentRetriever;
import dev.langchain4j.rag.query.Query;
import dev.langchain4j.service.AiServices;
import dev.langchain4j.service.SystemMessage;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** An application as people write it with LangChain4j, without a word of Stoa. */
public final class SupportDesk {
    interface Assistant {
        @SystemMessage("You answer questions of customers. Say \"I do not know.\" where the documents do not tell.")
        String answer(String question);
    }

    /** What the assistant may do. */
    public static final class Tickets {
        @Tool("Opens a ticket for a customer")
        public String openTicket(String customer) {
            return "ticket opened for " + customer;
        }
    }

    private final Assistant assistant;

    public SupportDesk(ChatModel model, ContentRetriever retriever) {
        assistant = AiServices.builder(Assistant.class)
                .chatModel(model)
                .contentRetriever(retriever)
                .tools(new Tickets())
                .build();
    }

    public String answer(String question) {
        return assistant.answer(question);
    }

    /** The documents that share most words with the question. */
    public static ContentRetriever byWords(Map<String, String> documents, int most) {
        return (Query query) -> {
            List<String> words =
                    Arrays.asList(query.text().toLowerCase(Locale.ROOT).split("\\W+"));
            return documents.entrySet().stream()
                    .sorted(Comparator.comparingLong(entry -> -words.stream()
                            .filter(Arrays.asList(
                                    entry.getValue().toLowerCase(Locale.ROOT).split("\\W+"))::contains)
                            .count()))
                    .limit(most)
                    .map(entry -> Content.from(
                            TextSegment.from(entry.getValue(), Metadata.from("file_name", entry.getKey()))))
                    .toList();
        };
    }
}
