package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.sluice.broker.config.ConfigChange;
import io.sluice.broker.config.ConfigException;
import io.sluice.broker.config.ConfigSetting;
import io.sluice.broker.config.Effect;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** What operators can do to the broker as a program: settings, log, end. */
final class DaemonApi {
    private static final long MOST_MS = 24L * 60 * 60 * 1000;
    private static final List<String> LEVELS = List.of("error", "warn", "info", "debug", "trace");

    private final BrokerView broker;
    private final DaemonControl daemon;

    DaemonApi(BrokerView broker, DaemonControl daemon) {
        this.broker = broker;
        this.daemon = daemon;
    }

    List<Route> routes() {
        return List.of(
                Route.get("/api/v1/config", Access.READ, request -> config()),
                Route.post("/api/v1/reload", Access.TOKEN, this::reload).on(Route.Seeker.WORKER),
                Route.post("/api/v1/drain", Access.TOKEN, this::drain),
                Route.get("/api/v1/log-levels", Access.READ, request -> logLevels()),
                Route.post("/api/v1/log-levels", Access.TOKEN, this::setLogLevel));
    }

    private Answer config() {
        return Json.ok(json -> {
            json.writeArrayPropertyStart("settings");
            for (ConfigSetting setting : daemon.settings()) {
                json.writeStartObject();
                json.writeStringProperty("key", setting.key());
                json.writeStringProperty("value", setting.value());
                json.writeStringProperty("default", setting.defaultValue());
                json.writeStringProperty("origin", setting.origin());
                json.writeStringProperty("effect", word(setting.effect()));
                json.writeStringProperty("sentence", setting.sentence());
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private Answer reload(ApiRequest request) {
        request.allowOnly();
        List<ConfigChange> changes;
        try {
            changes = daemon.reload();
        } catch (ConfigException e) {
            return refused(e);
        } catch (IllegalStateException e) {
            throw new ApiException(HttpResponseStatus.CONFLICT, "not_now", String.valueOf(e.getMessage()));
        }
        return Json.ok(json -> {
            json.writeArrayPropertyStart("changes");
            for (ConfigChange change : changes) {
                json.writeStartObject();
                json.writeStringProperty("key", change.key());
                json.writeStringProperty("old", change.from());
                json.writeStringProperty("new", change.to());
                json.writeStringProperty("effect", word(change.effect()));
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private static Answer refused(ConfigException refusal) {
        HttpResponseStatus status = HttpResponseStatus.UNPROCESSABLE_ENTITY;
        return Json.answer(status, json -> {
            json.writeObjectPropertyStart("error");
            json.writeNumberProperty("status", status.code());
            json.writeStringProperty("code", "bad_configuration");
            json.writeStringProperty("message", "nothing has changed; mend what is named, and try again");
            json.writeEndObject();
            json.writeArrayPropertyStart("problems");
            refusal.problems().forEach(json::writeString);
            json.writeEndArray();
        });
    }

    private Answer drain(ApiRequest request) {
        request.allowOnly("leave_over_ms");
        long leaveOverMs = request.number("leave_over_ms", 0, MOST_MS, -1);
        broker.drain(leaveOverMs < 0 ? OptionalLong.empty() : OptionalLong.of(leaveOverMs));
        return Json.answer(HttpResponseStatus.ACCEPTED, json -> {});
    }

    private Answer logLevels() {
        return Json.ok(json -> {
            json.writeArrayPropertyStart("items");
            daemon.logLevels().forEach((logger, level) -> {
                json.writeStartObject();
                json.writeStringProperty("logger", logger);
                json.writeStringProperty("level", level);
                json.writeEndObject();
            });
            json.writeEndArray();
        });
    }

    private Answer setLogLevel(ApiRequest request) {
        request.allowOnly("logger", "level");
        String level = request.text("level");
        if (!LEVELS.contains(level)) {
            throw ApiException.badRequest("bad_body", "level must be one of " + LEVELS);
        }
        if (!daemon.setLogLevel(request.text("logger"), level)) {
            throw ApiException.notFound(
                    "no_such_logger", "nothing logs under this name; those of the broker begin with io.sluice");
        }
        return Json.ok(json -> {});
    }

    private static String word(Effect effect) {
        return effect.name().toLowerCase(Locale.ROOT);
    }
}
