"""Asks Python's Jinja2, set up as Hugging Face transformers does, what the tests of io.stoa.engine.chat expect.

    python3 chat_templates.py snippets ../resources/io/stoa/engine/chat/snippets.json
    python3 chat_templates.py templates <folder of *.jinja> ../resources/io/stoa/engine/chat/conformance.json

The first fills in "expected" (or "error") of our own snippets. The second renders every template of a folder with every
conversation of conversations.json and keeps, since the templates belong to others, only length and SHA-256 of the
result, or the error. Needs jinja2 >= 3.1.
"""

import datetime
import hashlib
import json
import pathlib
import sys

import jinja2
import jinja2.ext
import jinja2.nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

NOW = datetime.datetime(2026, 11, 24, 9, 5, 7)
HERE = pathlib.Path(__file__).parent
CONVERSATIONS = HERE / "../resources/io/stoa/engine/chat/conversations.json"


class Generation(jinja2.ext.Extension):
    """The tag that marks the assistant's tokens; without a tracker its body is printed as it is."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_print"), [], [], body).set_lineno(line)

    def _print(self, caller):
        return caller()


class Raised(jinja2.TemplateError):
    pass


def raise_exception(message):
    raise Raised(message)


def environment():
    env = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols]
    )
    env.filters["tojson"] = lambda value, ensure_ascii=False, indent=None, separators=None, sort_keys=False: json.dumps(
        value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys
    )
    env.globals["raise_exception"] = raise_exception
    env.globals["strftime_now"] = NOW.strftime
    return env


def outcome(env, source, variables):
    """The text, or why there is none: the template's own refusal apart from everything else."""
    try:
        return {"text": env.from_string(source).render(**variables)}
    except Raised as e:
        return {"raised": str(e.message)}
    except jinja2.TemplateSyntaxError as e:
        return {"syntax": e.message, "line": e.lineno}
    except Exception as e:  # a template can fail with any of Python's exceptions
        return {"failed": str(e)}


def snippets(path):
    env = environment()
    cases = json.loads(path.read_text())
    for case in cases:
        variables = case.get("variables", {})
        for key in ("text", "raised", "syntax", "line", "failed"):
            case.pop(key, None)
        case.update(outcome(env, case["template"], variables))
    lines = ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    path.write_text("[\n" + lines + "\n]\n")


def templates(folder, path):
    env = environment()
    conversations = json.loads(CONVERSATIONS.read_text())
    results = {}
    for file in sorted(folder.glob("*.jinja")):
        source = file.read_text()
        results[file.name] = {}
        for name, variables in conversations.items():
            result = outcome(env, source, variables)
            if "text" in result:
                data = result["text"].encode()
                result = {"length": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            results[file.name][name] = result
    lines = ",\n".join(
        f"{json.dumps(name)}: {{\n"
        + ",\n".join(f" {json.dumps(case)}: {json.dumps(result, ensure_ascii=False)}" for case, result in cases.items())
        + "\n}"
        for name, cases in results.items()
    )
    path.write_text("{\n" + lines + "\n}\n")


if __name__ == "__main__":
    if sys.argv[1] == "snippets":
        snippets(pathlib.Path(sys.argv[2]))
    else:
        templates(pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3]))
