package io.sluice.archfixture.broker.protocols.mqtt;

import io.sluice.archfixture.broker.protocols.WireFormat;

/** Breaks nothing: a protocol may use what all share. */
public final class MqttFormat implements WireFormat {}
