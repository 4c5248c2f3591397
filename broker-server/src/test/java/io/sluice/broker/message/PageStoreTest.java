package io.sluice.broker.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PageStoreTest {
    private static final int MANY = PageStore.FEWEST_SUBSCRIBERS;
    private static final int ENOUGH_BYTES = PageStore.FEWEST_BYTES;

    private final Batches batches = new Batches();

    @TempDir
    private Path folder;

    @AfterEach
    void nothingIsHeld() throws IOException {
        batches.assertNothingHeld();
        try (var files = Files.list(folder)) {
            assertThat(files).as("unlinked").isEmpty();
        }
    }

    private MessageBatch batch(String text, int payloadBytes) {
        return batches.large(text, payloadBytes);
    }

    private static boolean hasPages(MessageBatch batch) {
        WirePages pages = batch.retainPages();
        if (pages != null) {
            pages.release();
        }
        return pages != null;
    }

    @Test
    void pagesHoldTheFramesOfABatchThatGoesToMany() throws IOException {
        try (PageStore store = new PageStore(folder, 4)) {
            MessageBatch batch = batch("hello", ENOUGH_BYTES);
            batch.shareAmong(MANY, store);

            WirePages pages = batch.retainPages();
            assertThat(pages).isNotNull();
            ByteBuffer content = ByteBuffer.allocate(pages.bytes() + 1);
            assertThat(pages.file().read(content, 0)).isEqualTo(pages.bytes());
            byte[] frames = new byte[batch.frames().readableBytes()];
            batch.frames().getBytes(batch.frames().readerIndex(), frames);
            assertThat(content.array()).startsWith(frames);
            assertThat(pages.bytes()).isEqualTo(frames.length);
            assertThat(new String(frames, 4, 5, StandardCharsets.UTF_8)).isEqualTo("hello");

            pages.release();
            batch.release();
            assertThat(store.open()).as("kept for the next").isEqualTo(1);
        }
    }

    @Test
    void noneAreMadeForFewOrLittleOrVeryMuch() {
        try (PageStore store = new PageStore(folder, 4)) {
            for (MessageBatch batch : new MessageBatch[] {
                batch("little", ENOUGH_BYTES - 5), batch("much", PageStore.MOST_BYTES), batch("few", ENOUGH_BYTES)
            }) {
                batch.shareAmong(batch.payloadBytes() == ENOUGH_BYTES ? MANY - 1 : MANY, store);
                assertThat(hasPages(batch)).as(batch.toString()).isFalse();
                batch.release();
            }
            assertThat(store.open()).isZero();
        }
    }

    @Test
    void whatIsSlowToBeTakenLosesItsPagesToWhatComes() {
        PageStore store = new PageStore(folder, 2);
        MessageBatch first = batch("first", ENOUGH_BYTES);
        MessageBatch second = batch("second", ENOUGH_BYTES);
        MessageBatch third = batch("third", ENOUGH_BYTES);
        first.shareAmong(MANY, store);
        second.shareAmong(MANY, store);
        third.shareAmong(MANY, store);

        assertThat(hasPages(first)).isFalse();
        assertThat(hasPages(second)).isTrue();
        assertThat(hasPages(third)).isTrue();
        assertThat(store.open()).isEqualTo(2);

        store.close();
        assertThat(store.open()).as("batches still have them").isEqualTo(2);
        first.release();
        second.release();
        third.release();
        assertThat(store.open()).isZero();
    }

    @Test
    void whoIsBeingSentThePagesKeepsThemAsTheyWere() throws IOException {
        try (PageStore store = new PageStore(folder, 2)) {
            MessageBatch old = batch("old", ENOUGH_BYTES);
            old.shareAmong(MANY, store);
            WirePages sent = old.retainPages();
            assertThat(sent).isNotNull();
            MessageBatch[] later = new MessageBatch[3];
            for (int i = 0; i < later.length; i++) {
                later[i] = batch("new", ENOUGH_BYTES);
                later[i].shareAmong(MANY, store);
            }
            assertThat(hasPages(old)).isFalse();

            ByteBuffer content = ByteBuffer.allocate(7);
            assertThat(sent.file().read(content, 0)).isEqualTo(7);
            assertThat(new String(content.array(), 4, 3, StandardCharsets.UTF_8))
                    .isEqualTo("old");
            assertThat(store.open()).isEqualTo(2);
            sent.release();
            old.release();
            for (MessageBatch batch : later) {
                batch.release();
            }
        }
    }

    @Test
    void howManyThereMayBeChanges() {
        try (PageStore store = new PageStore(folder, 4)) {
            MessageBatch[] held = new MessageBatch[4];
            for (int i = 0; i < held.length; i++) {
                held[i] = batch("held", ENOUGH_BYTES);
                held[i].shareAmong(MANY, store);
            }
            store.setMost(1);
            assertThat(hasPages(held[0])).isTrue();
            MessageBatch next = batch("next", ENOUGH_BYTES);
            next.shareAmong(MANY, store);
            assertThat(hasPages(next)).as("those there were have lost theirs").isTrue();
            assertThat(hasPages(held[3])).isFalse();
            assertThat(store.open()).isEqualTo(1);

            store.setMost(0);
            MessageBatch last = batch("last", ENOUGH_BYTES);
            last.shareAmong(MANY, store);
            assertThat(hasPages(last)).isFalse();
            for (MessageBatch batch : held) {
                batch.release();
            }
            next.release();
            last.release();
            assertThat(store.open()).isZero();
        }
    }

    @Test
    void whereNoFileCanBeMadeThereAreNoPages() {
        try (PageStore store = new PageStore(folder.resolve("missing"), 2)) {
            for (int i = 0; i < 5; i++) {
                MessageBatch batch = batch("copied", ENOUGH_BYTES);
                batch.shareAmong(MANY, store);
                assertThat(hasPages(batch)).isFalse();
                batch.release();
            }
        }
    }
}
