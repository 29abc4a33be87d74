@NullMarked
package io.stoa.integration.tool.mcp;

import org.jspecify.annotations.NullMarked;
