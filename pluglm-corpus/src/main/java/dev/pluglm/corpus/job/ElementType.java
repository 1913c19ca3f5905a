package dev.pluglm.corpus.job;

/** How a token's id is stored. */
public enum ElementType {
    /** Two bytes, for vocabularies of up to 32,768 pieces; what the published code reads. */
    INT16("<i2", 2),
    /** Four bytes. */
    INT32("<i4", 4);

    private final String description;
    private final int bytes;

    ElementType(String description, int bytes) {
        this.description = description;
        this.bytes = bytes;
    }

    /** Its name in a .npy header. */
    String description() {
        return description;
    }

    int bytes() {
        return bytes;
    }

    /** The largest id that fits. */
    int largest() {
        return this == INT16 ? Short.MAX_VALUE : Integer.MAX_VALUE;
    }
}
