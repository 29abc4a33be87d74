package io.stoa.benchmark.dataset;

import static java.util.Objects.requireNonNull;

import io.stoa.model.StoaException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** The splits of a dataset, by name. */
public record Dataset(String name, Map<String, Split> splits) {
    public Dataset {
        requireNonNull(name, "name");
        splits = Collections.unmodifiableMap(new LinkedHashMap<>(splits));
    }

    public Split split(String split) {
        return Optional.ofNullable(splits.get(split))
                .orElseThrow(() ->
                        StoaException.user(name + ": no split \"" + split + "\"; choose one of " + splits.keySet()));
    }
}
