package io.sluice.broker.admin;

import io.sluice.broker.base.AnyThread;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * The secret of those who may change something, and the sessions that browsers get in exchange for it.
 *
 * <p>A session is a text that only who has the token can make: until when it is valid, a random part, and a code over both
 * with the token as key. So a session outlives a restart of the broker, and nothing has to be remembered but those that
 * were ended early.
 */
@AnyThread
final class AdminToken {
    static final Duration SESSION = Duration.ofHours(12);

    private static final int RANDOM_BYTES = 32;
    private static final int MOST_ENDED = 10_000;
    private static final SecureRandom RANDOM = new SecureRandom();

    private volatile byte[] secret;
    private final InstantSource clock;
    private final Set<String> ended = new LinkedHashSet<>();

    /** @param text the token; empty if there is none, then nothing is taken for it */
    AdminToken(String text, InstantSource clock) {
        this.secret = text.getBytes(StandardCharsets.UTF_8);
        this.clock = clock;
    }

    /** Takes another token: sessions of the one before are over. */
    void change(String text) {
        secret = text.getBytes(StandardCharsets.UTF_8);
    }

    /** A new token: 256 random bits as text. */
    static String random() {
        byte[] bytes = new byte[RANDOM_BYTES];
        RANDOM.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** Whether there is one. */
    boolean exists() {
        return secret.length > 0;
    }

    /** Whether this is the token; takes as long whichever part of it is wrong. */
    boolean is(String text) {
        return exists() && MessageDigest.isEqual(secret, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A new session. */
    String newSession() {
        String content = clock.instant().plus(SESSION).getEpochSecond() + "." + random();
        return content + "." + code(content);
    }

    /** Whether this is a session, neither over nor ended. */
    boolean isSession(String session) {
        int dot = session.lastIndexOf('.');
        if (!exists() || dot < 0) {
            return false;
        }
        String content = session.substring(0, dot);
        byte[] given = session.substring(dot + 1).getBytes(StandardCharsets.UTF_8);
        if (!MessageDigest.isEqual(code(content).getBytes(StandardCharsets.UTF_8), given)) {
            return false;
        }
        return clock.instant().isBefore(end(session)) && !isEnded(session);
    }

    /** Until when a session of ours is valid. */
    static Instant end(String session) {
        return Instant.ofEpochSecond(Long.parseLong(session.substring(0, session.indexOf('.'))));
    }

    /** Ends a session before its time. */
    synchronized void endSession(String session) {
        if (!isSession(session)) {
            return;
        }
        ended.add(session);
        if (ended.size() > MOST_ENDED) {
            ended.remove(ended.iterator().next());
        }
    }

    private synchronized boolean isEnded(String session) {
        return ended.contains(session);
    }

    private String code(String content) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret, "HmacSHA256"));
            byte[] code = mac.doFinal(("session " + content).getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(code);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }
}
