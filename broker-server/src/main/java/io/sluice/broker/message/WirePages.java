package io.sluice.broker.message;

import io.netty.util.AbstractReferenceCounted;
import io.netty.util.ReferenceCounted;
import java.nio.channels.FileChannel;

/**
 * The frames of a batch once more, as pages of the kernel: an unlinked file in memory. Sockets are given these pages by
 * sendfile(2), without copying, however many there are. Who lets go of it last gives the file back; pages that are still on
 * their way through sockets stay what they are.
 *
 * <p>Immutable but for the reference count.
 */
public final class WirePages extends AbstractReferenceCounted {
    private final PageStore store;
    private final FileChannel file;
    private final int bytes;

    WirePages(PageStore store, FileChannel file, int bytes) {
        this.store = store;
        this.file = file;
        this.bytes = bytes;
    }

    /** The file; not to be written, moved or closed. */
    public FileChannel file() {
        return file;
    }

    /** How many bytes, from its beginning. */
    public int bytes() {
        return bytes;
    }

    @Override
    public WirePages retain() {
        super.retain();
        return this;
    }

    @Override
    public ReferenceCounted touch(Object hint) {
        return this;
    }

    @Override
    protected void deallocate() {
        store.giveBack(file);
    }
}
