package io.sluice.loadtest.generator;

import io.sluice.loadtest.wire.WireFormat;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * One measurement: who publishes what to whom, how fast and for how long.
 *
 * @param wire how the broker is spoken to
 * @param address of the broker
 * @param queue whether each message goes to one subscriber (queue, queue group) instead of to all of its destination
 * @param destinations how many; publishers and subscribers are spread over them in turn, and messages of one publisher go
 *     to all of its destinations in turn
 * @param name the first part of the destinations' names, without prefix and number; new for every run, so that runs do not meet
 * @param publishers how many connections publish, from 1
 * @param subscribers how many connections subscribe and read as fast as they can, from 0
 * @param slow further subscribers that do not; what they miss is counted apart
 * @param sizes of payloads, each at least {@link Stamp#BYTES}
 * @param rate messages a second over all publishers, sent at intended times (open loop); 0 = as fast as the window allows
 * @param window messages of each publisher on their way to the slowest healthy subscriber; 0 = no window (flood). With a rate it does not matter
 * @param warmUp not measured, though checked
 * @param duration measured
 * @param drain how long to wait at the end for what is on its way, while nothing arrives
 */
public record Load(
        WireFormat wire,
        InetSocketAddress address,
        boolean queue,
        int destinations,
        String name,
        int publishers,
        int subscribers,
        List<SlowReader> slow,
        Sizes sizes,
        double rate,
        int window,
        Duration warmUp,
        Duration duration,
        Duration drain) {}
