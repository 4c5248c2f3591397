package io.sluice.loadtest.generator;

/**
 * Who has which destination. Subscribers take one each, in turn. Where there are at least as many publishers as
 * destinations these do too; otherwise the destinations are shared out, and a publisher has several.
 */
record Placement(int publishers, int destinations) {
    int ofSubscriber(int subscriber) {
        return subscriber % destinations;
    }

    /** The destinations of a publisher, in the order in which it sends to them. */
    int[] ofPublisher(int publisher) {
        if (publishers >= destinations) {
            return new int[] {publisher % destinations};
        }
        int count = (destinations - publisher + publishers - 1) / publishers;
        int[] own = new int[count];
        for (int slot = 0; slot < count; slot++) {
            own[slot] = publisher + slot * publishers;
        }
        return own;
    }

    boolean publishes(int publisher, int destination) {
        return publishers >= destinations
                ? publisher % destinations == destination
                : destination % publishers == publisher;
    }

    /** Which of a publisher's destinations this is: an index into {@link #ofPublisher}. */
    int slot(int destination) {
        return publishers >= destinations ? 0 : destination / publishers;
    }
}
