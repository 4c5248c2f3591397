package io.sluice.archfixture.broker.stray;

/** Breaks three rules: a package that the table does not name, without a null mark, and names that say nothing. */
final class VagueNames {
    interface ILedger {}

    static final class LedgerImpl implements ILedger {}

    static final class LedgerManager {}

    static final class LedgerUtil {}

    static final class LedgerUtils {}

    static final class LedgerHelper {}

    static final class Image {}
}
