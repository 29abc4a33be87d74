/** Tools made of the operations of an OpenAPI description. */
@NullMarked
package io.stoa.integration.tool.openapi;

import org.jspecify.annotations.NullMarked;
