package dev.pluglm.pretraining;

/** A source whose epochs fail after some samples, or end there if there is no failure. */
record FailingSource(SampleSource good, int samples, RuntimeException failure) implements SampleSource {
    @Override
    public String fingerprint() {
        return good.fingerprint();
    }

    @Override
    public long size() {
        return good.size();
    }

    @Override
    public boolean knowsSpans() {
        return good.knowsSpans();
    }

    @Override
    public boolean masked() {
        return good.masked();
    }

    @Override
    public Epoch epoch(int number) {
        Epoch epoch = good.epoch(number);
        return new Epoch() {
            private int read;

            @Override
            public boolean hasNext() {
                return failure != null || read < samples;
            }

            @Override
            public TrainingSample next() {
                if (read++ == samples) {
                    throw failure;
                }
                return epoch.next();
            }

            @Override
            public void skip(long count) {
                epoch.skip(count);
            }

            @Override
            public void close() {
                epoch.close();
            }
        };
    }
}
