/**
 * Writes what a plan says as files that other programs read: a systemd unit, Compose files, Kubernetes manifests, an
 * Ollama Modelfile.
 *
 * <p>{@link io.stoa.hardware.deploy.Deployment} says what is to run, in terms of no engine;
 * {@link io.stoa.hardware.deploy.Target} says where, and makes the {@link io.stoa.hardware.deploy.Artifact}: a file's
 * text, what to do with it and what it leaves open. Nothing here reads or writes a file. A target refuses, with the
 * culprit, what its engine cannot do (llama.cpp's cache types in vLLM, a key for Ollama) instead of leaving it out.
 *
 * <p>Names and paths may hold anything a person can type. Each format has one place that quotes and reads back
 * ({@code UnitText}, {@code YamlText}, {@code ModelfileText}); every artifact is read back and compared with what was
 * meant before it is handed out, so that a quoting fault is an error here and no surprise on a server. A key never
 * enters an artifact, only the variable or file that holds it.
 *
 * <p>{@link io.stoa.hardware.deploy.MemoryFit} holds the predicted buffers against a machine's memory and says which
 * limit the service needs.
 */
@NullMarked
package io.stoa.hardware.deploy;

import org.jspecify.annotations.NullMarked;
