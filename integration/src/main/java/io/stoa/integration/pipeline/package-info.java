/**
 * Pipelines: stages with typed inputs and outputs, read from YAML ({@link io.stoa.integration.pipeline.PipelineYaml}),
 * carried out ({@link io.stoa.integration.pipeline.PipelineRun}) with a journal ({@link
 * io.stoa.integration.pipeline.DurableRun}), replayed byte for byte ({@link io.stoa.integration.pipeline.RunReplay}) and
 * told as a trace ({@link io.stoa.integration.pipeline.RunTrace}).
 */
@NullMarked
package io.stoa.integration.pipeline;

import org.jspecify.annotations.NullMarked;
