package io.sluice.broker.admin;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether a request was meant for this broker and does not come from another site's page. A browser can be made to believe
 * that a foreign name leads here; then the name stands in Host, and the foreign page in Origin. Where browsers leave Origin
 * out, as for an image, newer ones say in Sec-Fetch-Site that the page is foreign. Who follows a link from elsewhere is
 * answered: the page with the link sees nothing of it.
 */
final class HostRule {
    private static final String FETCH_SITE = "Sec-Fetch-Site";
    private static final String FETCH_MODE = "Sec-Fetch-Mode";
    private static final String FETCH_DEST = "Sec-Fetch-Dest";

    /** What browsers say of our own pages, and of an address that somebody typed. */
    private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

    private final Set<String> names;

    /** @param names names beside {@code localhost} and addresses, in lower case */
    HostRule(List<String> names) {
        this.names = Set.copyOf(names);
    }

    /**
     * Throws {@link ApiException} if the request was not meant for this broker.
     *
     * @param local the address at which it was asked
     */
    void check(HttpHeaders headers, InetSocketAddress local) {
        List<String> hosts = headers.getAll(HttpHeaderNames.HOST);
        if (hosts.size() != 1) {
            throw ApiException.badRequest("bad_host", "a request needs one Host header, this one has " + hosts.size());
        }
        String host = hosts.get(0).toLowerCase(Locale.ROOT);
        if (!isOurs(withoutPort(host), local.getAddress())) {
            throw new ApiException(
                    HttpResponseStatus.MISDIRECTED_REQUEST,
                    "foreign_host",
                    "this broker does not go by the name in the Host header; ask at localhost or at its address, or add the"
                            + " name to admin.hosts");
        }
        for (String origin : headers.getAll(HttpHeaderNames.ORIGIN)) {
            String lower = origin.toLowerCase(Locale.ROOT);
            if (!lower.equals("http://" + host) && !lower.equals("https://" + host)) {
                throw foreignOrigin();
            }
        }
        if (!OWN_SITES.containsAll(headers.getAll(FETCH_SITE)) && !isFollowedLink(headers)) {
            throw foreignOrigin();
        }
    }

    private static boolean isFollowedLink(HttpHeaders headers) {
        return headers.getAll(FETCH_MODE).equals(List.of("navigate"))
                && headers.getAll(FETCH_DEST).equals(List.of("document"));
    }

    private static ApiException foreignOrigin() {
        return new ApiException(
                HttpResponseStatus.FORBIDDEN, "foreign_origin", "pages of other sites are not answered");
    }

    private boolean isOurs(String host, InetAddress local) {
        if (host.equals("localhost") || names.contains(host)) {
            return true;
        }
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(host);
        if (bytes == null) {
            return false;
        }
        InetAddress address = address(bytes);
        return address.isLoopbackAddress() || address.equals(local);
    }

    private static InetAddress address(byte[] bytes) {
        try {
            return InetAddress.getByAddress(bytes);
        } catch (UnknownHostException e) {
            throw new IllegalStateException("neither 4 nor 16 bytes", e);
        }
    }

    /** The host of {@code host}, {@code host:port}, {@code [::1]} and {@code [::1]:port}. */
    private static String withoutPort(String authority) {
        if (authority.startsWith("[")) {
            int end = authority.indexOf(']');
            return end < 0 || !isPort(authority.substring(end + 1)) ? "" : authority.substring(1, end);
        }
        int colon = authority.indexOf(':');
        if (colon < 0) {
            return authority;
        }
        return isPort(authority.substring(colon)) ? authority.substring(0, colon) : "";
    }

    /** The port of one of these, or empty. */
    static String port(String authority) {
        int colon = authority.indexOf(':', authority.lastIndexOf(']') + 1);
        return colon < 0 ? "" : authority.substring(colon + 1);
    }

    private static boolean isPort(String text) {
        return text.isEmpty() || text.matches(":[0-9]{1,5}");
    }
}
