package dev.pluglm.memory;

/** The contract kept by a store that searches through graphs, as those of many passages do. */
class GraphStoreContractTest extends StoreContractTest {

    @Override
    Tuning tuning() {
        return new Tuning(0, 1, 200);
    }

    @Override
    double recall() {
        return 0.97;
    }
}
