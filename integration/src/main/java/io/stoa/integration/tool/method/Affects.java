package io.stoa.integration.tool.method;

import io.stoa.integration.tool.Tool.Effects;
import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Whether calling a method that is a tool changes the world. Without it, each call is taken to. */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.METHOD)
public @interface Affects {
    Effects value();
}
