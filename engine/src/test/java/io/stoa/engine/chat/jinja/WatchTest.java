package io.stoa.engine.chat.jinja;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class WatchTest {
    private static List<String> heard(String template) {
        ObjectNode variables = JsonNodeFactory.instance.objectNode().put("said", "hello");
        List<String> heard = new ArrayList<>();
        Template.parse(template).render(variables, Clock.systemUTC(), (left, right) -> heard.add(left + "~" + right));
        return heard;
    }

    @Test
    void comparisonsOfAnyKindAreHeard() {
        assertThat(heard("{{ said == 'a' ~ 'b' }}")).contains("hello~ab");
        assertThat(heard("{{ 'x' in said }}")).contains("hello~x");
        assertThat(heard("{{ said.startswith(('p', 'q')) }}")).contains("hello~p", "hello~q");
        assertThat(heard("{{ said | replace('r', '') }}")).contains("hello~r");
        assertThat(heard("{{ {'k': 1}[said] }}")).contains("k~hello");
        assertThat(heard("{{ said > 'm' }}")).contains("hello~m");
        assertThat(heard("{{ said in ['n', 'o'] }}")).contains("n~hello", "o~hello");
    }

    @Test
    void whatATemplateMentionsIsKnownWithoutRunningIt() {
        Mentions mentions = Template.parse(
                        "{% if x.y == 'a' %}{% for i in range(7) %}{{ f(k='b') | d('c') }}{% endfor %}"
                                + "{% macro m(p='e') %}{{ p[3:] ~ ('g' if q else -5) }}{% endmacro %}{% endif %}")
                .mentions();
        assertThat(mentions.texts()).containsExactly("a", "b", "c", "e", "g");
        assertThat(mentions.numbers()).contains(3, 5, 7);
        assertThat(mentions.names()).contains("x", "y", "range", "f", "p", "q");
    }
}
