package io.stoa.hardware.deploy;

import io.stoa.model.StoaException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A hardened systemd service (systemd 247 or newer; {@code LoadCredential=} and {@code %d} of a key's file want 250).
 *
 * <p>It runs as a user of its own that owns nothing, sees no home folder but the model's file, and has no capability.
 * {@code MemoryDenyWriteExecute=} is left out for {@code stoa}: Java compiles while it runs.
 */
final class SystemdUnit {
    private SystemdUnit() {}

    static Artifact artifact(Deployment deployment, Target.Systemd target) {
        ServedModel.Gguf model = Requires.gguf(deployment, "systemd");
        if (target.program().matches(".*[$\"'\\\\].*")) {
            throw new IllegalArgumentException("systemd takes no $, \\ or quotes in the path of a program: "
                    + target.program() + "; link to it from elsewhere");
        }
        List<String> command = new ArrayList<>();
        command.add(target.program());
        command.addAll(
                switch (target.server()) {
                    case STOA -> stoa(deployment, model);
                    case LLAMA_SERVER -> LlamaServer.arguments(deployment, model.path(), deployment.address());
                });
        String credential = keyFile(deployment, target) ? " --api-key-file %d/api-key" : "";
        String text = text(deployment, target, model, command, credential);
        check(text, command, credential);
        String unit = unitName(deployment);
        return new Artifact(unit, text, next(deployment, unit), notes(deployment, target));
    }

    private static boolean keyFile(Deployment deployment, Target.Systemd target) {
        return target.server() == Target.Service.LLAMA_SERVER && deployment.key() instanceof ApiKey.File;
    }

    private static List<String> stoa(Deployment deployment, ServedModel.Gguf model) {
        Requires.noGpuLayers(deployment, "stoa engine");
        if (deployment.load().cache() != CacheType.F16) {
            throw new IllegalArgumentException("stoa engine keeps keys and values as f16, not as "
                    + deployment.load().cache() + "; run llama-server for that");
        }
        if (deployment.key() instanceof ApiKey.File file) {
            throw new IllegalArgumentException("stoa engine takes its key from a variable, not from " + file.path()
                    + "; put VARIABLE=key into a file and name the variable with --key-env");
        }
        List<String> arguments = new ArrayList<>(List.of("engine", "--model", model.path()));
        arguments.addAll(List.of("--listen", deployment.address().toString()));
        arguments.addAll(List.of("--alias", deployment.name()));
        arguments.addAll(List.of("--context", text(deployment.load().contextTokens())));
        arguments.addAll(List.of("--slots", text(deployment.load().parallel())));
        arguments.addAll(List.of("--threads", text(deployment.resources().threads())));
        if (deployment.key() instanceof ApiKey.Variable variable) {
            arguments.addAll(List.of("--key-env", variable.name()));
        }
        return arguments;
    }

    private static String text(
            Deployment deployment,
            Target.Systemd target,
            ServedModel.Gguf model,
            List<String> command,
            String credential) {
        boolean gpu = deployment.resources().gpuLayers() > 0;
        boolean java = target.server() == Target.Service.STOA;
        StringBuilder unit = new StringBuilder();
        unit.append("# Written by stoa deploy. Serves ")
                .append(model.identity())
                .append(".\n");
        unit.append("[Unit]\n");
        // The name does not stand last: a backslash there would join the next line.
        set(unit, "Description", "Model " + deployment.name().replace("%", "%%") + ", served for Stoa");
        set(unit, "Wants", "network-online.target");
        set(unit, "After", "network-online.target");
        set(unit, "StartLimitIntervalSec", "10min");
        set(unit, "StartLimitBurst", "5");
        unit.append("\n[Service]\n");
        set(unit, "Type", "exec");
        set(
                unit,
                "ExecStart",
                String.join(" ", command.stream().map(UnitText::argument).toList()) + credential);
        if (java) {
            set(unit, "Environment", "STOA_HEAP=256m");
        }
        key(unit, deployment, target);
        set(unit, "Restart", "on-failure");
        set(unit, "RestartSec", "5s");
        set(unit, "TimeoutStopSec", "60s");
        if (java) {
            // How Java ends after a polite stop.
            set(unit, "SuccessExitStatus", "143");
        }
        deployment.resources().mebibytes().ifPresent(mebibytes -> {
            set(unit, "MemoryMax", mebibytes + "M");
            set(unit, "MemorySwapMax", "0");
        });
        set(unit, "TasksMax", "4096");
        set(unit, "LimitNOFILE", "65536");
        unit.append('\n');
        set(unit, "DynamicUser", "yes");
        set(unit, "UMask", "0077");
        set(unit, "ProtectSystem", "strict");
        set(unit, "ProtectHome", "tmpfs");
        set(unit, "BindReadOnlyPaths", bound(model.path()));
        if (target.program().matches("/(?:home|root|run/user)/.+/[^/]+")) {
            set(unit, "BindReadOnlyPaths", bound(target.program().replaceFirst("/[^/]+$", "")));
        }
        set(unit, "PrivateTmp", "yes");
        set(unit, "PrivateDevices", gpu ? "no" : "yes");
        set(unit, "NoNewPrivileges", "yes");
        set(unit, "CapabilityBoundingSet", "");
        set(unit, "AmbientCapabilities", "");
        set(unit, "ProtectKernelTunables", "yes");
        set(unit, "ProtectKernelModules", "yes");
        set(unit, "ProtectKernelLogs", "yes");
        set(unit, "ProtectControlGroups", "yes");
        set(unit, "ProtectClock", gpu ? "no" : "yes");
        set(unit, "ProtectHostname", "yes");
        set(unit, "ProtectProc", "invisible");
        set(unit, "RestrictAddressFamilies", "AF_UNIX AF_INET AF_INET6");
        set(unit, "RestrictNamespaces", "yes");
        set(unit, "RestrictRealtime", "yes");
        set(unit, "RestrictSUIDSGID", "yes");
        set(unit, "LockPersonality", "yes");
        set(unit, "RemoveIPC", "yes");
        set(unit, "SystemCallArchitectures", "native");
        set(unit, "SystemCallFilter", "@system-service");
        set(unit, "SystemCallErrorNumber", "EPERM");
        if (!java && !gpu) {
            set(unit, "MemoryDenyWriteExecute", "yes");
        }
        if (deployment.address().isLoopback()) {
            set(unit, "IPAddressDeny", "any");
            set(unit, "IPAddressAllow", "localhost");
        }
        unit.append("\n[Install]\n");
        set(unit, "WantedBy", "multi-user.target");
        return unit.toString();
    }

    private static String bound(String path) {
        return UnitText.word(path).replace(":", "\\:");
    }

    private static void key(StringBuilder unit, Deployment deployment, Target.Systemd target) {
        switch (deployment.key()) {
            case ApiKey.None _ -> {}
            case ApiKey.Variable _ -> set(unit, "EnvironmentFile", environmentFile(deployment));
            case ApiKey.File file ->
                set(unit, "LoadCredential", "api-key:" + file.path().replace("%", "%%"));
        }
        if (deployment.key() instanceof ApiKey.Variable variable && target.server() == Target.Service.LLAMA_SERVER) {
            if (!variable.name().equals("LLAMA_API_KEY")) {
                throw new IllegalArgumentException("llama-server reads its key from LLAMA_API_KEY, not from "
                        + variable.name() + "; write --key-env LLAMA_API_KEY, or name a file with --key-file");
            }
        }
    }

    private static String environmentFile(Deployment deployment) {
        return "/etc/stoa/" + unitName(deployment).replaceFirst("\\.service$", ".env");
    }

    private static void set(StringBuilder unit, String key, String value) {
        unit.append(key).append('=').append(value).append('\n');
    }

    /** Read back, the command is the one that was meant. */
    private static void check(String text, List<String> command, String credential) {
        List<String> starts = UnitText.settings(text).stream()
                .filter(setting -> setting.key().equals("ExecStart"))
                .map(UnitText.Setting::value)
                .toList();
        if (starts.size() != 1 || !starts.getFirst().endsWith(credential)) {
            throw StoaException.bug("a unit has one ExecStart: " + starts);
        }
        String line = starts.getFirst();
        List<String> read = UnitText.arguments(line.substring(0, line.length() - credential.length()));
        if (!read.equals(command)) {
            throw StoaException.bug("ExecStart reads back as " + read + " instead of " + command);
        }
    }

    /** Letters, digits and hyphens of the name: a unit's name is a file's name and part of cgroup paths. */
    private static String unitName(Deployment deployment) {
        return "stoa-" + Names.plain(deployment.name(), 60) + ".service";
    }

    private static List<String> next(Deployment deployment, String unit) {
        List<String> next = new ArrayList<>();
        if (deployment.key() instanceof ApiKey.Variable variable) {
            String file = environmentFile(deployment);
            next.add("sudo install -D -m 600 /dev/stdin " + file + " <<< '" + variable.name() + "=...'");
        }
        next.add("systemd-analyze verify ./" + unit);
        next.add("sudo install -m 644 " + unit + " /etc/systemd/system/");
        next.add("sudo systemctl daemon-reload");
        next.add("sudo systemctl enable --now " + unit);
        next.add(deployment.question());
        return next;
    }

    private static List<String> notes(Deployment deployment, Target.Systemd target) {
        List<String> notes = new ArrayList<>();
        notes.add(
                "the service's own user must be able to read the model's file (mode 644) and run " + target.program());
        if (deployment.resources().memory().isEmpty()) {
            notes.add("no memory limit is set: give one with --memory");
        }
        return notes;
    }

    private static String text(int number) {
        return String.format(Locale.ROOT, "%d", number);
    }
}
