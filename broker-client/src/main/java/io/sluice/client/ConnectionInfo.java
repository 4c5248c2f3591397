package io.sluice.client;

import java.net.InetSocketAddress;

/**
 * One connection to the broker.
 *
 * @param destination what it is subscribed to; {@code /null} if it is for publishing
 * @param local this side's address
 * @param remote the broker's address
 */
public record ConnectionInfo(String destination, InetSocketAddress local, InetSocketAddress remote) {}
