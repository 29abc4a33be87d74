package io.stoa.gateway;

import io.stoa.gateway.wire.ApiCall;
import io.stoa.gateway.wire.ApiError;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.json.JsonMapper;

/** Errors as clients read them. */
final class ErrorBody {
    private ErrorBody() {}

    static byte[] bytes(ApiCall call, ApiError error) {
        Map<String, String> fields = new TreeMap<>(Map.of("message", error.message(), "type", error.type()));
        error.code().ifPresent(code -> fields.put("code", code));
        error.param().ifPresent(param -> fields.put("param", param));
        return JsonMapper.shared().writeValueAsBytes(Map.of("error", fields));
    }

    static byte[] event(ApiCall call, ApiError error) {
        return ("data: " + new String(bytes(call, error), StandardCharsets.UTF_8) + "\n\n")
                .getBytes(StandardCharsets.UTF_8);
    }
}
