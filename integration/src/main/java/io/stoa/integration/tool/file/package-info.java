/** Files that say which tools may be used, where they come from, and for what. */
@NullMarked
package io.stoa.integration.tool.file;

import org.jspecify.annotations.NullMarked;
