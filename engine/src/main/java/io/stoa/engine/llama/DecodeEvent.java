package io.stoa.engine.llama;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** One batch inside llama.cpp, as JDK Flight Recorder sees it: what is not in these events, Java spent. */
@Name("io.stoa.engine.Decode")
@Label("Decode")
@Description("One batch computed by llama.cpp")
@Category({"Stoa", "Engine"})
@StackTrace(false)
final class DecodeEvent extends Event {
    @Label("Tokens")
    int tokens;
}
