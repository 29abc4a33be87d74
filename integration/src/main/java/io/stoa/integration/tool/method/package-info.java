/** Tools made of Java code: functions over records, and methods that LangChain4j's annotations mark. */
@NullMarked
package io.stoa.integration.tool.method;

import org.jspecify.annotations.NullMarked;
