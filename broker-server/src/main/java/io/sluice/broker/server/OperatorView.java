package io.sluice.broker.server;

import io.sluice.broker.admin.BrokerFacts;
import io.sluice.broker.admin.BrokerStatus;
import io.sluice.broker.admin.BrokerView;
import io.sluice.broker.admin.Readiness;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.delivery.Watch;
import io.sluice.broker.destination.DestinationSnapshot;
import io.sluice.broker.destination.Publication;
import io.sluice.broker.destination.QueueNews;
import io.sluice.broker.message.MessageCopy;
import io.sluice.broker.metrics.ConnectionSnapshot;
import io.sluice.broker.metrics.LoopDelay;
import io.sluice.broker.metrics.SlowEpisode;
import io.sluice.broker.transport.Addresses;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** A broker as its operators see it. */
@AnyThread
final class OperatorView implements BrokerView {
    private final Broker broker;
    private final String configFile;

    /** @param configFile where the configuration came from; empty for no file */
    OperatorView(Broker broker, String configFile) {
        this.broker = broker;
        this.configFile = configFile;
    }

    @Override
    public BrokerFacts facts() {
        return new BrokerFacts(
                StartUp.version(),
                System.getProperty("java.version", ""),
                ProcessHandle.current().pid(),
                broker.started(),
                configFile,
                broker.listening().stream()
                        .map(address -> "native " + Addresses.text(address))
                        .toList(),
                broker.transport().text());
    }

    @Override
    public Readiness readiness() {
        return broker.readiness();
    }

    @Override
    public boolean eventLoopsAnswer(Duration patience) {
        return broker.eventLoopsAnswer(patience);
    }

    @Override
    public BrokerStatus status() {
        return broker.status();
    }

    @Override
    public List<ConnectionSnapshot> connections() {
        return broker.connections();
    }

    @Override
    public Optional<ConnectionSnapshot> connection(String id) {
        return broker.connection(id);
    }

    @Override
    public List<ConnectionSnapshot> closedConnections() {
        return broker.closedConnections();
    }

    @Override
    public List<DestinationSnapshot> destinations() {
        return broker.destinations();
    }

    @Override
    public Optional<List<SlowEpisode>> slowEpisodes(String connectionId) {
        return broker.slowEpisodes(connectionId);
    }

    @Override
    public List<LoopDelay> loops() {
        return broker.loops();
    }

    @Override
    public boolean disconnect(String connectionId) {
        return broker.disconnect(connectionId);
    }

    @Override
    public OptionalLong purge(String queueName) {
        return broker.purge(queueName);
    }

    @Override
    public Optional<List<MessageCopy>> peek(String queueName, int max) {
        return broker.peek(queueName, max);
    }

    @Override
    public Optional<QueueNews> newsSince(String queueName, long arrivals, int max) {
        return broker.newsSince(queueName, arrivals, max);
    }

    @Override
    public Optional<Watch> watch(String topicName) {
        return broker.watch(topicName);
    }

    @Override
    public Publication publish(String destinationName, byte[] payload) {
        return broker.publish(destinationName, payload);
    }

    @Override
    public void drain(OptionalLong leaveOverMs) {
        DrainPlan usual = DrainPlan.of(broker.config().shutdown());
        broker.drain(new DrainPlan(leaveOverMs.orElse(usual.leaveOverMs()), usual.patienceMs()));
    }
}
