/** Topics and queues: who is subscribed, who gets this message. Knows no socket. */
@NullMarked
package io.sluice.broker.destination;

import org.jspecify.annotations.NullMarked;
