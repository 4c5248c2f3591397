package io.sluice.broker.admin;

import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.config.EscapingScheme;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.sluice.broker.base.OwnLoop;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** All metrics as Prometheus reads them; docs/METRICS.md describes each. Every scrape is of one {@link Picture}. */
@OwnLoop
final class MetricsExport implements AutoCloseable {
    /** The text format that every Prometheus reads. */
    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private static final int USUAL_BYTES = 64 << 10;

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final PrometheusTextFormatWriter writer = PrometheusTextFormatWriter.create();
    private final JvmGcMetrics garbageCollection = new JvmGcMetrics();
    private final BrokerMeters brokerMeters;
    private final BoundedSeries boundedSeries;

    /** @param series how many destinations and how many subscribers are told of one by one */
    MetricsExport(int series) {
        brokerMeters = new BrokerMeters(registry);
        boundedSeries = new BoundedSeries(series);
        registry.getPrometheusRegistry().register(boundedSeries);
        new ClassLoaderMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new JvmInfoMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        garbageCollection.bindTo(registry);
    }

    /** Changes how many destinations and how many subscribers are told of one by one. */
    void setSeries(int most) {
        boundedSeries.setMax(most);
    }

    /** The text. */
    byte[] scrape(Picture picture) {
        brokerMeters.show(picture);
        boundedSeries.show(picture);
        ByteArrayOutputStream out = new ByteArrayOutputStream(USUAL_BYTES);
        try {
            writer.write(out, registry.getPrometheusRegistry().scrape(), EscapingScheme.UNDERSCORE_ESCAPING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    @Override
    public void close() {
        garbageCollection.close();
        registry.close();
    }
}
