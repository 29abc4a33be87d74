/** JSON Schemas that somebody else wrote, and arguments that a model wrote, held against each other in bounded time. */
@NullMarked
package io.stoa.integration.schema;

import org.jspecify.annotations.NullMarked;
