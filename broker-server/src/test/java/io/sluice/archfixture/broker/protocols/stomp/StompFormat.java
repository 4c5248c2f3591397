package io.sluice.archfixture.broker.protocols.stomp;

import io.sluice.archfixture.broker.protocols.WireFormat;
import io.sluice.archfixture.broker.protocols.mqtt.MqttFormat;

/** Breaks the table: one protocol knows another. */
public final class StompFormat implements WireFormat {
    WireFormat other = new MqttFormat();
}
