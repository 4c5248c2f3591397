/** The image of Sluice as it is run: in containers, on networks that are cut, with processes that are paused and killed. */
@NullMarked
package io.sluice.docker;

import org.jspecify.annotations.NullMarked;
