package io.stoa.inspect;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Puts pickles together, opcode by opcode. What they would do, nobody does here. */
final class PickleForge {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    static PickleForge protocol(int protocol) {
        PickleForge forge = new PickleForge();
        if (protocol >= 2) {
            forge.raw(0x80, protocol);
        }
        return forge;
    }

    PickleForge raw(int... bytes) {
        for (int b : bytes) {
            out.write(b);
        }
        return this;
    }

    PickleForge op(char opcode) {
        out.write(opcode);
        return this;
    }

    PickleForge ascii(String text) {
        out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
        return this;
    }

    PickleForge global(String module, String name) {
        return op('c').ascii(module + "\n" + name + "\n");
    }

    PickleForge stackGlobal(String module, String name) {
        return text(module).text(name).raw(0x93);
    }

    PickleForge text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        op('X').raw(utf8.length & 0xff, utf8.length >> 8 & 0xff, 0, 0);
        out.writeBytes(utf8);
        return this;
    }

    PickleForge small(int number) {
        return op('K').raw(number);
    }

    /** Calls what is on the stack with one text. */
    PickleForge calledWith(String argument) {
        return text(argument).raw(0x85).op('R');
    }

    byte[] stop() {
        return op('.').bytes();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    /** A state dictionary as torch.save writes one, with a tensor of four floats. */
    static byte[] stateDictionary() {
        return tensor(protocol(2).op('}').op('q').raw(0).op('(').text("weight"))
                .op('u')
                .stop();
    }

    static PickleForge tensor(PickleForge forge) {
        return forge.global("torch._utils", "_rebuild_tensor_v2")
                .op('q')
                .raw(1)
                .op('(')
                .op('(')
                .text("storage")
                .global("torch", "FloatStorage")
                .text("0")
                .text("cpu")
                .small(4)
                .op('t')
                .op('Q')
                .small(0)
                .small(4)
                .raw(0x85)
                .small(1)
                .raw(0x85)
                .raw(0x89)
                .global("collections", "OrderedDict")
                .op(')')
                .op('R')
                .op('t')
                .op('R');
    }
}
