/**
 * JMH benchmarks of what is hot: decoding, routing, offering and draining across threads, fan-out; and of designs that were
 * not taken, so that the figures in {@code docs/RATIONALE.md} can be measured again.
 *
 * <pre>
 * load-test/bench                                                all of them, on two forks each
 * load-test/bench LockOrInbox -p kind=TOPIC -t 4                 those whose names match, with parameters, on four threads
 * load-test/bench Decode -f 1 -wi 2 -i 3 -rf json -rff out.json  shorter, results as JSON too
 * load-test/bench -l                                             lists them; -h lists all options of JMH
 * </pre>
 *
 * <p>It builds what is not built, and runs on the JDK of {@code JAVA_HOME}, or of {@code PATH}. Each benchmark is also run
 * once, for a moment, by {@link io.sluice.loadtest.benchmark.BenchmarksTest}, so that none can rot.
 *
 * <p>The classes are compiled as tests: neither JMH nor the broker becomes part of what is distributed. They and their
 * states are public because JMH generates subclasses in packages of its own.
 */
package io.sluice.loadtest.benchmark;
