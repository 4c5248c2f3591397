package io.sluice.broker.delivery;

import io.netty.channel.DefaultFileRegion;
import io.sluice.broker.base.OwnLoop;
import io.sluice.broker.message.WirePages;

/**
 * A batch on its way to one socket, as pages that all its subscribers share. Only for a moment: what the kernel does not take
 * with the flush it was written for goes on from memory, so that a socket that is slow keeps no pages.
 */
@OwnLoop
final class PagesRegion extends DefaultFileRegion {
    private final WirePages pages;
    private boolean ended;

    /** Takes over the caller's reference. */
    PagesRegion(WirePages pages) {
        super(pages.file(), 0, pages.bytes());
        this.pages = pages;
    }

    /** Ends with what the kernel has taken: the channel finds nothing left in it. */
    void end() {
        if (!ended) {
            ended = true;
            pages.release();
        }
    }

    @Override
    public long count() {
        return ended ? transferred() : super.count();
    }

    /** Not the file, which is not its own. */
    @Override
    protected void deallocate() {
        end();
    }
}
