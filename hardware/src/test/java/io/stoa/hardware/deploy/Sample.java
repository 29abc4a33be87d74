package io.stoa.hardware.deploy;

import io.stoa.model.Bytes;
import io.stoa.model.Digest;
import java.util.Optional;
import java.util.OptionalDouble;

/** Deployments to vary. */
final class Sample {
    static final String REVISION = "0123456789abcdef0123456789abcdef01234567";
    static final ServedModel.Hub HUB = new ServedModel.Hub("acme/small-instruct", REVISION);
    static final ServedModel.Gguf GGUF = gguf("/srv/models/small.gguf");
    static final Deployment.Load LOAD = new Deployment.Load(4096, 8, CacheType.F16);
    static final Deployment.Resources RESOURCES =
            new Deployment.Resources(4, 0, 2, OptionalDouble.of(0.85), Optional.of(Bytes.gibibytes(24)));
    static final Deployment.Address LOOPBACK = new Deployment.Address("127.0.0.1", 8080);
    static final ApiKey NONE = new ApiKey.None();

    private Sample() {}

    static ServedModel.Gguf gguf(String path) {
        return new ServedModel.Gguf(path, Digest.of("weights"), Optional.of("apache-2.0"));
    }

    static Deployment of(ServedModel model) {
        return new Deployment(model, "small", LOAD, RESOURCES, LOOPBACK, NONE);
    }

    static Deployment of(ServedModel model, String name) {
        return new Deployment(model, name, LOAD, RESOURCES, LOOPBACK, NONE);
    }

    static Deployment with(ServedModel model, ApiKey key) {
        return new Deployment(model, "small", LOAD, RESOURCES, new Deployment.Address("0.0.0.0", 9000), key);
    }

    static Deployment with(ServedModel model, CacheType cache) {
        return new Deployment(model, "small", new Deployment.Load(4096, 8, cache), RESOURCES, LOOPBACK, NONE);
    }

    static Deployment withGpuLayers(ServedModel model, int layers) {
        Deployment.Resources resources =
                new Deployment.Resources(4, layers, 1, OptionalDouble.empty(), Optional.empty());
        return new Deployment(model, "small", LOAD, resources, LOOPBACK, NONE);
    }

    static Target.Compose compose(Target.Compose.Server server) {
        return new Target.Compose(server, server.image());
    }

    static Target.Systemd systemd(Target.Service server) {
        return new Target.Systemd(server, "/opt/stoa/bin/serve");
    }
}
