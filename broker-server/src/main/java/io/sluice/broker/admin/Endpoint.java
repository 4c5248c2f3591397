package io.sluice.broker.admin;

/** One thing that can be asked for. */
@FunctionalInterface
interface Endpoint {
    /**
     * Answers a request that has been let in.
     *
     * @throws ApiException what to say instead
     */
    Answer answer(ApiRequest request);
}
