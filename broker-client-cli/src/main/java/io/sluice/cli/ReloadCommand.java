package io.sluice.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code sluice reload}. */
@Command(
        name = "reload",
        description = {
            "Makes a broker read its settings again, as SIGHUP does, and prints what has changed. If anything in them is wrong, "
                    + "nothing changes.",
            "",
            "Needs the broker's token. What would change, beforehand: sluice config diff."
        })
final class ReloadCommand extends AdminCommand {
    private static final int UNPROCESSABLE = 422;

    ReloadCommand(Console console) {
        super(console);
    }

    @Override
    int ask(AdminClient client, Console console) throws Exception {
        AdminClient.Answer answer = client.ask("POST", "/api/v1/reload", "{}");
        if (answer.status() == UNPROCESSABLE) {
            answer.body().at("problems").items().forEach(problem -> console.error(problem.text()));
            throw new CommandFailedException(ExitCode.FAILED, "not reloaded: " + answer.problem());
        }
        List<Json> changes = client.checked(answer).at("changes").items();
        StringBuilder lines = new StringBuilder();
        for (Json change : changes) {
            lines.append(change.at("key").text() + ": " + value(change.at("old")) + " -> " + value(change.at("new"))
                    + " (" + effect(change.at("effect").text()) + ")\n");
        }
        console.out().write(lines.toString().getBytes(StandardCharsets.UTF_8));
        console.note(summary(changes));
        return ExitCode.OK;
    }

    private static String value(Json value) {
        return value.isAbsent() ? "not set" : value.text();
    }

    private static String effect(String effect) {
        return switch (effect.replace('_', ' ')) {
            case "live" -> "in force";
            case "new connections" -> "for new connections";
            case "restart" -> "needs a restart";
            default -> effect;
        };
    }

    private static String summary(List<Json> changes) {
        long later = changes.stream()
                .filter(change -> change.at("effect").text().equals("restart"))
                .count();
        return "changed: " + changes.size() + (later == 0 ? "" : ", waiting for a restart: " + later);
    }
}
