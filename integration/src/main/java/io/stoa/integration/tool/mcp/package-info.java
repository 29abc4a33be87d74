/** Tools of MCP servers (Model Context Protocol), started as child processes or reached over HTTP. */
@NullMarked
package io.stoa.integration.tool.mcp;

import org.jspecify.annotations.NullMarked;
