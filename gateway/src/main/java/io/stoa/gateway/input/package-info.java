/**
 * The gateway's YAML file: {@link io.stoa.gateway.input.GatewayYaml} reads {@code gateway.yaml} into a {@link
 * io.stoa.gateway.input.GatewayFile}, or tells everything that is wrong with it at once.
 */
@NullMarked
package io.stoa.gateway.input;

import org.jspecify.annotations.NullMarked;
