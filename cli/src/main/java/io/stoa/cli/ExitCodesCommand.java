package io.stoa.cli;

import java.util.Locale;
import picocli.CommandLine.Command;

@Command(name = "exit-codes", description = "List the exit codes.", mixinStandardHelpOptions = true)
final class ExitCodesCommand implements Runnable {
    private final House house;

    ExitCodesCommand(House house) {
        this.house = house;
    }

    static String table() {
        StringBuilder table = new StringBuilder();
        for (ExitCode code : ExitCode.values()) {
            table.append(String.format(
                    Locale.ROOT, "%4d  %-12s %s%n", code.code(), code.name().replace('_', ' '), code.meaning()));
        }
        return table.toString();
    }

    @Override
    public void run() {
        house.out().print(table());
    }
}
