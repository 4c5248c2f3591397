package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpResponseStatus;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** The console: a fixed table of files from the class path, so that no path leads anywhere else. */
final class ConsoleFiles {
    /** The page itself, which is served as {@code /}, and what it loads. */
    private static final String PAGE = "index.html";

    /** Of the folder {@code console}, served under their names. */
    static final List<String> LOADED = List.of(
            "broker.js",
            "charts.js",
            "columns.js",
            "console.css",
            "console.js",
            "dialogs.js",
            "figures.js",
            "format.js",
            "icon.svg",
            "lists.js",
            "net.js",
            "overview.js",
            "places.js",
            "tables.js",
            "watch.js");

    private ConsoleFiles() {}

    static List<Route> routes() {
        List<Route> routes = new ArrayList<>();
        routes.add(file("/", "console/" + PAGE));
        LOADED.forEach(name -> routes.add(file("/" + name, "console/" + name)));
        routes.add(file("/uplot.css", "uplot/uPlot.min.css"));
        routes.add(file("/uplot.js", "uplot/uPlot.iife.min.js"));
        return routes;
    }

    private static Route file(String path, String resource) {
        String type = type(resource);
        return Route.get(path, Access.FREE, request -> Answer.of(HttpResponseStatus.OK, type, read(resource)));
    }

    private static String type(String name) {
        return switch (name.substring(name.lastIndexOf('.'))) {
            case ".css" -> "text/css; charset=utf-8";
            case ".html" -> "text/html; charset=utf-8";
            case ".js" -> "text/javascript; charset=utf-8";
            case ".svg" -> "image/svg+xml";
            default -> throw new IllegalArgumentException("no type for " + name);
        };
    }

    /** Read anew each time: rarely asked for, and nothing to keep. */
    private static byte[] read(String resource) {
        try (InputStream in = ConsoleFiles.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw ApiException.notFound("no_such_path", "this broker was packaged without its console");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
