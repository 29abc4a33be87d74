package io.stoa.edge.fleet;

import static io.stoa.store.yaml.YamlFile.fields;
import static io.stoa.store.yaml.YamlFile.list;
import static io.stoa.store.yaml.YamlFile.required;

import io.stoa.model.Spelling;
import io.stoa.model.StoaException;
import io.stoa.store.yaml.Shape;
import io.stoa.store.yaml.YamlFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;

/** Classes of small devices by name, as shipped ({@code devices.yaml}): each figure says how it is known. */
public final class DeviceCatalogue {
    private static final String SHIPPED = "devices.yaml";

    private static final Shape.Fields SHAPE =
            fields(required("devices", new Shape.ListOf(DeviceYaml.CATALOGUED, 1), "the classes"));

    private static final List<String> FIGURES =
            List.of("memory", "reserve", "bandwidth", "cache", "power", "accelerator");

    private final Map<String, DeviceClass> devices;

    private DeviceCatalogue(Map<String, DeviceClass> devices) {
        this.devices = devices;
    }

    /** The classes that come with Stoa. They have no prices. */
    public static DeviceCatalogue shipped() {
        try (InputStream in = DeviceCatalogue.class.getResourceAsStream(SHIPPED)) {
            if (in == null) {
                throw StoaException.bug("the build left " + SHIPPED + " out");
            }
            return parse(Path.of(SHIPPED), new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new StoaException(StoaException.Kind.BUG, SHIPPED + " cannot be read", e);
        }
    }

    static DeviceCatalogue parse(Path label, String text) {
        YamlFile yaml = YamlFile.ofText(label, SHIPPED, text);
        MappingNode top = yaml.read(SHAPE);
        Map<String, DeviceClass> devices = new LinkedHashMap<>();
        DeviceCatalogue soFar = new DeviceCatalogue(devices);
        DeviceYaml reader = new DeviceYaml(yaml.problems(), SHIPPED, (_, _) -> Optional.empty());
        for (Node node : list(top, "devices")) {
            MappingNode map = (MappingNode) node;
            Optional<MappingNode> known = YamlFile.mapping(map, "known");
            for (String figure : FIGURES) {
                if (YamlFile.find(map, figure).isPresent()
                        && known.flatMap(said -> YamlFile.find(said, figure)).isEmpty()) {
                    yaml.problems().at(map, "known does not say how " + figure + " is known");
                }
            }
            Optional<Node> like = YamlFile.find(map, "like");
            Optional<DeviceClass> begin = like.flatMap(each -> soFar.find(YamlFile.scalar(each)));
            if (like.isPresent() && begin.isEmpty()) {
                yaml.problems().at(like.get(), soFar.unknown(YamlFile.scalar(like.get())));
                continue;
            }
            reader.device(map, begin).ifPresent(device -> {
                if (devices.put(key(device.name()), device) != null) {
                    yaml.problems().at(map, device.name() + " is here twice");
                }
            });
        }
        yaml.problems().refuseIfAny();
        return soFar;
    }

    public Collection<DeviceClass> all() {
        return List.copyOf(devices.values());
    }

    public Optional<DeviceClass> find(String name) {
        return Optional.ofNullable(devices.get(key(name)));
    }

    /** What to say of a name that is not here. */
    String unknown(String name) {
        List<String> names = all().stream().map(DeviceClass::name).toList();
        return "the device " + name + " is not in the catalogue"
                + Spelling.hint(name, names).orElse("; it has " + String.join(", ", names));
    }

    private static String key(String name) {
        return name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
