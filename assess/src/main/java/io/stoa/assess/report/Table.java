package io.stoa.assess.report;

import java.util.List;

/**
 * A table that turns into a list of cards where the screen is narrow: each cell carries its column's name. The roles keep
 * it a table for screen readers when the style sheet lays it out otherwise.
 */
final class Table {
    private final List<String> columns;
    private final Markup rows = Markup.of("");

    Table(String... columns) {
        this.columns = List.of(columns);
    }

    /** One value per column. */
    void row(Object... values) {
        rows.add("<tr role=\"row\">");
        for (int i = 0; i < columns.size(); i++) {
            // without a value the cell stays empty, so that a narrow screen can leave its line out
            Markup content = values[i].toString().isEmpty() ? Markup.of("") : Markup.of("<span>{}</span>", values[i]);
            rows.add("<td role=\"cell\" data-column=\"{}\">{}</td>", columns.get(i), content);
        }
        rows.add("</tr>");
    }

    Markup markup() {
        Markup table = Markup.of("<table role=\"table\"><thead role=\"rowgroup\"><tr role=\"row\">");
        columns.forEach(column -> table.add("<th role=\"columnheader\" scope=\"col\">{}</th>", column));
        return table.add("</tr></thead><tbody role=\"rowgroup\">{}</tbody></table>", rows);
    }
}
