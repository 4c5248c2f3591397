package io.sluice.broker.admin;

import io.netty.util.concurrent.Future;
import io.sluice.broker.destination.Publication;
import io.sluice.broker.message.MessageCopy;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/** Looking into messages without taking them, and sending one. */
final class MessagesApi {
    private static final int MOST_PEEKED = 100;
    private static final int USUALLY_PEEKED = 20;

    /** Payload in one answer; as JSON it is up to six times as long. */
    private static final int MOST_PEEKED_BYTES = 1 << 20;

    private static final long LOOK_AT_QUEUE_EVERY_MS = 1000;

    private final BrokerView broker;

    MessagesApi(BrokerView broker) {
        this.broker = broker;
    }

    List<Route> routes() {
        return List.of(
                Route.post("/api/v1/publish", Access.TOKEN, this::publish).on(Route.Seeker.WORKER),
                Route.get("/api/v1/destinations/peek", Access.TOKEN, this::peek),
                Route.get("/api/v1/destinations/watch", Access.TOKEN, this::watch));
    }

    private Answer publish(ApiRequest request) {
        request.allowOnly("destination", "text", "base64");
        try {
            Publication result = broker.publish(request.text("destination"), payload(request));
            return Json.ok(
                    json -> json.writeStringProperty("result", result.name().toLowerCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw ApiException.badRequest("bad_message", String.valueOf(e.getMessage()));
        }
    }

    private static byte[] payload(ApiRequest request) {
        boolean text = request.body().containsKey("text");
        if (text == request.body().containsKey("base64")) {
            throw ApiException.badRequest("bad_body", "the body needs either text or base64");
        }
        return text
                ? request.text("text").getBytes(StandardCharsets.UTF_8)
                : Base64.getDecoder().decode(request.text("base64"));
    }

    private Answer peek(ApiRequest request) {
        int limit = request.number("limit", 1, MOST_PEEKED, USUALLY_PEEKED);
        List<MessageCopy> messages =
                broker.peek(request.parameter("name"), limit).orElseThrow(MessagesApi::noSuchQueue);
        return Json.ok(json -> {
            json.writeArrayPropertyStart("items");
            int roomBytes = MOST_PEEKED_BYTES;
            for (MessageCopy message : messages) {
                roomBytes -= message.copiedBytes();
                if (roomBytes < 0) {
                    break;
                }
                json.writeStartObject();
                MessageJson.writeAge(json, message);
                MessageJson.writePayload(json, message);
                json.writeEndObject();
            }
            json.writeEndArray();
        });
    }

    private Answer watch(ApiRequest request) {
        String name = request.parameter("name");
        if (broker.peek(name, 1).isPresent()) {
            return Answer.stream(stream -> {
                QueueLook look = new QueueLook(seen -> broker.newsSince(name, seen, MOST_PEEKED), stream);
                Future<?> looks = stream.every(LOOK_AT_QUEUE_EVERY_MS, look::run);
                return () -> looks.cancel(false);
            });
        }
        return Answer.stream(new TopicWatch(broker.watch(name).orElseThrow(MessagesApi::cannotWatch)));
    }

    private static ApiException noSuchQueue() {
        return ApiException.notFound(
                "no_such_queue", "there is no queue of this name; topics hold nothing, they can be watched");
    }

    private static ApiException cannotWatch() {
        return ApiException.notFound(
                "cannot_watch",
                "there is no such queue yet (one comes into being with its first message or subscriber), this is no name of a"
                        + " topic, or too many look on already: at most 64 do");
    }
}
