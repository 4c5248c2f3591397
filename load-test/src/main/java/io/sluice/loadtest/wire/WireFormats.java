package io.sluice.loadtest.wire;

import java.util.List;

/** The wire formats there are. */
public final class WireFormats {
    private static final List<WireFormat> ALL =
            List.of(new NativeWire(), new NatsWire(), new RedisWire(), new MqttWire());

    private WireFormats() {}

    /** Their names, for help texts. */
    public static List<String> names() {
        return ALL.stream().map(WireFormat::name).toList();
    }

    /**
     * The wire format of a name.
     *
     * @throws IllegalArgumentException for a name that is none of {@link #names()}
     */
    public static WireFormat of(String name) {
        for (WireFormat wire : ALL) {
            if (wire.name().equals(name)) {
                return wire;
            }
        }
        throw new IllegalArgumentException(
                "the protocol \"" + name + "\" is not spoken here; one of " + String.join(", ", names()) + " is");
    }
}
