package io.sluice.loadtest.generator;

import io.netty.channel.Channel;
import io.sluice.loadtest.net.Intake;
import io.sluice.loadtest.wire.WireFormat;
import java.util.concurrent.CompletableFuture;

/**
 * What every connection of the load has.
 *
 * @param name for people: "publisher 3"
 * @param failure ends the run, with the reason
 */
record Link(
        Channel channel, Intake intake, WireFormat.Inbound inbound, String name, CompletableFuture<String> failure) {}
