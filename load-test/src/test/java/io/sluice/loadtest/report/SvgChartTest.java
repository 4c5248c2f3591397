package io.sluice.loadtest.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.StringReader;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class SvgChartTest {
    @Test
    void drawsABarForEachRowAndTarget() throws Exception {
        Document svg = svg(SampleReports.report(List.of(
                SampleReports.throughput("first", 4e6, 3e6, 2e6, 1e6),
                SampleReports.throughput("queue", 4e6, 3e6, 2e6, Double.NaN))));

        assertThat(svg.getElementsByTagName("rect").getLength()).isEqualTo(7);
        assertThat(svg.getDocumentElement().getTextContent())
                .contains(
                        "first", "sluice", "limit", "nats", "redis", "M/s · ", "Example CPU 3000, 8 cores, 2026-11-21");
    }

    @Test
    void makesBarsAsLongAsTheRates() throws Exception {
        NodeList bars = svg(SampleReports.report(List.of(SampleReports.throughput("first", 4e6, 3e6, 2e6, 1e6))))
                .getElementsByTagName("rect");

        double sluice = width(bars, 0);
        double limit = width(bars, 1);
        double redis = width(bars, 3);
        assertThat(sluice / limit).isBetween(0.68, 0.82);
        assertThat(redis / limit).isBetween(0.22, 0.28);
    }

    @Test
    void leavesOutRowsWhoseRateSaysNothing() throws Exception {
        assertThat(svg(SampleReports.realistic(1)).getDocumentElement().getTextContent())
                .contains("soak, 2 h")
                .doesNotContain("idle connections")
                .doesNotContain("latency at");
        assertThat(svg(SampleReports.nothing()).getElementsByTagName("rect").getLength())
                .isZero();
    }

    @Test
    void escapesTextAndStandsOddValues() throws Exception {
        Document svg = svg(SampleReports.odd());

        assertThat(svg.getElementsByTagName("img").getLength()).isZero();
        assertThat(svg.getDocumentElement().getTextContent())
                .doesNotContain("NaN")
                .doesNotContain("Infinity");
        assertThat(SvgChart.of(List.of(SampleReports.odd()), List.of("odd"))).doesNotContain("NaN");
    }

    /** Parsed: what is not well-formed fails here. */
    private static Document svg(Report report) throws Exception {
        String text = SvgChart.of(List.of(report), List.of("a"));
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(text)));
    }

    private static double width(NodeList bars, int index) {
        return Double.parseDouble(((Element) bars.item(index)).getAttribute("width"));
    }
}
