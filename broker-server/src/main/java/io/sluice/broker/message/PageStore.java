package io.sluice.broker.message;

import io.netty.buffer.ByteBuf;
import io.sluice.broker.base.AnyThread;
import io.sluice.broker.base.HeldUnder;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes {@link WirePages} of batches that go to many subscribers. Only so many files are open at a time: where subscribers are
 * slow to take batches, the oldest lose theirs to those that come. What has no pages is copied to each socket, as ever.
 */
@AnyThread
public final class PageStore implements AutoCloseable {
    /** To fewer, copies are sent: making pages costs about as much as copying to some sockets. */
    public static final int FEWEST_SUBSCRIBERS = 16;

    static final int FEWEST_BYTES = 8 * 1024;
    static final int MOST_BYTES = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(PageStore.class);

    /** Memory as a file system, on Linux; a container has one of its own. */
    private static final Path SHARED_MEMORY = Path.of("/dev/shm");

    private final Path folder;

    private volatile int most;

    @HeldUnder("this")
    private int open;

    /** Files that nobody uses. */
    @HeldUnder("this")
    private final ArrayDeque<FileChannel> spare = new ArrayDeque<>();

    /** The last batches that were given pages, oldest first; some have let go of them. */
    @HeldUnder("this")
    private final ArrayDeque<MessageBatch> newest = new ArrayDeque<>();

    @HeldUnder("this")
    private boolean closed;

    /**
     * @param folder where files are pages in memory
     * @param most how many may be open; 0 for none
     */
    PageStore(Path folder, int most) {
        this.folder = folder;
        this.most = most;
    }

    /**
     * Makes pages, up to so many at a time, if this machine has a file system in memory.
     *
     * @param most how many files; 0 for none
     */
    public static PageStore inMemory(int most) {
        return isMemory(SHARED_MEMORY) ? new PageStore(SHARED_MEMORY, most) : none();
    }

    /** Makes none, whatever {@link #setMost} says. */
    public static PageStore none() {
        PageStore none = new PageStore(SHARED_MEMORY, 0);
        none.close();
        return none;
    }

    private static boolean isMemory(Path folder) {
        try {
            return Files.isWritable(folder) && Files.getFileStore(folder).type().equals("tmpfs");
        } catch (IOException e) {
            return false;
        }
    }

    /** Changes how many files there may be. Batches that have too many lose theirs. */
    public void setMost(int files) {
        synchronized (this) {
            most = files;
        }
        evictDownTo(files);
        FileChannel surplus = takeSurplus();
        while (surplus != null) {
            close(surplus);
            surplus = takeSurplus();
        }
    }

    private synchronized @Nullable FileChannel takeSurplus() {
        return open > most ? spare.pollLast() : null;
    }

    /** Whether pages would be made of a batch, if it goes to {@link #FEWEST_SUBSCRIBERS}. */
    public boolean isWorth(MessageBatch batch) {
        int bytes = batch.frames().readableBytes();
        return bytes >= FEWEST_BYTES && bytes <= MOST_BYTES && most > 0;
    }

    /** Gives pages to a batch that nobody else sees yet, where they are worth it and can be had. */
    public void share(MessageBatch batch) {
        if (!isWorth(batch)) {
            return;
        }
        evictDownTo(most - 1);
        FileChannel file = takeFile();
        if (file == null) {
            return;
        }
        try {
            write(file, batch.frames());
            batch.setPages(new WirePages(this, file, batch.frames().readableBytes()));
        } catch (IOException e) {
            LOG.debug("a batch without pages", e);
            giveBack(file);
            return;
        }
        synchronized (this) {
            if (!closed) {
                newest.addLast(batch);
            }
        }
    }

    /** Takes the pages of the oldest batches; not under the lock, as emptying a file takes its time. */
    private void evictDownTo(int batches) {
        MessageBatch oldest = pollBeyond(batches);
        while (oldest != null) {
            oldest.dropPages();
            oldest = pollBeyond(batches);
        }
    }

    private synchronized @Nullable MessageBatch pollBeyond(int batches) {
        return newest.size() > Math.max(0, batches) ? newest.pollFirst() : null;
    }

    private static void write(FileChannel file, ByteBuf frames) throws IOException {
        ByteBuffer content = frames.nioBuffer();
        long at = 0;
        while (content.hasRemaining()) {
            at += file.write(content, at);
        }
    }

    private @Nullable FileChannel takeFile() {
        synchronized (this) {
            FileChannel file = spare.pollLast();
            if (file != null || closed || open >= most) {
                return file;
            }
            open++;
        }
        return newFile();
    }

    private @Nullable FileChannel newFile() {
        Path file = folder.resolve("sluice-" + ProcessHandle.current().pid() + "-"
                + Long.toUnsignedString(ThreadLocalRandom.current().nextLong(), 36));
        try {
            // Unlinked as soon as it is open.
            return FileChannel.open(
                    file,
                    Set.of(
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE,
                            StandardOpenOption.DELETE_ON_CLOSE),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (IOException e) {
            LOG.warn(
                    "cannot make a file in {}, so what goes to many subscribers is copied to each, until the next reload: {}",
                    folder,
                    e.toString());
            synchronized (this) {
                open--;
                most = 0;
            }
            return null;
        }
    }

    /** Nobody uses these pages any more, but sockets perhaps: they have a hold of their own on them. */
    void giveBack(FileChannel file) {
        try {
            file.truncate(0);
            synchronized (this) {
                if (!closed && open <= most) {
                    spare.addLast(file);
                    return;
                }
            }
        } catch (IOException e) {
            LOG.debug("pages that cannot be used again", e);
        }
        close(file);
    }

    private void close(FileChannel file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("pages that cannot be given back", e);
        }
        synchronized (this) {
            open--;
        }
    }

    /** How many files are open. */
    synchronized int open() {
        return open;
    }

    /** Makes no pages any more. Those that batches have go with them. */
    @Override
    public void close() {
        List<FileChannel> unused;
        synchronized (this) {
            closed = true;
            newest.clear();
            unused = List.copyOf(spare);
            spare.clear();
        }
        unused.forEach(this::close);
    }
}
