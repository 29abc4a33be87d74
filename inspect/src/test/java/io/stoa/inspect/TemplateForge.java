package io.stoa.inspect;

/** Chat templates of our own, honest ones. */
final class TemplateForge {
    static final String PLAIN = """
        {%- for message in messages -%}
        <|im_start|>{{ message.role }}
        {{ message.content }}<|im_end|>
        {% endfor -%}
        {%- if add_generation_prompt -%}
        <|im_start|>assistant
        {% endif -%}
        """;

    static final String STRICT = """
        {{- bos_token -}}
        {%- if messages[0].role == 'system' -%}
        {%- set system = messages[0].content -%}
        {%- set rest = messages[1:] -%}
        {%- else -%}
        {%- set system = '' -%}
        {%- set rest = messages -%}
        {%- endif -%}
        {%- for message in rest -%}
        {%- if (message.role == 'user') != (loop.index0 % 2 == 0) -%}
        {{- raise_exception('roles must alternate') -}}
        {%- endif -%}
        {%- if message.role == 'user' -%}
        [INST] {{ system ~ '\\n\\n' if loop.first and system else '' }}{{ message.content | trim }} [/INST]
        {%- else -%}
        {{ message.content | trim }}{{ eos_token }}
        {%- endif -%}
        {%- endfor -%}
        """;

    static final String DATED = """
        {%- for message in messages -%}
        {%- if loop.first and message.role == 'system' -%}
        <|system|>
        Today is {{ strftime_now('%d %B %Y') }}.
        {{ message.content }}
        {%- else -%}
        <|{{ message.role }}|>
        {{ message.content.split('</think>')[-1] if message.role == 'assistant' else message.content }}
        {%- endif -%}
        {%- endfor -%}
        <|assistant|>
        """;

    private TemplateForge() {}
}
