package io.sluice.broker.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PageStoreTest {
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
            store.share(batch);

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
    void noneAreMadeForLittleOrVeryMuch() {
        try (PageStore store = new PageStore(folder, 4)) {
            for (MessageBatch batch : List.of(batch("little", ENOUGH_BYTES - 5), batch("much", PageStore.MOST_BYTES))) {
                store.share(batch);
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
        store.share(first);
        store.share(second);
        store.share(third);

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
            store.share(old);
            WirePages sent = old.retainPages();
            assertThat(sent).isNotNull();
            MessageBatch[] later = new MessageBatch[3];
            for (int i = 0; i < later.length; i++) {
                later[i] = batch("new", ENOUGH_BYTES);
                store.share(later[i]);
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
            List<MessageBatch> held = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                MessageBatch batch = batch("held", ENOUGH_BYTES);
                store.share(batch);
                held.add(batch);
            }
            held.remove(0).release();
            assertThat(store.open()).as("with one that nobody uses").isEqualTo(4);
            store.setMost(2);
            assertThat(store.open()).isEqualTo(2);
            assertThat(held.stream().map(PageStoreTest::hasPages)).containsExactly(false, true, true);
            store.setMost(0);
            assertThat(store.open()).isZero();
            assertThat(held).noneMatch(PageStoreTest::hasPages);
            MessageBatch none = batch("none", ENOUGH_BYTES);
            store.share(none);
            assertThat(hasPages(none)).isFalse();
            store.setMost(1);
            MessageBatch again = batch("again", ENOUGH_BYTES);
            store.share(again);
            assertThat(hasPages(again)).isTrue();
            assertThat(store.open()).isEqualTo(1);
            held.forEach(MessageBatch::release);
            none.release();
            again.release();
        }
    }

    @Test
    void whatOthersHoldForLongTakesNoFileFromThoseThatCome() throws Exception {
        int files = 4;
        List<MessageBatch> held = new CopyOnWriteArrayList<>();
        try (PageStore store = new PageStore(folder, files)) {
            Thread holder = new Thread(() -> {
                for (int i = 0; i < 200; i++) {
                    MessageBatch large = batch("large", 500_000);
                    store.share(large);
                    held.add(large);
                }
            });
            holder.start();
            while (holder.isAlive()) {
                MessageBatch small = batch("small", ENOUGH_BYTES);
                store.share(small);
                small.release();
            }
            holder.join();
            for (int i = 0; i < 2 * files; i++) {
                MessageBatch last = batch("last", ENOUGH_BYTES);
                store.share(last);
                assertThat(hasPages(last)).as("batch %d", i).isTrue();
                last.release();
            }
            assertThat(store.open()).isLessThanOrEqualTo(files);
            held.forEach(MessageBatch::release);
        }
    }

    @Test
    void whereNoFileCanBeMadeThereAreNoPages() throws IOException {
        try (PageStore store = new PageStore(folder.resolve("missing"), 2)) {
            for (int i = 0; i < 5; i++) {
                MessageBatch batch = batch("copied", ENOUGH_BYTES);
                store.share(batch);
                assertThat(hasPages(batch)).isFalse();
                batch.release();
            }
            Files.createDirectory(folder.resolve("missing"));
            store.setMost(2);
            MessageBatch batch = batch("shared", ENOUGH_BYTES);
            store.share(batch);
            assertThat(hasPages(batch)).as("after a reload").isTrue();
            batch.release();
        }
        Files.delete(folder.resolve("missing"));
    }
}
