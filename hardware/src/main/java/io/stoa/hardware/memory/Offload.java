package io.stoa.hardware.memory;

import io.stoa.engine.gguf.GgufHeader;
import io.stoa.engine.gguf.GgufTensor;
import io.stoa.model.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Weights and caches divided between a device and the host by {@code n_gpu_layers} (load_tensors of llama-model.cpp at
 * v0.5.0): the last layers go to the device, the output matrix first of all, the token table never. A token table that is
 * also the output is then held twice. Caches lie with their layer. Compute buffers are not divided here: each side has
 * its own, and how large depends on the device's kernels.
 *
 * @param deviceWeights weights on the device
 * @param hostWeights weights in the host's memory
 * @param deviceCaches keys, values and states on the device
 * @param hostCaches keys, values and states in the host's memory
 */
public record Offload(Bytes deviceWeights, Bytes hostWeights, Bytes deviceCaches, Bytes hostCaches) {
    /** Tensors on devices of NVIDIA, AMD and Apple are aligned to so many bytes. */
    private static final long DEVICE_ALIGNMENT = 128;

    private static final Pattern BLOCK = Pattern.compile("blk\\.(\\d{1,9})\\.");

    /**
     * Divides a model.
     *
     * @param deviceLayers {@code n_gpu_layers}; one more than the model has layers puts all on the device
     * @return empty when the architecture is not modelled
     */
    public static Optional<Offload> of(GgufHeader header, MemorySettings settings, int deviceLayers) {
        if (deviceLayers < 0) {
            throw new IllegalArgumentException("layers on the device must not be negative: " + deviceLayers);
        }
        return switch (LayerCaches.read(header)) {
            case LayerCaches.Reading.Refused refused -> Optional.empty();
            case LayerCaches.Reading.Read(LayerCaches caches) ->
                Optional.of(divided(header, caches, settings, deviceLayers));
        };
    }

    private static Offload divided(GgufHeader header, LayerCaches caches, MemorySettings settings, int deviceLayers) {
        long blocks = header.hyperParameter("block_count").orElse(0);
        long first = Math.max(0, blocks + 1 - deviceLayers);
        boolean outputOnDevice = deviceLayers > 0;
        boolean tied =
                header.tensors().stream().noneMatch(tensor -> tensor.name().equals("output.weight"));
        long device = 0;
        long host = 0;
        for (GgufTensor tensor : header.tensors()) {
            Matcher block = BLOCK.matcher(tensor.name());
            long layer = block.lookingAt() ? Long.parseLong(block.group(1)) : -1;
            if (layer >= caches.layers().size()) {
                continue;
            }
            boolean input = tensor.name().matches("(token_embd|position_embd|token_types)(_norm)?\\..*");
            boolean there = layer >= 0 ? layer >= first : outputOnDevice && !input;
            if (there) {
                device += MemorySettings.roundUp(tensor.bytes(), DEVICE_ALIGNMENT);
            } else {
                host += MemorySettings.roundUp(tensor.bytes(), 32);
            }
            if (tied && outputOnDevice && tensor.name().equals("token_embd.weight")) {
                device += MemorySettings.roundUp(tensor.bytes(), DEVICE_ALIGNMENT);
            }
        }
        List<LayerCaches.Layer> layers = caches.layers();
        int cut = (int) Math.min(first, layers.size());
        return new Offload(
                new Bytes(device),
                new Bytes(host),
                new Bytes(KeyValueCache.bytes(caches, layers.subList(cut, layers.size()), settings)),
                new Bytes(KeyValueCache.bytes(caches, layers.subList(0, cut), settings)));
    }
}
