/**
 * A client of the native protocol on plain sockets, and a conformance suite: written from the specification alone.
 *
 * <p>Nothing here knows the broker's code; only the standard library is used. A mistake made there in the encoder and
 * in the decoder alike would show here.
 */
package plainsocket;
