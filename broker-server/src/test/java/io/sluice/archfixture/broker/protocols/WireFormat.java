package io.sluice.archfixture.broker.protocols;

/** What the protocols share. */
public interface WireFormat {}
