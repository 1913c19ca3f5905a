package dev.pluglm.memory;

/** A memory on disk that is searched through the graph keeps the contract of memories. */
class ApproximateStoreContractTest extends StoreContractTest {

    @Override
    Tuning tuning() {
        return Stores.APPROXIMATE;
    }

    @Override
    boolean approximate() {
        return true;
    }
}
