package io.stoa.integration;

import io.stoa.integration.item.ItemLine;

/** Something that a candidate is asked. */
sealed interface Item permits ToolItem, Question {
    /** Where it was read. */
    ItemLine line();
}
