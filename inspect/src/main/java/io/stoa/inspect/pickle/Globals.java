package io.stoa.inspect.pickle;

import java.util.Map;
import java.util.Set;

/**
 * What a pickle of tensors needs from Python. An allow-list: a list of what is dangerous is never complete, since every
 * module that is installed can be named.
 */
final class Globals {
    private static final Set<String> TORCH_TYPES = Set.of(
            "float16",
            "float32",
            "float64",
            "bfloat16",
            "half",
            "float",
            "double",
            "int8",
            "int16",
            "int32",
            "int64",
            "uint8",
            "uint16",
            "uint32",
            "uint64",
            "bool",
            "complex64",
            "complex128",
            "qint8",
            "quint8",
            "qint32",
            "float8_e4m3fn",
            "float8_e5m2",
            "float8_e4m3fnuz",
            "float8_e5m2fnuz",
            "float8_e8m0fnu");

    private static final Set<String> TORCH_STORAGES = Set.of(
            "FloatStorage",
            "HalfStorage",
            "DoubleStorage",
            "BFloat16Storage",
            "LongStorage",
            "IntStorage",
            "ShortStorage",
            "CharStorage",
            "ByteStorage",
            "BoolStorage",
            "ComplexFloatStorage",
            "ComplexDoubleStorage",
            "QInt8Storage",
            "QUInt8Storage",
            "QInt32Storage",
            "UntypedStorage");

    private static final Set<String> NUMPY_CORE = Set.of("_reconstruct", "scalar");

    private static final Map<String, Set<String>> ALLOWED = Map.ofEntries(
            Map.entry("collections", Set.of("OrderedDict", "defaultdict", "Counter", "deque")),
            Map.entry(
                    "torch._utils",
                    Set.of(
                            "_rebuild_tensor",
                            "_rebuild_tensor_v2",
                            "_rebuild_tensor_v3",
                            "_rebuild_parameter",
                            "_rebuild_parameter_with_state",
                            "_rebuild_qtensor",
                            "_rebuild_sparse_tensor",
                            "_rebuild_meta_tensor_no_storage")),
            Map.entry("torch._tensor", Set.of("_rebuild_from_type_v2")),
            Map.entry("torch.nn.parameter", Set.of("Parameter", "Buffer")),
            Map.entry("torch.storage", Set.of("UntypedStorage", "TypedStorage")),
            Map.entry("torch.serialization", Set.of("_get_layout")),
            Map.entry("numpy", Set.of("dtype", "ndarray")),
            Map.entry("numpy.core.multiarray", NUMPY_CORE),
            Map.entry("numpy._core.multiarray", NUMPY_CORE),
            Map.entry("numpy.core.numeric", Set.of("_frombuffer")),
            Map.entry("numpy._core.numeric", Set.of("_frombuffer")),
            Map.entry("_codecs", Set.of("encode")));

    /** Containers and numbers; they are called, but can do nothing. */
    private static final Set<String> BUILTINS = Set.of(
            "set",
            "frozenset",
            "dict",
            "list",
            "tuple",
            "int",
            "float",
            "complex",
            "bool",
            "bytes",
            "bytearray",
            "str",
            "slice");

    private Globals() {}

    static boolean allowed(String module, String name) {
        return switch (module) {
            case "torch" ->
                TORCH_TYPES.contains(name)
                        || TORCH_STORAGES.contains(name)
                        || Set.of("Size", "Tensor", "device", "strided").contains(name);
            case "builtins", "__builtin__" -> BUILTINS.contains(name);
            default -> ALLOWED.getOrDefault(module, Set.of()).contains(name);
        };
    }
}
