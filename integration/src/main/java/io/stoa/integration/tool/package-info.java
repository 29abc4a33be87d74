/**
 * What a model may do in the world: tools from MCP servers, OpenAPI descriptions and Java methods, behind allow-lists,
 * limits and the approval of a person, which is bound to the digest of the very call that was shown.
 */
@NullMarked
package io.stoa.integration.tool;

import org.jspecify.annotations.NullMarked;
