package io.stoa.integration;

/** Something that a candidate is asked. */
sealed interface Item permits ToolItem, Question {
    /** Where it was read. */
    ItemLine line();
}
